"""What a device has measured when it raised an alarm, and where it was."""

from api.context import Context
from api.describe import output
from domain.access import Role
from domain.alarms import models
from domain.alarms.lifecycle import AlarmState
from domain.devices.kinds.common import PLACE


@output
class Measure:
    """A value that led to an alarm."""

    name: str
    """What was measured, as the device's kind calls it."""
    value: float
    """How much, in the unit of the device's kind."""


@output
class Whereabouts:
    """Where a worn device was, in degrees of WGS 84, as satellites tell it; for the maps of China
    they have to be turned into GCJ-02."""

    longitude: float
    """Degrees east."""
    latitude: float
    """Degrees north."""


def measures(alarm: models.Alarm, context: Context) -> list[Measure] | None:
    """The values; no place is among them, which is another consent's."""
    if _is_over_for(alarm, context):
        return None
    return [
        Measure(name=name, value=value)
        for name, value in alarm.measures.items()
        if _is_number(value) and name not in PLACE
    ]


def whereabouts(alarm: models.Alarm, context: Context) -> Whereabouts | None:
    """The place; None where the device has not told both of its numbers."""
    latitude, longitude = (alarm.measures.get(name) for name in PLACE)
    if _is_over_for(alarm, context) or latitude is None or longitude is None:
        return None
    return Whereabouts(longitude=longitude, latitude=latitude)


def _is_over_for(alarm: models.Alarm, context: Context) -> bool:
    """A desk has business with what a device tells of the elder while it answers."""
    over = alarm.state is AlarmState.RESOLVED
    return over and context.actor.role in (Role.DISPATCHER, Role.STATION)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
