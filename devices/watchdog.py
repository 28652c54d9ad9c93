"""What time alone says of devices: absences that have lasted, events that have not come again.

Deadlines are rows, moved by the batches that bring readings; this looks at those that have passed.
What is said is said in the transaction that remembers it, under the lock that a batch takes of a
device: once, whichever process dies, and however many look.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from devices.watch import signal_of
from domain.alarms import service as alarms
from domain.alarms.raising import Signal
from domain.devices import rule_state
from domain.devices.deadlines import GRACE, judge, next_due
from domain.devices.heartbeat import online
from domain.devices.kinds import Rule
from domain.devices.overdue import Heard, lock_heard, overdue
from domain.devices.rule_memory import RuleMemory
from domain.devices.rule_state import DeviceMemory
from domain.thresholds.tuning import rules_of

AT_ONCE: Final = 500
"""Devices that are looked at in one transaction."""

_SILENT_FOR: Final = timedelta(minutes=10)
"""How soon a silent device is looked at again; a reading brings it back at once."""


class _Said(NamedTuple):
    memory: DeviceMemory
    raised: list[Signal]
    cleared: list[Signal]


async def waiting(session: AsyncSession, now: datetime) -> list[UUID]:
    """Devices whose deadline has passed, ``AT_ONCE`` at most."""
    return await overdue(session, now - GRACE, AT_ONCE)


async def look(session: AsyncSession, now: datetime, ids: Sequence[UUID] | None = None) -> int:
    """Let the rules speak whose time has come.

    Parameters:
        now: receive time.
        ids: of these devices only; None: of those that wait longest.
    Returns: how many devices were looked at; if ``AT_ONCE``, more may be waiting.
    """
    found = await lock_heard(session, await waiting(session, now) if ids is None else ids)
    if not found:
        return 0
    # Read under the lock: a batch may have moved what was found.
    known = await rule_state.memories(session, [heard.card.id for heard in found])
    rules = await rules_of(session, [heard.card for heard in found])
    said = {
        heard.card.id: _judged(heard, rules[heard.card.id], known[heard.card.id], now)
        for heard in found
        if heard.card.id in known
    }
    await rule_state.remember(session, {id: one.memory for id, one in said.items()})
    await alarms.raise_alarms(session, [word for one in said.values() for word in one.raised])
    await alarms.clear_alarms(session, [word for one in said.values() for word in one.cleared])
    return len(found)


def _judged(heard: Heard, rules: Sequence[Rule], known: DeviceMemory, now: datetime) -> _Said:
    card = heard.card
    if known.elder_id != card.elder_id or not card.region_code or card.revoked:
        return _Said(known._replace(due_at=None), [], [])
    if not online(card.kind, heard.last, now):
        # It says nothing of the elder; when it is heard again, each wait begins anew.
        return _Said(known._replace(due_at=now + _SILENT_FOR), [], [])
    said = _Said(known, [], [])
    memories = dict(known.rules)
    for rule in rules:
        before = memories.get(rule.name) or RuleMemory(known.latest)
        memories[rule.name], verdict = judge(rule, before, heard.since, now)
        if verdict is not None:
            word = signal_of(card, rule, verdict.at, late=False, measures={})
            (said.raised if verdict.raised else said.cleared).append(word)
    due_at = next_due(((rule, memories[rule.name]) for rule in rules), heard.since)
    return said._replace(memory=known._replace(rules=memories, due_at=due_at))
