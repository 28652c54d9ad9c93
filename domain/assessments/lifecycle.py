"""An assessment, from the first assessor's signature to the one that replaces it."""

from enum import StrEnum

from domain.access import Permission
from domain.lifecycle import Lifecycle


class AssessmentState(StrEnum):
    """Where an assessment has got to. That its time is over is no state: the days say so."""

    SUBMITTED = "SUBMITTED"
    CONFIRMED = "CONFIRMED"
    REPLACED = "REPLACED"
    WITHDRAWN = "WITHDRAWN"


class AssessmentAction(StrEnum):
    """What may happen to an assessment."""

    SUBMIT = "SUBMIT"
    CONFIRM = "CONFIRM"
    WITHDRAW = "WITHDRAW"
    REPLACE = "REPLACE"


_S, _A = AssessmentState, AssessmentAction

ASSESSMENT_LIFECYCLE = Lifecycle(
    {
        # With the last signature that it needs.
        (_S.SUBMITTED, _A.CONFIRM): _S.CONFIRMED,
        (_S.SUBMITTED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.CONFIRMED, _A.REPLACE): _S.REPLACED,
    }
)

PERMISSION_FOR = {
    _A.CONFIRM: Permission.ASSESSMENT_CONFIRM,
    _A.WITHDRAW: Permission.ASSESSMENT_WITHDRAW,
}
"""The actions that people may take on an assessment, and what each asks for. It is replaced by the
next that is confirmed."""

SIGNATURES = (_A.SUBMIT, _A.CONFIRM)
"""By which an assessor stands for it."""
