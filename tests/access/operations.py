"""Every operation that asks for a permission: who may, and how it is tried."""

from domain.access import Role
from tests.access import (
    prepared,
    prepared_alarms,
    prepared_assessments,
    prepared_beds,
    prepared_health,
    prepared_ledger,
    prepared_register,
    prepared_stations,
    prepared_visits,
)
from tests.access.operations_workers import WORKERS, WORKERS_MAY
from tests.access.scene import Operation

DESKS = {Role.DISPATCHER, Role.STATION, Role.ADMIN}
RELATIVES = {Role.GUARDIAN, Role.FAMILY}
GOING = {Role.CAREGIVER, Role.VOLUNTEER}
EATERS = {Role.ELDER, Role.STATION, Role.ADMIN, *RELATIVES}
APPLICANTS = {Role.ELDER, Role.STATION, Role.ADVISOR, Role.OFFICIAL, *RELATIVES}
KEEPERS = {Role.STATION, Role.ADMIN}
CARED_FOR = {Role.ELDER, *RELATIVES}
CONSENTING = {Role.ELDER, Role.GUARDIAN, Role.STATION}
ASKERS = {Role.ELDER, Role.GUARDIAN, Role.STATION}
EXPORTERS = {Role.OFFICIAL, Role.AUDITOR, Role.ADMIN}
GOVERNORS = {Role.OFFICIAL, Role.ADMIN}
ASSESSING = {Role.CAREGIVER, Role.STATION}
KEEPING = {Role.CAREGIVER, Role.STATION, Role.ADVISOR, Role.GUARDIAN}
GRANTERS = {Role.STATION, Role.OFFICIAL, Role.ADMIN}

WEBHOOKS = (
    "webhookCreate",
    "webhookUpdate",
    "webhookPause",
    "webhookResume",
    "webhookDelete",
    "webhookRotateSecret",
    "webhookTest",
    "webhookReplay",
)

