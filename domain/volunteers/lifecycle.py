"""A volunteer's background check, and what may befall a volunteer."""

from enum import StrEnum

from domain.lifecycle import Lifecycle
from domain.roles import Permission


class VolunteerSkill(StrEnum):
    """What a visit may ask for, and a volunteer can do."""

    CHATTING = "CHATTING"
    PHONE = "PHONE"
    READING = "READING"
    MEALS = "MEALS"
    CLEANING = "CLEANING"
    HAIRDRESSING = "HAIRDRESSING"
    MEDICAL_ESCORT = "MEDICAL_ESCORT"
    REPAIRS = "REPAIRS"
    SMARTPHONE = "SMARTPHONE"
    DIALECT = "DIALECT"


class CheckState(StrEnum):
    """Where a background check has got to. That one is over is a matter of its last day, and is
    never stored."""

    NOT_CHECKED = "NOT_CHECKED"
    SUBMITTED = "SUBMITTED"
    CLEARED = "CLEARED"
    REJECTED = "REJECTED"


class VolunteerAction(StrEnum):
    """What may befall a volunteer; CARRY_OVER stands in the log alone."""

    UPDATE = "UPDATE"
    SET_AVAILABILITY = "SET_AVAILABILITY"
    SUBMIT_CHECK = "SUBMIT_CHECK"
    CLEAR = "CLEAR"
    REJECT = "REJECT"
    SUSPEND = "SUSPEND"
    REINSTATE = "REINSTATE"
    CARRY_OVER = "CARRY_OVER"


CHECK_LIFECYCLE = Lifecycle(
    {
        (CheckState.NOT_CHECKED, VolunteerAction.SUBMIT_CHECK): CheckState.SUBMITTED,
        (CheckState.REJECTED, VolunteerAction.SUBMIT_CHECK): CheckState.SUBMITTED,
        # The next one, in time: until it is decided about, the one before counts to its last day.
        (CheckState.CLEARED, VolunteerAction.SUBMIT_CHECK): CheckState.SUBMITTED,
        (CheckState.SUBMITTED, VolunteerAction.CLEAR): CheckState.CLEARED,
        (CheckState.SUBMITTED, VolunteerAction.REJECT): CheckState.REJECTED,
    }
)

PERMISSION_FOR = {
    VolunteerAction.UPDATE: Permission.VOLUNTEER_UPDATE,
    VolunteerAction.SET_AVAILABILITY: Permission.VOLUNTEER_UPDATE,
    VolunteerAction.SUBMIT_CHECK: Permission.VOLUNTEER_UPDATE,
    VolunteerAction.CLEAR: Permission.VOLUNTEER_DECIDE_CHECK,
    VolunteerAction.REJECT: Permission.VOLUNTEER_DECIDE_CHECK,
    VolunteerAction.SUSPEND: Permission.VOLUNTEER_SUSPEND,
    VolunteerAction.REINSTATE: Permission.VOLUNTEER_SUSPEND,
}
"""What each action asks for."""

BY_OTHERS = frozenset(
    {
        VolunteerAction.CLEAR,
        VolunteerAction.REJECT,
        VolunteerAction.SUSPEND,
        VolunteerAction.REINSTATE,
    }
)
"""Nobody decides so about themselves, in whatever role."""

DECIDES = frozenset({VolunteerAction.CLEAR, VolunteerAction.REJECT})
"""Nobody decides so about a certificate that they have handed in: four eyes see it."""

BY_WHO_GOVERNS = BY_OTHERS - {VolunteerAction.SUSPEND}
"""For those who work for where the volunteer lives. Who sees them visit may stop them at once, but
nobody else clears them, or lets them go on."""
