"""One step of each sort of rule: (rule, memory, reading) -> memory. No I/O, no clock."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum, auto
from typing import Any, NamedTuple

from domain.devices.kinds import (
    Absence,
    Beyond,
    Count,
    Happens,
    Is,
    Rule,
    Side,
    Sign,
    Spell,
    Threshold,
)
from domain.devices.rule_memory import RuleMemory

Place = tuple[datetime, int, str]
"""A reading's place in the order of device time: time, sequence and, of an event, its id."""


class Reading(NamedTuple):
    """One set of measurements, or one event.

    Parameters:
        event: the event's type; empty for telemetry.
        id: the event's id; empty for telemetry.
    """

    at: datetime
    seq: int
    measures: Mapping[str, Any]
    event: str = ""
    id: str = ""

    @property
    def place(self) -> Place:
        """Where it stands among the device's readings."""
        return self.at, self.seq, self.id


class Zone(Enum):
    """What a reading means for a threshold."""

    SILENT = auto()  # says nothing: the measure is not in it
    BREACH = auto()
    BETWEEN = auto()  # ends a run that has not raised yet, keeps one that has
    HEALTHY = auto()


def says_nothing(measures: Mapping[str, Any], unless: Mapping[str, bool]) -> bool:
    """Whether a reading's flags say that its other measures mean nothing."""
    return any(measures.get(flag) is value for flag, value in unless.items())


def zone(rule: Threshold, reading: Reading) -> Zone:
    """Where a reading stands. An event's measures are the event's, not the rule's."""
    if reading.event:
        return Zone.SILENT
    if says_nothing(reading.measures, rule.unless):
        return Zone.BETWEEN
    value: float | None = reading.measures.get(rule.measure)
    if value is None:
        return Zone.SILENT
    # Seen from above: what is below the threshold is above its negative.
    sign = 1 if rule.side is Side.ABOVE else -1
    if sign * value > sign * rule.raise_at:
        return Zone.BREACH
    return Zone.HEALTHY if sign * value < sign * rule.clear_at else Zone.BETWEEN


def says(sign: Sign, reading: Reading) -> bool | None:
    """Whether a reading says or denies a sign; None if it does not speak of it."""
    if isinstance(sign, Happens):
        return True if reading.event == sign.event else None
    if reading.event:
        return None
    if isinstance(sign, Is):
        flag: bool | None = reading.measures.get(sign.flag)
        return None if flag is None else flag is sign.value
    return _is_beyond(sign, reading.measures.get(sign.measure))


def _is_beyond(sign: Beyond, value: float | None) -> bool | None:
    return None if value is None else sign.side.beyond(value, sign.limit)


def begins(rule: Count, known: RuleMemory, reading: Reading) -> bool:
    """Whether a count's sign begins with a reading, and counts."""
    begun = says(rule.sign, reading) and (isinstance(rule.sign, Happens) or known.said is False)
    return bool(begun) and (rule.hours is None or rule.hours.contain(reading.at))


def _threshold(rule: Threshold, known: RuleMemory, reading: Reading) -> RuleMemory:
    where = zone(rule, reading)
    if where is Zone.HEALTHY:
        return RuleMemory(reading.at)
    if where is Zone.SILENT or known.raised:
        return known._replace(latest=reading.at)
    if where is Zone.BETWEEN:
        return RuleMemory(reading.at)
    since = known.since
    if since is None or reading.at - known.latest > rule.max_gap:
        since = reading.at
    return RuleMemory(reading.at, since, raised=reading.at - since >= rule.hold)


def _count(rule: Count, known: RuleMemory, reading: Reading) -> RuleMemory:
    at = reading.at
    said = says(rule.sign, reading)
    begun = begins(rule, known, reading)
    if known.marks and at - known.marks[-1] > rule.quiet:
        known = known._replace(raised=False, marks=())
    if said is not None and not isinstance(rule.sign, Happens):
        known = known._replace(said=said)
    if not begun:
        return known._replace(latest=at)
    recent = [mark for mark in known.marks if at - mark <= rule.window]
    marks = (*recent[1 - rule.times :], at)
    return known._replace(latest=at, raised=known.raised or len(marks) >= rule.times, marks=marks)


def _absence(rule: Absence, known: RuleMemory, reading: Reading) -> RuleMemory:
    at = reading.at
    if says(rule.sign, reading):
        if rule.after is not None:
            return RuleMemory(at)
        if known.said and known.since is not None and at <= known.since:
            return known
        return RuleMemory(max(at, known.latest), at, said=True)
    if rule.after is None:
        if known.said or (known.since is not None and known.since <= at):
            return known
        return known._replace(since=at)  # never said yet: it has been waited for since the first
    if known.since is None and says(rule.after, reading):
        return known._replace(latest=at, since=at)
    return known._replace(latest=at)


def _spell(rule: Spell, known: RuleMemory, reading: Reading) -> RuleMemory:
    at = reading.at
    if reading.event in rule.events:
        newer = known.since is None or at > known.since
        since = at if known.since is None else max(at, known.since)
        ended = bool(known.marks) and since <= known.marks[-1]
        return known._replace(since=since, raised=not ended and (known.raised or newer))
    if reading.event in rule.ended_by:
        end = max((at, *known.marks))
        still = known.raised and known.since is not None and known.since > end
        return known._replace(raised=still, marks=(end,))
    return known


_STEPS: Mapping[type[Any], Callable[[Any, RuleMemory, Reading], RuleMemory]] = {
    Threshold: _threshold,
    Count: _count,
    Absence: _absence,
    Spell: _spell,
}


def after(rule: Rule, known: RuleMemory, reading: Reading) -> RuleMemory:
    """What a rule knows after one more reading.

    An absence that waits from its sign on, and a spell, know the same in whatever order the
    readings come; a threshold, a count and an absence that waits ``after`` something need them in
    order.
    """
    return _STEPS[type(rule)](rule, known, reading)


def rests(rule: Rule, reading: Reading) -> bool:
    """Whether a rule that remembers nothing will remember nothing after this reading either.

    Most readings of most devices are of this sort, and a batch has a thousand.
    """
    if isinstance(rule, Threshold):
        value: float | None = None if reading.event else reading.measures.get(rule.measure)
        if value is None or not rule.side.beyond(value, rule.raise_at):
            return True
        return says_nothing(reading.measures, rule.unless)
    if isinstance(rule, Absence) and rule.after is not None:
        return says(rule.sign, reading) is True or not says(rule.after, reading)
    return isinstance(rule, Spell) and not reading.event


def needs_order(rule: Rule) -> bool:
    """Whether readings must come in order for the memory to be right."""
    return not isinstance(rule, Spell) and not (isinstance(rule, Absence) and rule.after is None)