MAY: dict[str, set[Role]] = {
    "roleGrant": GRANTERS,
    "roleEnd": GRANTERS,
    "alarmAcknowledge": DESKS | RELATIVES,
    "alarmDispatch": DESKS,
    "alarmArrive": DESKS | GOING,
    "alarmResolve": DESKS,
    "alarmComment": DESKS | RELATIVES | GOING,
    "alarmAssign": DESKS,
    "alarmSnooze": DESKS,
    "alarmDrill": DESKS | {Role.OFFICIAL},
    "alarmCancel": {Role.ELDER},
    "escalationPolicySet": GOVERNORS,
    "escalationPolicyRemove": GOVERNORS,
    "onCallShiftAdd": DESKS | GOVERNORS,
    "onCallShiftEnd": DESKS | GOVERNORS,
    "onCallShiftHandOver": DESKS | GOVERNORS,
    "incidentAcknowledge": DESKS | RELATIVES,
    "incidentResolve": DESKS,
    "deviceAssign": KEEPERS,
    "deviceUnassign": KEEPERS,
    "stationUpdate": KEEPERS | GOVERNORS,
    "stationAreaAdd": GOVERNORS,
    "stationAreaEnd": GOVERNORS,
    "stationAreaAssign": KEEPERS | GOVERNORS,
    "stationAssignmentSet": KEEPERS | GOVERNORS,
    "stationAssignmentEnd": KEEPERS | GOVERNORS,
    "bedOpen": KEEPERS,
    "bedClose": KEEPERS,
    "careCodeIssue": KEEPERS,
    "careCodeRotate": KEEPERS,
    "bedStayHold": KEEPERS,
    "bedStayReserve": KEEPERS,
    "elderRegister": KEEPERS,
    "elderUpdate": KEEPERS,
    "elderTagAdd": KEEPERS,
    "elderTagEnd": KEEPERS,
    "elderTagWithdraw": KEEPERS,
    "contactAdd": KEEPERS,
    "contactUpdate": KEEPERS,
    "contactRemove": KEEPERS,
    "contactReorder": KEEPERS,
    "householdJoin": KEEPERS,
    "householdLeave": KEEPERS,
    "keyTagSetPut": GOVERNORS,
    **{
        f"{thing}{act}": KEEPING
        for thing in ("condition", "allergy", "medication")
        for act in ("Add", "End", "Withdraw")
    },
    "medicationChange": KEEPING,
    "measurementAdd": KEEPING | {Role.ELDER},
    "measurementWithdraw": KEEPING | {Role.ELDER},
    "bedStayAdmit": KEEPERS,
    "bedStayLeave": KEEPERS,
    "bedStayReturn": KEEPERS,
    "bedStayTransfer": KEEPERS,
    "bedStayManagerName": KEEPERS,
    "bedStayManagerConsent": {Role.ELDER, Role.GUARDIAN},
    "bedStayManagerEnd": KEEPERS,
    "bedStayPackageSet": KEEPERS,
    "bedStayEnd": KEEPERS,
    "bedStayClose": KEEPERS,
    "admissionApplicationCreate": CARED_FOR,
    "admissionApplicationSubmit": CARED_FOR,
    "admissionApplicationAssess": KEEPERS,
    "admissionApplicationWaitlist": KEEPERS,
    "admissionApplicationReject": KEEPERS,
    "admissionApplicationWithdraw": CARED_FOR,
    "admissionApplicationAccept": CARED_FOR,
    "admissionApplicationAdmit": KEEPERS,
    "admissionApplicationOffer": KEEPERS,
    "admissionApplicationOfferNext": KEEPERS,
    "visitClaim": {Role.VOLUNTEER},
    "visitRelease": {Role.VOLUNTEER},
    "visitCheckIn": {Role.VOLUNTEER},
    "visitCheckOut": {Role.VOLUNTEER},
    "visitRefuse": {Role.VOLUNTEER},
    "visitVerify": DESKS | {Role.OFFICIAL},
    "timeBankRedeem": {Role.VOLUNTEER},
    "timeBankRedeemComplete": KEEPERS,
    "timeBankRedeemRelease": KEEPERS | {Role.VOLUNTEER},
    "timeBankDonate": {Role.VOLUNTEER},
    "pointsGrant": GOVERNORS,
    "pointsRedeem": KEEPERS | {Role.VOLUNTEER, Role.ELDER, Role.GUARDIAN},
    "ledgerTransferReverse": {Role.ADMIN},
    "visitWindowOpen": KEEPERS,
    "visitWindowCancel": KEEPERS,
    "visitApply": {Role.VOLUNTEER},
    "visitApplyWithdraw": {Role.VOLUNTEER},
    "volunteerUpdate": KEEPERS | {Role.VOLUNTEER},
    "volunteerAvailabilitySet": KEEPERS | {Role.VOLUNTEER},
    "volunteerCheckSubmit": KEEPERS | {Role.VOLUNTEER},
    "volunteerCheckDecide": GRANTERS,
    "volunteerSuspend": KEEPERS,
    "volunteerReinstate": KEEPERS,
    "visitReject": DESKS | {Role.OFFICIAL},
    "visitMiss": DESKS,
    "visitPlan": KEEPERS,
    "visitCancel": KEEPERS,
    "visitObligationWaive": KEEPERS,
    "calendarLinkCreate": {Role.VOLUNTEER, Role.CAREGIVER},
    "calendarLinkRevoke": {Role.VOLUNTEER, Role.CAREGIVER},
    "mealQuote": EATERS,
    "mealOrderPlace": EATERS,
    "mealOrderCancel": EATERS,
    "assistanceCaseSubmit": APPLICANTS,
    "assistanceCaseAccept": {Role.OFFICIAL},
    "assistanceCaseReject": {Role.OFFICIAL},
    "assessmentSubmit": ASSESSING,
    "assessmentConfirm": ASSESSING,
    "assessmentWithdraw": ASSESSING,
    "assessorAppoint": GOVERNORS,
    "assessorEnd": GOVERNORS,
    "assessmentPolicySet": GOVERNORS,
    "assessmentPolicyRemove": GOVERNORS,
    **WORKERS_MAY,
    "familyLinkRequest": {Role.FAMILY},
    "familyLinkAccept": CONSENTING,
    "familyLinkRefuse": CONSENTING,
    "familyLinkEnd": CONSENTING | {Role.FAMILY},
    "consentGrant": CONSENTING,
    "consentWithdraw": CONSENTING | {Role.FAMILY},
    "dataRequestSubmit": ASKERS,
    "dataRequestApprove": KEEPERS,
    "dataRequestRefuse": KEEPERS,
    "dataRequestWithdraw": ASKERS,
    "ruleThresholdPut": {Role.STATION, Role.OFFICIAL, Role.ADMIN},
    "ruleThresholdEnd": {Role.STATION, Role.OFFICIAL, Role.ADMIN},
    "ruleBacktest": {Role.OFFICIAL, Role.ADMIN},
    "exportStart": EXPORTERS,
    "exportCancel": EXPORTERS,
    "elderMerge": KEEPERS,
    "elderMergeUndo": KEEPERS,
    "elderImportApply": KEEPERS,
    "elderImportCancel": KEEPERS,
    "loginSessionEnd": set(Role) - {Role.VENDOR},
    "pushPermissionGrant": set(Role) - {Role.VENDOR},
    "notificationPreferencePut": set(Role) - {Role.VENDOR},
    **{name: {Role.VENDOR} for name in WEBHOOKS},
}
"""Who may do what, said once more."""


