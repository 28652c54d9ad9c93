"""An import: a file is brought, looked through, and entered once somebody says so."""

from datetime import timedelta
from enum import StrEnum

from domain.access import Permission
from domain.lifecycle import Lifecycle


class ImportState(StrEnum):
    """Where an import has got to."""

    WAITING = "WAITING"
    CHECKED = "CHECKED"
    ENTERING = "ENTERING"
    DONE = "DONE"
    REFUSED = "REFUSED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class ImportAction(StrEnum):
    """What may happen to an import; its owner applies and cancels, a worker does the rest."""

    CHECK = "CHECK"
    APPLY = "APPLY"
    FINISH = "FINISH"
    REFUSE = "REFUSE"
    FAIL = "FAIL"
    CANCEL = "CANCEL"
    EXPIRE = "EXPIRE"


IMPORT_LIFECYCLE = Lifecycle(
    {
        (ImportState.WAITING, ImportAction.CHECK): ImportState.CHECKED,
        (ImportState.CHECKED, ImportAction.APPLY): ImportState.ENTERING,
        (ImportState.CHECKED, ImportAction.EXPIRE): ImportState.EXPIRED,
        (ImportState.ENTERING, ImportAction.FINISH): ImportState.DONE,
        # What was good when it was checked may be in the register by now.
        **{
            (state, ImportAction.REFUSE): ImportState.REFUSED
            for state in (ImportState.WAITING, ImportState.ENTERING)
        },
        **{
            (state, ImportAction.FAIL): ImportState.FAILED
            for state in (ImportState.WAITING, ImportState.ENTERING)
        },
        **{
            (state, ImportAction.CANCEL): ImportState.CANCELLED
            for state in (ImportState.WAITING, ImportState.CHECKED, ImportState.ENTERING)
        },
    }
)

AT_WORK = (ImportState.WAITING, ImportState.ENTERING)
"""A worker is at it, or will be."""

OPEN = (*AT_WORK, ImportState.CHECKED)
"""Its file is still there."""

PERMISSION_FOR = {
    ImportAction.APPLY: Permission.ELDER_IMPORT,
    ImportAction.CANCEL: Permission.ELDER_IMPORT,
}
"""What whoever brought the file may do, and what each asks for."""

APPLIED_WITHIN = timedelta(days=1)
"""How long a file that was found good waits to be entered: the register goes on meanwhile."""

REMEMBERED = timedelta(days=30)
"""How long an import that has ended, and what was wrong with it, may be looked up."""
