"""A stay: held and reserved before the elder comes, then occupied, with leave, until the bed is
clean again. Bed statuses as in HL7 v2 table 0116."""

from enum import StrEnum

from domain.access import Permission
from domain.lifecycle import Lifecycle


class StayState(StrEnum):
    """Where a stay has got to."""

    HELD = "HELD"
    RESERVED = "RESERVED"
    OCCUPIED = "OCCUPIED"
    ON_LEAVE = "ON_LEAVE"
    CLEANING = "CLEANING"
    CLOSED = "CLOSED"


class StayAction(StrEnum):
    """What may happen to a stay."""

    HOLD = "HOLD"
    RESERVE = "RESERVE"
    OCCUPY = "OCCUPY"
    LEAVE = "LEAVE"
    RETURN = "RETURN"
    TRANSFER = "TRANSFER"
    END = "END"
    CLOSE = "CLOSE"


IN_BED = (StayState.OCCUPIED, StayState.ON_LEAVE)
"""The elder lives here now, even if out for some days."""

STAY_LIFECYCLE = Lifecycle(
    {
        (StayState.HELD, StayAction.RESERVE): StayState.RESERVED,
        (StayState.HELD, StayAction.OCCUPY): StayState.OCCUPIED,
        (StayState.RESERVED, StayAction.OCCUPY): StayState.OCCUPIED,
        (StayState.OCCUPIED, StayAction.LEAVE): StayState.ON_LEAVE,
        (StayState.ON_LEAVE, StayAction.RETURN): StayState.OCCUPIED,
        (StayState.OCCUPIED, StayAction.TRANSFER): StayState.CLEANING,
        (StayState.ON_LEAVE, StayAction.TRANSFER): StayState.CLEANING,
        (StayState.OCCUPIED, StayAction.END): StayState.CLEANING,
        (StayState.ON_LEAVE, StayAction.END): StayState.CLEANING,
        # Nobody has lain in it, so nothing needs cleaning.
        (StayState.HELD, StayAction.END): StayState.CLOSED,
        (StayState.RESERVED, StayAction.END): StayState.CLOSED,
        (StayState.CLEANING, StayAction.CLOSE): StayState.CLOSED,
    }
)

PERMISSION_FOR = {
    StayAction.RESERVE: Permission.BED_STAY_HOLD,
    StayAction.OCCUPY: Permission.BED_STAY_ADMIT,
    StayAction.LEAVE: Permission.BED_STAY_LEAVE,
    StayAction.RETURN: Permission.BED_STAY_LEAVE,
    StayAction.TRANSFER: Permission.BED_STAY_TRANSFER,
    StayAction.END: Permission.BED_STAY_END,
    StayAction.CLOSE: Permission.BED_STAY_CLOSE,
}
"""The actions that people may take, and what each asks for."""
