"""A need is open until it is met, declined or withdrawn."""

from enum import StrEnum

from domain.access import Permission
from domain.lifecycle import Lifecycle


class CareNeedState(StrEnum):
    """What has become of a need."""

    OPEN = "OPEN"
    MET = "MET"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"


class CareNeedAction(StrEnum):
    """What may happen to a need."""

    MEET = "MEET"
    DECLINE = "DECLINE"
    WITHDRAW = "WITHDRAW"


_S, _A = CareNeedState, CareNeedAction

CARE_NEED_LIFECYCLE = Lifecycle(
    {
        (_S.OPEN, _A.MEET): _S.MET,
        # By the elder, or the family; the advisor enters it.
        (_S.OPEN, _A.DECLINE): _S.DECLINED,
        # It was none.
        (_S.OPEN, _A.WITHDRAW): _S.WITHDRAWN,
    }
)

PERMISSION_FOR = dict.fromkeys(CareNeedAction, Permission.CARE_NEED_KEEP)
"""The actions that people may take on a need, and what each asks for."""


class SuggestionItemState(StrEnum):
    """What somebody has said to what was suggested."""

    PROPOSED = "PROPOSED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"


class SuggestionItemAction(StrEnum):
    """What may be said to what was suggested."""

    ACCEPT = "ACCEPT"
    DECLINE = "DECLINE"


_I = SuggestionItemState

SUGGESTION_ITEM_LIFECYCLE = Lifecycle(
    {
        (_I.PROPOSED, SuggestionItemAction.ACCEPT): _I.ACCEPTED,
        (_I.PROPOSED, SuggestionItemAction.DECLINE): _I.DECLINED,
    }
)

ITEM_PERMISSION_FOR = dict.fromkeys(SuggestionItemAction, Permission.SUGGESTION_ANSWER)
"""What may be said to a suggestion, and what each asks for."""
