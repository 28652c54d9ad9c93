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


class IncidentState(StrEnum):
    """Where those who answer have got to with all of an incident's alarms."""

    RAISED = "RAISED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RESOLVED = "RESOLVED"


class AlarmAction(StrEnum):
    """What a person may do with an alarm."""

    ACKNOWLEDGE = "ACKNOWLEDGE"
    DISPATCH = "DISPATCH"
    ARRIVE = "ARRIVE"
    RESOLVE = "RESOLVE"
    ASSIGN = "ASSIGN"
    SNOOZE = "SNOOZE"
    COMMENT = "COMMENT"
    CANCEL = "CANCEL"


class IncidentAction(StrEnum):
    """What a person may do with all alarms of an incident at once."""

    ACKNOWLEDGE = "ACKNOWLEDGE"
    RESOLVE = "RESOLVE"


OPEN_STATES = tuple(state for state in AlarmState if state is not AlarmState.RESOLVED)

ALARM_LIFECYCLE = Lifecycle(
    {
        (AlarmState.RAISED, AlarmAction.ACKNOWLEDGE): AlarmState.ACKNOWLEDGED,
        (AlarmState.ACKNOWLEDGED, AlarmAction.DISPATCH): AlarmState.DISPATCHED,
        # Another, where who was sent cannot come.
        (AlarmState.DISPATCHED, AlarmAction.DISPATCH): AlarmState.DISPATCHED,
        (AlarmState.DISPATCHED, AlarmAction.ARRIVE): AlarmState.ARRIVED,
        **{(state, AlarmAction.RESOLVE): AlarmState.RESOLVED for state in OPEN_STATES},
        **{(state, AlarmAction.ASSIGN): state for state in OPEN_STATES},
        # Who has not taken responsibility cannot ask to be left alone.
        **{
            (state, AlarmAction.SNOOZE): state
            for state in OPEN_STATES
            if state is not AlarmState.RAISED
        },
        **{(state, AlarmAction.COMMENT): state for state in AlarmState},
        (AlarmState.RAISED, AlarmAction.CANCEL): AlarmState.RESOLVED,
    }
)

PERMISSION_FOR = {
    AlarmAction.ACKNOWLEDGE: Permission.ALARM_ACKNOWLEDGE,
    AlarmAction.DISPATCH: Permission.ALARM_DISPATCH,
    AlarmAction.ARRIVE: Permission.ALARM_ARRIVE,
    AlarmAction.RESOLVE: Permission.ALARM_RESOLVE,
    AlarmAction.ASSIGN: Permission.ALARM_ASSIGN,
    AlarmAction.SNOOZE: Permission.ALARM_SNOOZE,
    AlarmAction.COMMENT: Permission.ALARM_COMMENT,
    AlarmAction.CANCEL: Permission.ALARM_CANCEL,
}

INCIDENT_LIFECYCLE = Lifecycle(
    {
        (IncidentState.RAISED, IncidentAction.ACKNOWLEDGE): IncidentState.ACKNOWLEDGED,
        (IncidentState.RAISED, IncidentAction.RESOLVE): IncidentState.RESOLVED,
        (IncidentState.ACKNOWLEDGED, IncidentAction.RESOLVE): IncidentState.RESOLVED,
    }
)

INCIDENT_PERMISSION_FOR = {
    IncidentAction.ACKNOWLEDGE: Permission.INCIDENT_ACKNOWLEDGE,
    IncidentAction.RESOLVE: Permission.INCIDENT_RESOLVE,
}
