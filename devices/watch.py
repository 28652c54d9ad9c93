"""Rules over a batch's new readings: what they remember is read and written in its transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from devices.clock import is_late
from devices.kinds import KINDS, Threshold
from devices.rules import Change, Reading, follow, refollow, settled
from devices.sorting import Measured
from domain.alarms import service as alarms
from domain.alarms.service import Signal
from domain.devices import rule_state
from domain.devices.rule_state import MemoryKey, RuleMemory
from domain.devices.service import DeviceCard

_LOOK_BACK = 64
_LOOK_BACK_MOST = 65_536  # a week of readings every ten seconds, not one of them healthy


class _New(NamedTuple):
    """A device's new readings, each part in the order of device time."""

    card: DeviceCard
    believed: list[Reading]
    doubted: list[Reading]
    received_at: datetime


async def watch(session: AsyncSession, measured: Iterable[Measured]) -> None:
    """Follow each device's rules over its new readings; raise and clear alarms.

    Parameters:
        measured: readings that were not stored before this transaction.
    """
    news = _by_device(measured)
    if not news:
        return
    known = await rule_state.memories(session, [new.card.id for new in news])
    behind = {new.card.id: new.believed[0].at for new in news if _is_behind(new, known)}
    histories = await _histories(session, news, behind)
    changed: dict[MemoryKey, RuleMemory] = {}
    spoken: list[list[tuple[bool, Signal]]] = []
    for new in news:
        for rule in KINDS[new.card.kind].rules:
            key = (new.card.id, rule.name)
            memory, changes = _run(rule, known.get(key), new, histories.get(new.card.id))
            if memory is not None:
                changed[key] = memory
            spoken.append([(change.raised, _signal(rule, new, change)) for change in changes])
    await rule_state.remember(session, changed)
    await _say(session, spoken)


def _by_device(measured: Iterable[Measured]) -> list[_New]:
    news: dict[UUID, _New] = {}
    for card, reading, believed, received_at in measured:
        new = news.setdefault(card.id, _New(card, [], [], received_at))
        (new.believed if believed else new.doubted).append(reading)
    for new in news.values():
        for readings in (new.believed, new.doubted):
            readings.sort(key=attrgetter("place"))
    return list(news.values())


def _is_behind(new: _New, known: Mapping[MemoryKey, RuleMemory]) -> bool:
    """Whether a reading came after a newer one, or after one of the same moment."""
    if not new.believed:
        return False
    memories = (known.get((new.card.id, rule.name)) for rule in KINDS[new.card.kind].rules)
    return any(memory and new.believed[0].at <= memory.latest for memory in memories)


async def _histories(
    session: AsyncSession, news: Sequence[_New], behind: Mapping[UUID, datetime]
) -> dict[UUID, list[Reading]]:
    """For each device that is behind, its readings since one that settles every rule."""
    rules = {new.card.id: KINDS[new.card.kind].rules for new in news}
    histories: dict[UUID, list[Reading]] = {}
    look_back, wanted = _LOOK_BACK, dict(behind)
    while wanted:
        found = await rule_state.readings_around(session, wanted, look_back)
        for device_id, stored in found.items():
            readings = [Reading(*row) for row in stored]
            start = settled(rules[device_id], readings, wanted[device_id])
            older = sum(reading.at < wanted[device_id] for reading in readings)
            if start is not None or older < look_back or look_back >= _LOOK_BACK_MOST:
                histories[device_id] = readings[start or 0 :]
                del wanted[device_id]
        look_back *= 32
    return histories


def _run(
    rule: Threshold, memory: RuleMemory | None, new: _New, history: Sequence[Reading] | None
) -> tuple[RuleMemory | None, list[Change]]:
    if history is None:
        memory, changes = follow(rule, memory, new.believed)
    else:
        places = frozenset(reading.place for reading in new.believed)
        memory, changes = refollow(rule, history, places)
    # A clock that is not believed gives no order: such readings come last, as they came.
    latest = memory.latest if memory else None
    doubted = [r._replace(at=max(r.at, latest)) if latest else r for r in new.doubted]
    memory, more = follow(rule, memory, doubted)
    return memory, changes + more


def _signal(rule: Threshold, new: _New, change: Change) -> Signal:
    return Signal(
        elder_id=new.card.elder_id,
        device_id=new.card.id,
        region_code=new.card.region_code,
        type=rule.alarm,
        severity=rule.severity,
        at=change.reading.at,
        late=is_late(change.reading.at, new.received_at),
        measures=dict(change.reading.measures),
    )


async def _say(session: AsyncSession, spoken: Sequence[Sequence[tuple[bool, Signal]]]) -> None:
    """Raise and clear in the order in which each rule spoke, all rules' first words together."""
    for wave in zip_longest(*spoken):
        said = [word for word in wave if word is not None]
        await alarms.raise_alarms(session, [signal for raised, signal in said if raised])
        await alarms.clear_alarms(session, [signal for raised, signal in said if not raised])
