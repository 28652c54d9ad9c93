"""What time alone says: an absence that has lasted, an event that has not come again. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.devices.kinds import Absence, Count, Rule, Spell
from domain.devices.rule_memory import RuleMemory

GRACE = timedelta(seconds=5)
"""How long a message may be under way: so much later than its deadline a rule speaks."""


class Verdict(NamedTuple):
    """What a rule says at its deadline.

    Parameters:
        at: the deadline.
        raised: whether it raises or, if false, clears.
    """

    at: datetime
    raised: bool


def due(rule: Rule, memory: RuleMemory, heard_since: datetime | None) -> datetime | None:
    """When a rule speaks if nothing more is heard of what it listens for; None if it will not.

    Parameters:
        heard_since: since when the device has been heard without a break.
    """
    if isinstance(rule, Absence):
        if memory.raised or memory.since is None:
            return None
        return _waited(rule, _later(memory.since, heard_since))
    if isinstance(rule, Count) and memory.raised:
        return _later(memory.marks[-1], heard_since) + rule.quiet
    if isinstance(rule, Spell) and memory.raised and memory.since is not None:
        return None if rule.quiet is None else _later(memory.since, heard_since) + rule.quiet
    return None


def judge(
    rule: Rule, memory: RuleMemory, heard_since: datetime | None, now: datetime
) -> tuple[RuleMemory, Verdict | None]:
    """Let a rule speak if its deadline has passed.

    Parameters:
        now: receive time; the device is heard.
    Returns: the memory after it, and what was said.
    """
    at = due(rule, memory, heard_since)
    if at is None or at + GRACE > now:
        return memory, None
    raised = isinstance(rule, Absence)
    return memory._replace(raised=raised), Verdict(at, raised)


def next_due(
    known: Iterable[tuple[Rule, RuleMemory]], heard_since: datetime | None
) -> datetime | None:
    """The first deadline of a device's rules."""
    deadlines = (due(rule, memory, heard_since) for rule, memory in known)
    return min((at for at in deadlines if at is not None), default=None)


def _waited(rule: Absence, since: datetime) -> datetime | None:
    """The end of a wait, where the hours allow one."""
    if rule.hours is None:
        return since + rule.hold
    if rule.hours.contain(since) and since + rule.hold <= rule.hours.next_closing(since):
        return since + rule.hold
    return rule.hours.next_opening(since) + rule.hold if rule.from_opening else None


def _later(one: datetime, other: datetime | None) -> datetime:
    return one if other is None else max(one, other)
