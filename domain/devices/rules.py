"""Rules over readings, as pure functions: (rule, memory, readings) -> (memory, changes).

Time is the device's. A reading that comes after a newer one cannot be added to the memory; the
rule is then followed anew over the stored readings (``refollow``), so that what is remembered
depends on which readings there are and not on the order in which they came.
"""

from bisect import bisect, bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from domain.devices.kinds import Absence, Count, Happens, Rule, Threshold
from domain.devices.rule_memory import RuleMemory
from domain.devices.rule_steps import Place, Reading, Zone, after, begins, says, zone


class Change(NamedTuple):
    """The rule raises (or, with ``raised`` false, clears) at a reading."""

    reading: Reading
    raised: bool


def follow(
    rule: Rule, memory: RuleMemory | None, readings: Iterable[Reading]
) -> tuple[RuleMemory | None, list[Change]]:
    """Follow a rule over readings.

    Parameters:
        memory: what is remembered so far; None if nothing is.
        readings: in order, all newer than the memory, where the rule needs order.
    Returns: the memory after the last reading, and what the rule said on the way. An absence only
        clears here: raising is for time to do (``domain/devices/deadlines.py``).
    """
    changes: list[Change] = []
    for reading in readings:
        known = memory or RuleMemory(reading.at)
        memory = after(rule, known, reading)
        if memory.raised is not known.raised:
            changes.append(Change(reading, memory.raised))
    return memory, changes


def refollow(
    rule: Rule, memory: RuleMemory | None, history: Sequence[Reading], new: frozenset[Place]
) -> tuple[RuleMemory | None, list[Change]]:
    """Follow a rule anew after readings came out of order.

    A raise is said again only if it stands in a stretch in which none was said before. What was
    said on too few readings cannot be unsaid; it is cleared.

    Parameters:
        memory: what was remembered before these readings came.
        history: every reading since one that ``settled`` found, in order, the new included.
        new: the places of those that were not there before.
    Returns: the memory after the last reading, and what is to be said now.
    """
    if isinstance(rule, Absence):
        return _rewait(rule, memory, history)
    before, said = follow(rule, None, [r for r in history if r.place not in new])
    now, changes = follow(rule, None, history)
    ends = _stretch_ends(rule, history)
    stretches_said = {bisect(ends, c.reading.place) for c in said if c.raised}
    unsaid = [
        change
        for change in changes
        if change.raised and bisect(ends, change.reading.place) not in stretches_said
    ]
    was_raised = bool(unsaid) or (before is not None and before.raised)
    if was_raised and now is not None and not now.raised:
        unsaid.append(Change(changes[-1].reading if changes else history[-1], raised=False))
    return now, unsaid


def settled(rule: Rule, readings: Sequence[Reading], before: datetime) -> int | None:
    """Where to begin anew: the index of the newest reading before a time after which the rule's
    memory is the same whatever came before it.

    Parameters:
        readings: in order.
    """
    newest_first = range(bisect_left(readings, before, key=attrgetter("at")) - 1, -1, -1)
    if isinstance(rule, Count):
        return _settled_count(rule, readings, newest_first)
    return next((i for i in newest_first if _settles(rule, readings[i])), None)


def _settles(rule: Rule, reading: Reading) -> bool:
    if isinstance(rule, Threshold):
        return zone(rule, reading) is Zone.HEALTHY
    return isinstance(rule, Absence) and says(rule.sign, reading) is True


def _settled_count(
    rule: Count, readings: Sequence[Reading], newest_first: Iterable[int]
) -> int | None:
    """A reading that says how things stand, when nothing had begun for the quiet time."""
    marks = [reading.at for reading, _ in _begun(rule, readings)]
    each = isinstance(rule.sign, Happens)
    spoken = [each or says(rule.sign, reading) is not None for reading in readings]
    # Before the first that speaks nobody knows whether it begins something.
    known_since = next((r.at for r, speaks in zip(readings, spoken, strict=True) if speaks), None)
    for i in newest_first:
        at = readings[i].at
        if known_since is None or at - rule.quiet <= known_since:
            return None
        if spoken[i] and bisect_left(marks, at - rule.quiet) == bisect(marks, at):
            return i
    return None


def _begun(rule: Count, readings: Iterable[Reading]) -> Iterable[tuple[Reading, RuleMemory]]:
    """Each beginning of a count's sign, with what was known before it."""
    known: RuleMemory | None = None
    for reading in readings:
        known = known or RuleMemory(reading.at)
        if begins(rule, known, reading):
            yield reading, known
        known = after(rule, known, reading)


def _stretch_ends(rule: Rule, history: Sequence[Reading]) -> list[Place]:
    """Between two of these places a rule raises once at most."""
    if isinstance(rule, Count):
        return [
            reading.place
            for reading, known in _begun(rule, history)
            if known.marks and reading.at - known.marks[-1] > rule.quiet
        ]
    return [reading.place for reading in history if _settles(rule, reading)]


def _rewait(
    rule: Absence, memory: RuleMemory | None, history: Sequence[Reading]
) -> tuple[RuleMemory | None, list[Change]]:
    """An absence stays raised only where the wait that raised it, or a longer one, still is."""
    now, _ = follow(rule, None, history)
    if now is None or memory is None or not memory.raised or memory.since is None:
        return now, []
    if now.since is not None and now.since <= memory.since:
        return now._replace(raised=True), []
    return now, [Change(history[-1], raised=False)]
