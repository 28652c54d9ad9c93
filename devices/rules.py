"""Thresholds over time, as pure functions: (rule, memory, readings) -> (memory, changes).

Time is the device's. A reading that comes after a newer one cannot be added to the memory; the
rule is then followed anew over the stored readings (``refollow``), so that what is remembered
depends on which readings there are and not on the order in which they came.
"""

from bisect import bisect, bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum, auto
from operator import attrgetter
from typing import Any, NamedTuple

from devices.kinds import Side, Threshold
from domain.devices.rule_state import RuleMemory

Place = tuple[datetime, int]
"""A reading's place in the order of device time: time and sequence."""


class Reading(NamedTuple):
    """One set of measurements."""

    at: datetime
    seq: int
    measures: Mapping[str, Any]

    @property
    def place(self) -> Place:
        """Where it stands among the device's readings."""
        return self.at, self.seq


class Change(NamedTuple):
    """The rule raises (or, with ``raised`` false, clears) at a reading."""

    reading: Reading
    raised: bool


class _Zone(Enum):
    SILENT = auto()  # says nothing: the measure is not in it
    BREACH = auto()
    BETWEEN = auto()  # ends a run that has not raised yet, keeps one that has
    HEALTHY = auto()


def follow(
    rule: Threshold, memory: RuleMemory | None, readings: Iterable[Reading]
) -> tuple[RuleMemory | None, list[Change]]:
    """Follow a rule over readings.

    Parameters:
        memory: what is remembered so far; None if nothing is.
        readings: in order, all newer than the memory.
    Returns: the memory after the last reading, and what the rule said on the way.
    """
    changes: list[Change] = []
    for reading in readings:
        known = memory or RuleMemory(reading.at)
        memory = _after(rule, known, reading)
        if memory.raised is not known.raised:
            changes.append(Change(reading, memory.raised))
    return memory, changes


def refollow(
    rule: Threshold, history: Sequence[Reading], new: frozenset[Place]
) -> tuple[RuleMemory | None, list[Change]]:
    """Follow a rule anew after readings came out of order.

    A raise is said again only if it stands between two healthy readings between which none was
    said before. What was said on too few readings cannot be unsaid; it is cleared.

    Parameters:
        history: every reading since one that ``settles`` the rule, in order, the new included.
        new: the places of those that were not there before.
    Returns: the memory after the last reading, and what is to be said now.
    """
    before, said = follow(rule, None, [r for r in history if r.place not in new])
    after, changes = follow(rule, None, history)
    healthy = [reading.place for reading in history if settles(rule, reading)]
    stretches_said = {bisect(healthy, c.reading.place) for c in said if c.raised}
    unsaid = [
        change
        for change in changes
        if change.raised and bisect(healthy, change.reading.place) not in stretches_said
    ]
    was_raised = bool(unsaid) or (before is not None and before.raised)
    if was_raised and after is not None and not after.raised:
        unsaid.append(Change(changes[-1].reading if changes else history[-1], raised=False))
    return after, unsaid


def settles(rule: Threshold, reading: Reading) -> bool:
    """Whether the rule's memory after this reading is the same whatever came before it."""
    return _zone(rule, reading.measures) is _Zone.HEALTHY


def settled(
    rules: Sequence[Threshold], readings: Sequence[Reading], before: datetime
) -> int | None:
    """Where to begin anew: the index of the newest reading before a time that settles every rule.

    Parameters:
        readings: in order.
    """
    newest_first = range(bisect_left(readings, before, key=attrgetter("at")) - 1, -1, -1)
    return next((i for i in newest_first if all(settles(r, readings[i]) for r in rules)), None)


def _after(rule: Threshold, known: RuleMemory, reading: Reading) -> RuleMemory:
    zone = _zone(rule, reading.measures)
    if zone is _Zone.HEALTHY:
        return RuleMemory(reading.at)
    if zone is _Zone.SILENT or known.raised:
        return known._replace(latest=reading.at)
    if zone is _Zone.BETWEEN:
        return RuleMemory(reading.at)
    since = known.breached_since
    if since is None or reading.at - known.latest > rule.max_gap:
        since = reading.at
    return RuleMemory(reading.at, since, raised=reading.at - since >= rule.hold)


def says_nothing(measures: Mapping[str, Any], unless: Mapping[str, bool]) -> bool:
    """Whether a reading's flags say that its other measures mean nothing."""
    return any(measures.get(flag) is value for flag, value in unless.items())


def _zone(rule: Threshold, measures: Mapping[str, Any]) -> _Zone:
    if says_nothing(measures, rule.unless):
        return _Zone.BETWEEN
    value: float | None = measures.get(rule.measure)
    if value is None:
        return _Zone.SILENT
    # Seen from above: what is below the threshold is above its negative.
    sign = 1 if rule.side is Side.ABOVE else -1
    if sign * value > sign * rule.raise_at:
        return _Zone.BREACH
    return _Zone.HEALTHY if sign * value < sign * rule.clear_at else _Zone.BETWEEN
