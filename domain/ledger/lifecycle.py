"""A hold: set aside until what it is for has been done, or is not wanted any more."""

from enum import StrEnum

from domain.access import Permission
from domain.lifecycle import Lifecycle


class HoldState(StrEnum):
    """Where a hold has got to."""

    HELD = "HELD"
    REDEEMED = "REDEEMED"
    RELEASED = "RELEASED"


class HoldAction(StrEnum):
    """What may happen to a hold."""

    COMPLETE = "COMPLETE"
    RELEASE = "RELEASE"


HOLD_LIFECYCLE = Lifecycle(
    {
        (HoldState.HELD, HoldAction.COMPLETE): HoldState.REDEEMED,
        (HoldState.HELD, HoldAction.RELEASE): HoldState.RELEASED,
    }
)

PERMISSION_FOR = {
    HoldAction.COMPLETE: Permission.HOLD_COMPLETE,
    HoldAction.RELEASE: Permission.HOLD_RELEASE,
}
"""What each action asks for."""

BY_OTHERS = frozenset({HoldAction.COMPLETE})
"""Anyone but whose minutes they are: nobody confirms that they were served themselves."""
