"""Every operation that asks for a permission: who may, and how it is tried."""

from domain.access import Role
from tests.access import prepared
from tests.access.scene import Operation

DESKS = {Role.DISPATCHER, Role.STATION, Role.ADMIN}
RELATIVES = {Role.GUARDIAN, Role.FAMILY}
EATERS = {Role.ELDER, Role.STATION, Role.ADMIN, *RELATIVES}
APPLICANTS = {Role.ELDER, Role.STATION, Role.ADVISOR, Role.OFFICIAL, *RELATIVES}
KEEPERS = {Role.STATION, Role.ADMIN}
CONSENTING = {Role.ELDER, Role.GUARDIAN, Role.STATION}
ASKERS = {Role.ELDER, Role.GUARDIAN, Role.STATION}
EXPORTERS = {Role.OFFICIAL, Role.AUDITOR, Role.ADMIN}
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
    "alarmArrive": DESKS,
    "alarmResolve": DESKS,
    "bedStayAdmit": KEEPERS,
    "bedStayEnd": KEEPERS,
    "bedStayClose": KEEPERS,
    "visitClaim": {Role.VOLUNTEER},
    "visitRelease": {Role.VOLUNTEER},
    "visitCheckIn": {Role.VOLUNTEER},
    "visitCheckOut": {Role.VOLUNTEER},
    "visitVerify": DESKS | {Role.OFFICIAL},
    "mealQuote": EATERS,
    "mealOrderPlace": EATERS,
    "mealOrderCancel": EATERS,
    "assistanceCaseSubmit": APPLICANTS,
    "assistanceCaseAccept": {Role.OFFICIAL},
    "assistanceCaseReject": {Role.OFFICIAL},
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
    "exportStart": EXPORTERS,
    "exportCancel": EXPORTERS,
    "loginSessionEnd": set(Role) - {Role.VENDOR},
    **{name: {Role.VENDOR} for name in WEBHOOKS},
}
"""Who may do what, said once more."""


OPERATIONS: dict[str, Operation] = {
    "roleGrant": Operation("account", prepared.somebody_new),
    "roleEnd": Operation("account", prepared.a_volunteer, prepared.volunteers),
    "alarmAcknowledge": Operation("alarm", prepared.alarm("RAISED")),
    "alarmDispatch": Operation("alarm", prepared.alarm("ACKNOWLEDGED")),
    "alarmArrive": Operation("alarm", prepared.alarm("DISPATCHED")),
    "alarmResolve": Operation("alarm", prepared.alarm("ARRIVED", reason="TRUE_ALARM")),
    "bedStayAdmit": Operation("elder", prepared.admit, prepared.without("bed_stay")),
    "bedStayEnd": Operation("bed_stay", prepared.stay("OCCUPIED"), prepared.alone_in_bed),
    "bedStayClose": Operation("bed_stay", prepared.stay("CLEANING"), prepared.alone_in_bed),
    "visitClaim": Operation("visit_task", prepared.visit("OPEN")),
    "visitRelease": Operation("visit_task", prepared.visit("CLAIMED", reason="生病")),
    "visitCheckIn": Operation(
        "visit_task", prepared.visit("CLAIMED", longitude=120.17, latitude=30.24, accuracyM=20)
    ),
    "visitCheckOut": Operation("visit_task", prepared.visit("CHECKED_IN")),
    "visitVerify": Operation("visit_task", prepared.visit("DONE", accepted=True)),
    "mealQuote": Operation("elder", prepared.wish),
    "mealOrderPlace": Operation("elder", prepared.wish),
    "mealOrderCancel": Operation("meal_order", prepared.placed),
    "assistanceCaseSubmit": Operation("elder", prepared.applied_for),
    "assistanceCaseAccept": Operation("assistance_case", prepared.submitted(), prepared.only_case),
    "assistanceCaseReject": Operation(
        "assistance_case", prepared.submitted(reason="收入超过标准"), prepared.only_case
    ),
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
    "exportStart": Operation("account", prepared.list_asked_for),
    "exportCancel": Operation("export", prepared.export_waiting),
    "loginSessionEnd": Operation("login_session", prepared.signed_in),
    "webhookCreate": Operation("account", prepared.followed),
    "webhookUpdate": Operation("webhook", prepared.webhook(url="https://other.example/")),
    "webhookPause": Operation("webhook", prepared.webhook()),
    "webhookResume": Operation("webhook", prepared.webhook("PAUSED")),
    "webhookDelete": Operation("webhook", prepared.webhook()),
    "webhookRotateSecret": Operation("webhook", prepared.webhook()),
    "webhookTest": Operation("webhook", prepared.webhook()),
    "webhookReplay": Operation("webhook", prepared.webhook(dead=True)),
}
