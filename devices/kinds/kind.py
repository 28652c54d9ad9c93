"""The words in which a kind of device is described."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.models import DeviceKind, VitalSignKind


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit.

    Parameters:
        unit: its UCUM code.
        low, high: the plausible range, both ends included; a value outside is a fault of the
            device, not a finding about the elder.
    """

    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


Measure = Quantity | Flag


class Side(Enum):
    """On which side of a threshold a value is a breach."""

    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A rule: a measure beyond a threshold for some time raises an alarm.

    Parameters:
        name: the rule's name in ``rule_state``; never reuse one for another rule.
        measure: the measure that it watches.
        side: on which side of ``raise_at`` a value is a breach.
        raise_at: the threshold, not itself a breach.
        clear_at: beyond this on the other side the condition has ended; between the two
            nothing changes (hysteresis).
        hold: how long every reading must be a breach, in device time.
        max_gap: a longer silence between two readings begins the time anew.
        unless: flags and the value at which a reading says nothing.
    """

    name: str
    measure: str
    side: Side
    raise_at: float
    clear_at: float
    hold: timedelta
    max_gap: timedelta
    alarm: AlarmType
    severity: AlarmSeverity
    unless: Mapping[str, bool] = field(default_factory=dict[str, bool])


@dataclass(frozen=True, slots=True)
class Vital:
    """A measure that is a vital sign of the elder, in the sign's own unit.

    Parameters:
        unless: flags and the value at which a reading says nothing of it.
    """

    sign: VitalSignKind
    unless: Mapping[str, bool] = field(default_factory=dict[str, bool])


@dataclass(frozen=True, slots=True)
class EventType:
    """Something that happens once, and the alarm that it raises at once."""

    alarm: AlarmType
    severity: AlarmSeverity
    measures: Mapping[str, Measure] = field(default_factory=dict[str, Measure])


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of device: all that the pipeline knows of it.

    Parameters:
        telemetry: measure's name -> what is allowed.
        events: event's type -> what it means.
        vitals: measure's name -> which sign it is.
    """

    kind: DeviceKind
    telemetry: Mapping[str, Measure]
    events: Mapping[str, EventType] = field(default_factory=dict[str, EventType])
    rules: tuple[Threshold, ...] = ()
    vitals: Mapping[str, Vital] = field(default_factory=dict[str, Vital])
