"""Every operation that asks for a permission: who may, and how it is tried."""

from domain.access import Role
from tests.access import (
    prepared,
    prepared_alarms,
    prepared_assessments,
    prepared_ledger,
    prepared_register,
    prepared_visits,
)
from tests.access.operations_health import HEALTH, HEALTH_MAY
from tests.access.operations_homes import HOMES, HOMES_MAY
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
    **HOMES_MAY,
    **HEALTH_MAY,
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
    **HOMES,
    **HEALTH,
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
