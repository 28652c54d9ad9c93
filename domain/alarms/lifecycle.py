"""A device may raise an alarm; only a person may end one.

Escalation is a level (0 to 3) beside the state, and so is the device's own *cleared*.
"""

from enum import StrEnum

from domain.access import Permission
from domain.lifecycle import Lifecycle


class AlarmState(StrEnum):
    """Where the people who answer an alarm have got to."""

    RAISED = "RAISED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    DISPATCHED = "DISPATCHED"
    ARRIVED = "ARRIVED"
    RESOLVED = "RESOLVED"


class AlarmAction(StrEnum):
    """What a person may do with an alarm."""

    ACKNOWLEDGE = "ACKNOWLEDGE"
    DISPATCH = "DISPATCH"
    ARRIVE = "ARRIVE"
    RESOLVE = "RESOLVE"


OPEN_STATES = tuple(state for state in AlarmState if state is not AlarmState.RESOLVED)

ALARM_LIFECYCLE = Lifecycle(
    {
        (AlarmState.RAISED, AlarmAction.ACKNOWLEDGE): AlarmState.ACKNOWLEDGED,
        (AlarmState.ACKNOWLEDGED, AlarmAction.DISPATCH): AlarmState.DISPATCHED,
        (AlarmState.DISPATCHED, AlarmAction.ARRIVE): AlarmState.ARRIVED,
        **{(state, AlarmAction.RESOLVE): AlarmState.RESOLVED for state in OPEN_STATES},
    }
)

PERMISSION_FOR = {
    AlarmAction.ACKNOWLEDGE: Permission.ALARM_ACKNOWLEDGE,
    AlarmAction.DISPATCH: Permission.ALARM_DISPATCH,
    AlarmAction.ARRIVE: Permission.ALARM_ARRIVE,
    AlarmAction.RESOLVE: Permission.ALARM_RESOLVE,
}
