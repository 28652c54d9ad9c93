"""The words in which a kind of device is described."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.devices.kinds.measures import Flag, Measure, Quantity
from domain.devices.kinds.rule_words import (
    Absence,
    Count,
    Happens,
    Is,
    Rule,
    Sign,
    Spell,
    Threshold,
    spell_name,
)
from domain.devices.models import DeviceKind, VitalSignKind


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
    """Something that happens once.

    Parameters:
        alarm: what it raises at once; None for what is no alarm of its own.
        severity: the alarm's; None where there is no alarm.
        quiet: the alarm is cleared when the event has not come again for so long; None if time
            alone does not clear it.
        clears: the alarms of this device which it clears, as a door's "closed" does.
        cancels: the alarms of its elder which she takes back by it, while she may.
    """

    alarm: AlarmType | None = None
    severity: AlarmSeverity | None = None
    measures: Mapping[str, Measure] = field(default_factory=dict[str, Measure])
    quiet: timedelta | None = None
    clears: frozenset[AlarmType] = frozenset()
    cancels: frozenset[AlarmType] = frozenset()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of device: all that the pipeline knows of it.

    Parameters:
        telemetry: measure's name -> what is allowed.
        events: event's type -> what it means.
        rules, counts, absences: what raises an alarm over time; no two have one name.
        vitals: measure's name -> which sign it is.
        watched: all of its rules, the spells of its events' alarms among them.
        hears_events: whether a rule listens to events.

    Raises: ValueError if it contradicts itself.
    """

    kind: DeviceKind
    telemetry: Mapping[str, Measure]
    events: Mapping[str, EventType] = field(default_factory=dict[str, EventType])
    rules: tuple[Threshold, ...] = ()
    counts: tuple[Count, ...] = ()
    absences: tuple[Absence, ...] = ()
    vitals: Mapping[str, Vital] = field(default_factory=dict[str, Vital])
    watched: tuple[Rule, ...] = field(init=False)
    hears_events: bool = field(init=False)

    def __post_init__(self) -> None:
        faults = [*_faults(self)]
        if faults:
            raise ValueError(f"{self.kind.value}: {'; '.join(faults)}")
        spells = tuple(_spells(self.events))
        listening = (sign for rule in (*self.counts, *self.absences) for sign in rule.signs)
        heard = bool(spells) or any(isinstance(sign, Happens) for sign in listening)
        object.__setattr__(self, "watched", (*self.rules, *self.counts, *self.absences, *spells))
        object.__setattr__(self, "hears_events", heard)


def _spells(events: Mapping[str, EventType]) -> Iterator[Spell]:
    """One for each alarm that time or another event clears."""
    for alarm in sorted({event.alarm for event in events.values() if event.alarm}):
        raising = {type_: event for type_, event in events.items() if event.alarm is alarm}
        ended_by = frozenset(type_ for type_, event in events.items() if alarm in event.clears)
        quiet = max((event.quiet for event in raising.values() if event.quiet), default=None)
        if ended_by or quiet is not None:
            severity = min(
                (event.severity for event in raising.values() if event.severity),
                key=[*AlarmSeverity].index,
            )
            name = spell_name(alarm)
            yield Spell(name, frozenset(raising), ended_by, quiet, alarm, severity)


def _faults(kind: Kind) -> Iterator[str]:
    names = [rule.name for rule in (*kind.rules, *kind.counts, *kind.absences)]
    if len(set(names)) < len(names):
        yield "two rules of one name"
    raised = {event.alarm for event in kind.events.values()}
    for type_, event in kind.events.items():
        if not event.clears <= raised:
            yield f"{type_}: clears what no event of this kind raises"
        if (event.alarm is None) is not (event.severity is None):
            yield f"{type_}: an alarm has a severity, and nothing else has"
        if event.quiet is not None and event.alarm is None:
            yield f"{type_}: nothing that could be quiet"
    for rule in kind.rules:
        yield from _threshold_faults(kind, rule)
    for rule in (*kind.counts, *kind.absences):
        for sign in rule.signs:
            yield from _sign_faults(kind, rule.name, sign)
    for count in kind.counts:
        if count.times < 2 or count.quiet < count.window:
            yield f"{count.name}: two times at least, and quiet for no less than the window"
    for absence in kind.absences:
        if absence.hold <= timedelta(0):
            yield f"{absence.name}: waits for nothing"
        if absence.hours is not None and absence.hold > absence.hours.length:
            yield f"{absence.name}: longer than its hours"


def _threshold_faults(kind: Kind, rule: Threshold) -> Iterator[str]:
    measure = kind.telemetry.get(rule.measure)
    if not isinstance(measure, Quantity):
        yield f"{rule.name}: {rule.measure} is no quantity"
    elif (
        not measure.low
        <= min(rule.raise_at, rule.clear_at)
        <= max(rule.raise_at, rule.clear_at)
        <= measure.high
    ):
        yield f"{rule.name}: beyond what {rule.measure} can be"
    if not rule.healthy_side_clears:
        yield f"{rule.name}: clears where it raises"
    for flag in rule.unless:
        if not isinstance(kind.telemetry.get(flag), Flag):
            yield f"{rule.name}: {flag} is no flag"


def _sign_faults(kind: Kind, rule: str, sign: Sign) -> Iterator[str]:
    if isinstance(sign, Happens):
        known = sign.event in kind.events
    elif isinstance(sign, Is):
        known = isinstance(kind.telemetry.get(sign.flag), Flag)
    else:
        known = isinstance(kind.telemetry.get(sign.measure), Quantity)
    if not known:
        yield f"{rule}: nothing of this kind says {sign}"
