"""As ``operations``, of those who work in care."""

from domain.access import Role
from tests.access import prepared_workers
from tests.access.scene import Operation

_KEEPERS = {Role.STATION, Role.ADMIN}
_GOVERNORS = {*_KEEPERS, Role.OFFICIAL}
_FINDERS = {*_KEEPERS, Role.ADVISOR}
_ADVISED = {Role.ELDER, Role.GUARDIAN, Role.FAMILY}

WORKERS_MAY: dict[str, set[Role]] = {
    "certificateAdd": _KEEPERS,
    "certificateRenew": _KEEPERS,
    "certificateWithdraw": _KEEPERS,
    "trainingRecordAdd": _KEEPERS,
    "trainingRecordWithdraw": _KEEPERS,
    "careAssignmentAdd": _KEEPERS,
    "careAssignmentEnd": _KEEPERS,
    **dict.fromkeys(("caseloadAssign", "caseloadEnd", "caseloadHandOver"), _GOVERNORS),
    **dict.fromkeys(
        ("careNeedAdd", "careNeedMeet", "careNeedDecline", "careNeedWithdraw"),
        _FINDERS,
    ),
    **dict.fromkeys(("contactNoteAdd", "contactNoteWithdraw"), _FINDERS),
    **dict.fromkeys(("suggestionListCreate", "suggestionListWithdraw"), _FINDERS),
    **dict.fromkeys(("suggestionItemAccept", "suggestionItemDecline"), _ADVISED),
}
"""Who may do what, said once more."""

WORKERS: dict[str, Operation] = {
    "certificateAdd": Operation("account", prepared_workers.certified),
    "certificateRenew": Operation(
        "certificate", prepared_workers.renewed, prepared_workers.believed
    ),
    "certificateWithdraw": Operation(
        "certificate", prepared_workers.withdrawn, prepared_workers.believed
    ),
    "trainingRecordAdd": Operation("account", prepared_workers.trained),
    "trainingRecordWithdraw": Operation("training_record", prepared_workers.wrongly_trained),
    "careAssignmentAdd": Operation("elder", prepared_workers.assigned),
    "careAssignmentEnd": Operation(
        "care_assignment", prepared_workers.looked_after, prepared_workers.in_force
    ),
    "caseloadAssign": Operation("elder", prepared_workers.answered_for),
    "caseloadEnd": Operation("caseload", prepared_workers.of_an_advisor),
    "caseloadHandOver": Operation("caseload", prepared_workers.handed_over),
    "careNeedAdd": Operation("elder", prepared_workers.in_need),
    "careNeedMeet": Operation("care_need", prepared_workers.open_need),
    "careNeedDecline": Operation("care_need", prepared_workers.open_need),
    "contactNoteAdd": Operation("elder", prepared_workers.in_touch),
    "contactNoteWithdraw": Operation("contact_note", prepared_workers.noted),
    "suggestionListCreate": Operation("elder", prepared_workers.suggested),
    "suggestionListWithdraw": Operation("suggestion_list", prepared_workers.current_list),
    "suggestionItemAccept": Operation("suggestion_item", prepared_workers.proposed),
    "suggestionItemDecline": Operation("suggestion_item", prepared_workers.proposed),
    "careNeedWithdraw": Operation("care_need", prepared_workers.open_need),
}