OPERATIONS: dict[str, Operation] = {
    "roleGrant": Operation("account", prepared.somebody_new),
    "roleEnd": Operation("account", prepared.a_volunteer, prepared.volunteers),
    "alarmAcknowledge": Operation("alarm", prepared_alarms.alarm("RAISED")),
    "alarmDispatch": Operation("alarm", prepared_alarms.alarm("ACKNOWLEDGED")),
    "alarmArrive": Operation("alarm", prepared_alarms.alarm("DISPATCHED")),
    "alarmResolve": Operation("alarm", prepared_alarms.alarm("ARRIVED", reason="TRUE_ALARM")),
    "alarmComment": Operation("alarm", prepared_alarms.alarm("RAISED", note="电话无人接听")),
    "alarmAssign": Operation("alarm", prepared_alarms.assigned),
    "alarmSnooze": Operation("alarm", prepared_alarms.alarm("ACKNOWLEDGED", minutes=5)),
    "alarmDrill": Operation("elder", prepared_alarms.practised),
    "alarmCancel": Operation("alarm", prepared_alarms.fallen),
    "escalationPolicySet": Operation("account", prepared_alarms.times),
    "escalationPolicyRemove": Operation(
        "escalation_policy", prepared_alarms.set_times, prepared_alarms.of_the_district
    ),
    "onCallShiftAdd": Operation("account", prepared_alarms.another_shift),
    "onCallShiftEnd": Operation("on_call_shift", prepared_alarms.shift),
    "onCallShiftHandOver": Operation("on_call_shift", prepared_alarms.handed_over),
    "incidentAcknowledge": Operation("incident", prepared_alarms.incident("RAISED")),
    "incidentResolve": Operation(
        "incident", prepared_alarms.incident("ACKNOWLEDGED", reason="TRUE_ALARM")
    ),
    "deviceAssign": Operation("device", prepared.reassigned, prepared.at_home),
    "deviceUnassign": Operation("device", prepared.installed, prepared.at_home),
    "stationUpdate": Operation("station", prepared_stations.renamed, prepared_stations.here),
    "stationAreaAdd": Operation("station", prepared_stations.another, prepared_stations.here),
    "stationAreaEnd": Operation("station_area", prepared_stations.answering),
    "stationAreaAssign": Operation("station_area", prepared_stations.with_somebody_new),
    "stationAssignmentSet": Operation("elder", prepared_stations.belonging_nowhere),
    "stationAssignmentEnd": Operation("station_assignment", prepared_stations.belonging),
    "bedOpen": Operation("station", prepared_beds.another),
    "bedClose": Operation("bed", prepared_beds.empty),
    "careCodeIssue": Operation("bed", prepared_beds.without_code),
    "careCodeRotate": Operation("care_code", prepared_beds.good_code, prepared_beds.current_code),
    "bedStayHold": Operation("elder", prepared_beds.held),
    "bedStayReserve": Operation("bed_stay", prepared.stay("HELD"), prepared_beds.alone),
    "bedStayLeave": Operation("bed_stay", prepared.stay("OCCUPIED"), prepared.alone_in_bed),
    "bedStayReturn": Operation("bed_stay", prepared.stay("ON_LEAVE"), prepared_beds.alone),
    "bedStayManagerName": Operation("bed_stay", prepared_beds.unfused, prepared_beds.alone),
    "bedStayManagerConsent": Operation("bed_stay_manager", prepared_beds.named),
    "bedStayManagerEnd": Operation("bed_stay_manager", prepared_beds.named),
    "bedStayPackageSet": Operation("bed_stay", prepared_beds.at_home, prepared_beds.alone),
    "bedStayTransfer": Operation("bed_stay", prepared_beds.moved, prepared.alone_in_bed),
    "elderRegister": Operation("account", prepared_register.somebody_new),
    "elderUpdate": Operation("elder", prepared_register.with_a_phone),
    "elderTagAdd": Operation("elder", prepared_register.another_tag),
    "elderTagEnd": Operation("elder", prepared_register.tagged),
    "elderTagWithdraw": Operation("elder", prepared_register.wrongly_tagged),
    "contactAdd": Operation("elder", prepared_register.somebody_to_call),
    "contactUpdate": Operation("contact", prepared_register.called_elsewhere),
    "contactRemove": Operation("contact", prepared_register.called_no_more),
    "contactReorder": Operation("elder", prepared_register.called_in_turn),
    "householdJoin": Operation("elder", prepared_register.alone),
    "householdLeave": Operation("elder", prepared_register.together),
    "keyTagSetPut": Operation("account", prepared_register.counted),
    "conditionAdd": Operation("elder", prepared_health.diagnosed),
    "conditionEnd": Operation("elder_condition", prepared_health.entry("elder_condition")),
    "conditionWithdraw": Operation("elder_condition", prepared_health.entry("elder_condition")),
    "allergyAdd": Operation("elder", prepared_health.allergic),
    "allergyEnd": Operation("allergy", prepared_health.entry("allergy")),
    "allergyWithdraw": Operation("allergy", prepared_health.entry("allergy")),
    "medicationAdd": Operation("elder", prepared_health.treated),
    "medicationChange": Operation(
        "medication", prepared_health.entry("medication", **prepared_health.TAKEN)
    ),
    "medicationEnd": Operation("medication", prepared_health.entry("medication")),
    "medicationWithdraw": Operation("medication", prepared_health.entry("medication")),
    "measurementAdd": Operation("elder", prepared_health.measured),
    "measurementWithdraw": Operation("measurement", prepared_health.entered_by_oneself),
    "bedStayAdmit": Operation("elder", prepared.admit, prepared.without("bed_stay")),
    "bedStayEnd": Operation("bed_stay", prepared.stay("OCCUPIED"), prepared.alone_in_bed),
    "bedStayClose": Operation("bed_stay", prepared.stay("CLEANING"), prepared.alone_in_bed),
    "admissionApplicationCreate": Operation("elder", prepared_beds.applied),
    "admissionApplicationSubmit": Operation(
        "admission_application", prepared_beds.application("DRAFT")
    ),
    "admissionApplicationAssess": Operation(
        "admission_application", prepared_beds.application("SUBMITTED")
    ),
    "admissionApplicationWaitlist": Operation(
        "admission_application", prepared_beds.application("ASSESSING")
    ),
    "admissionApplicationReject": Operation(
        "admission_application", prepared_beds.application("SUBMITTED", reason="需专科护理")
    ),
    "admissionApplicationWithdraw": Operation(
        "admission_application", prepared_beds.application("WAITLISTED")
    ),
    "admissionApplicationAccept": Operation(
        "admission_application", prepared_beds.with_bed("OFFERED", "HELD")
    ),
    "admissionApplicationAdmit": Operation(
        "admission_application", prepared_beds.with_bed("ACCEPTED", "RESERVED")
    ),
    "admissionApplicationOffer": Operation("admission_application", prepared_beds.offered),
    "admissionApplicationOfferNext": Operation("bed", prepared_beds.offered_next),
    "visitClaim": Operation("visit_task", prepared.visit("OPEN")),
    "visitRelease": Operation("visit_task", prepared.visit("CLAIMED", reason="生病")),
    "visitCheckIn": Operation(
        "visit_task", prepared.visit("CLAIMED", longitude=120.17, latitude=30.24, accuracyM=20)
    ),
    "visitCheckOut": Operation("visit_task", prepared.visit("CHECKED_IN")),
    "visitVerify": Operation("visit_task", prepared.visit("DONE", accepted=True)),
    "timeBankRedeem": Operation("account", prepared_ledger.minutes),
    "timeBankRedeemComplete": Operation("ledger_hold", prepared_ledger.held),
    "timeBankRedeemRelease": Operation("ledger_hold", prepared_ledger.held),
    "timeBankDonate": Operation("account", prepared_ledger.minutes),
    "pointsGrant": Operation("elder", prepared_ledger.granted),
    "pointsRedeem": Operation(
        "ledger_account", prepared_ledger.spent, prepared_ledger.somebodys_points
    ),
    "ledgerTransferReverse": Operation(
        "ledger_transfer", prepared_ledger.mistaken, prepared_ledger.is_grant
    ),
    "visitWindowOpen": Operation("visit_task", prepared_visits.unasked),
    "visitWindowCancel": Operation("visit_window", prepared_visits.still_open),
    "visitApply": Operation("visit_task", prepared_visits.asked_for),
    "visitApplyWithdraw": Operation("visit_application", prepared_visits.applied),
    "volunteerUpdate": Operation("volunteer", prepared_visits.volunteer(skills=["MEALS"])),
    "volunteerAvailabilitySet": Operation("volunteer", prepared_visits.volunteer(weekly=[])),
    "volunteerCheckSubmit": Operation("volunteer", prepared_visits.certified),
    "volunteerCheckDecide": Operation("volunteer", prepared_visits.submitted),
    "volunteerSuspend": Operation("volunteer", prepared_visits.volunteer(reason="投诉待查")),
    "volunteerReinstate": Operation("volunteer", prepared_visits.suspended),
    "visitReject": Operation("visit_task", prepared.visit("CHECKED_IN", reason="无人应答")),
    "visitRefuse": Operation("visit_task", prepared.visit("CLAIMED")),
    "visitMiss": Operation("visit_task", prepared.visit("CLAIMED", over=True)),
    "visitPlan": Operation("elder", prepared.planned),
    "visitCancel": Operation("visit_task", prepared.visit("OPEN")),
    "visitObligationWaive": Operation("visit_obligation", prepared.still_due),
    "calendarLinkCreate": Operation("account", prepared.no_address),
    "calendarLinkRevoke": Operation("calendar_link", prepared.address),
    "mealQuote": Operation("elder", prepared.wish),
    "mealOrderPlace": Operation("elder", prepared.wish),
    "mealOrderCancel": Operation("meal_order", prepared.placed),
    "assistanceCaseSubmit": Operation("elder", prepared.applied_for),
    "assistanceCaseAccept": Operation("assistance_case", prepared.submitted(), prepared.only_case),
    "assistanceCaseReject": Operation(
        "assistance_case", prepared.submitted(reason="收入超过标准"), prepared.only_case
    ),
    "assessmentSubmit": Operation("elder", prepared_assessments.found),
    "assessmentConfirm": Operation("assessment", prepared_assessments.waiting),
    "assessmentWithdraw": Operation("assessment", prepared_assessments.waiting),
    "assessorAppoint": Operation("account", prepared_assessments.appointed),
    "assessorEnd": Operation("assessor", prepared_assessments.certificate),
    "assessmentPolicySet": Operation("account", prepared_assessments.wishes),
    "assessmentPolicyRemove": Operation(
        "assessment_policy",
        prepared_assessments.set_wishes,
        prepared_assessments.of_the_district,
    ),
    **WORKERS,
    "familyLinkRequest": Operation("account", prepared.named),
    "familyLinkAccept": Operation("family_link", prepared.link("REQUESTED"), prepared.of_family),
    "familyLinkRefuse": Operation(
        "family_link", prepared.link("REQUESTED", signed=False), prepared.of_family
    ),
    "familyLinkEnd": Operation("family_link", prepared.link("ACTIVE"), prepared.of_family),
    "consentGrant": Operation(
        "family_link", prepared.link("ACTIVE", scopes=["VITALS"]), prepared.of_family
    ),
    "consentWithdraw": Operation(
        "family_link", prepared.link("ACTIVE", scopes=["ALARMS"]), prepared.of_family
    ),
    "dataRequestSubmit": Operation("elder", prepared.nothing_asked),
    "dataRequestApprove": Operation("data_request", prepared.requested(own=False)),
    "dataRequestRefuse": Operation(
        "data_request", prepared.requested(own=False, refusal="NOT_IDENTIFIED")
    ),
    "dataRequestWithdraw": Operation("data_request", prepared.requested(own=True)),
    "ruleThresholdPut": Operation("elder", prepared.other_threshold),
    "ruleThresholdEnd": Operation(
        "rule_threshold", prepared.counting_threshold, prepared.an_elders_own
    ),
    "ruleBacktest": Operation("account", prepared.rules_of_a_day),
    "elderMerge": Operation("elder", prepared_register.twice_entered),
    "elderMergeUndo": Operation("elder_merge", prepared_register.wrongly_merged),
    "elderImportApply": Operation("elder_import", prepared_register.file_brought("CHECKED")),
    "elderImportCancel": Operation("elder_import", prepared_register.file_brought("WAITING")),
    "exportStart": Operation("account", prepared.list_asked_for),
    "exportCancel": Operation("export", prepared.export_waiting),
    "loginSessionEnd": Operation("login_session", prepared.signed_in),
    "pushPermissionGrant": Operation("account", prepared.consented_to_a_message),
    "notificationPreferencePut": Operation("account", prepared.wishing_to_sleep),
    "webhookCreate": Operation("account", prepared.followed),
    "webhookUpdate": Operation("webhook", prepared.webhook(url="https://other.example/")),
    "webhookPause": Operation("webhook", prepared.webhook()),
    "webhookResume": Operation("webhook", prepared.webhook("PAUSED")),
    "webhookDelete": Operation("webhook", prepared.webhook()),
    "webhookRotateSecret": Operation("webhook", prepared.webhook()),
    "webhookTest": Operation("webhook", prepared.webhook()),
    "webhookReplay": Operation("webhook", prepared.webhook(dead=True)),
}
