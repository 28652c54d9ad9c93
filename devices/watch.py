"""Rules over a batch's new readings: what they remember is read and written in its transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from devices.clock import is_late
from devices.sorting import Measured
from domain.alarms import service as alarms
from domain.alarms.raising import Signal, source_of
from domain.devices import rule_state
from domain.devices.deadlines import next_due
from domain.devices.history import Wanted, readings_around
from domain.devices.kinds import KINDS, Rule, Spell
from domain.devices.rule_memory import RuleMemory
from domain.devices.rule_state import DeviceMemory
from domain.devices.rule_steps import Reading, needs_order, rests
from domain.devices.rules import Change, follow, refollow, settled
from domain.devices.service import DeviceCard
from domain.thresholds.tuning import rules_of

_LOOK_BACK = 64
_LOOK_BACK_MOST = 65_536  # a week of readings every ten seconds, not one of them healthy

_Words = list[tuple[bool, Signal]]
"""What a rule says, in its order: whether it raises, and what."""


class _New(NamedTuple):
    """A device's new readings, each part in the order of device time.

    Parameters:
        known: what its rules remember; None if there is nothing, or it is of another elder.
    """

    card: DeviceCard
    rules: Sequence[Rule]
    known: DeviceMemory | None
    believed: list[Reading]
    doubted: list[Reading]
    received_at: datetime


async def watch(session: AsyncSession, measured: Iterable[Measured]) -> None:
    """Follow each device's rules over its new readings; raise and clear alarms.

    Parameters:
        measured: readings and events that were not stored before this transaction.
    """
    by_device = _by_device(measured)
    if not by_device:
        return
    known = await rule_state.memories(session, by_device)
    rules = await rules_of(session, [said[0].card for said in by_device.values()])
    news = [_new(said, known.get(id), rules[id]) for id, said in by_device.items()]
    histories = await _histories(session, [new for new in news if _is_behind(new)])
    changed: dict[UUID, DeviceMemory] = {}
    spoken: list[_Words] = []
    for new in news:
        changed[new.card.id], words = _followed(new, histories.get(new.card.id))
        spoken += words
    await rule_state.remember(session, changed)
    await _say(session, spoken)


def _followed(new: _New, history: Sequence[Reading] | None) -> tuple[DeviceMemory, list[_Words]]:
    """What a device's rules remember, and what each has to say.

    Parameters:
        history: where to follow them anew, if its readings came out of order.
    """
    memories: dict[str, RuleMemory] = {}
    spoken: list[_Words] = []
    for rule in new.rules:
        if history is None and _rests(rule, new):
            continue
        memories[rule.name], changes = _run(rule, new, history)
        if changes:
            spoken.append([(change.raised, _signal(rule, new, change)) for change in changes])
    return _remembered(new, memories), spoken


def _by_device(measured: Iterable[Measured]) -> dict[UUID, list[Measured]]:
    by_device: dict[UUID, list[Measured]] = {}
    for one in measured:
        if KINDS[one.card.kind].watched:
            by_device.setdefault(one.card.id, []).append(one)
    return by_device


def _new(said: Sequence[Measured], known: DeviceMemory | None, rules: Sequence[Rule]) -> _New:
    card = said[0].card
    if known is not None and known.elder_id != card.elder_id:
        known = None
    believed = sorted((m.reading for m in said if m.believed), key=attrgetter("place"))
    doubted = sorted((m.reading for m in said if not m.believed), key=attrgetter("place"))
    return _New(card, rules, known, believed, doubted, said[-1].received_at)


def _is_behind(new: _New) -> bool:
    """Whether a reading came after a newer one, or after one of the same moment."""
    if not new.believed or new.known is None:
        return False
    return new.believed[0].at <= new.known.latest and any(map(needs_order, new.rules))


async def _histories(session: AsyncSession, behind: Iterable[_New]) -> dict[UUID, list[Reading]]:
    """For each device that is behind, its readings since all its rules were settled."""
    histories: dict[UUID, list[Reading]] = {}
    look_back, waiting = _LOOK_BACK, {new.card.id: new for new in behind}
    while waiting:
        wanted = [_wanted(new) for new in waiting.values()]
        for device_id, readings in (await readings_around(session, wanted, look_back)).items():
            new = waiting[device_id]
            since = new.believed[0].at
            older = sum(reading.at < since for reading in readings)
            whole = older < look_back or look_back >= _LOOK_BACK_MOST
            if whole or all(
                settled(rule, readings, since) is not None
                for rule in new.rules
                if needs_order(rule)
            ):
                histories[device_id] = readings
                del waiting[device_id]
        look_back *= 32
    return histories


def _wanted(new: _New) -> Wanted:
    hears_events = KINDS[new.card.kind].hears_events
    return Wanted(new.card.id, new.believed[0].at, new.card.elder_id, hears_events)


def _run(
    rule: Rule, new: _New, history: Sequence[Reading] | None
) -> tuple[RuleMemory, list[Change]]:
    before = _memory(rule, new)
    if history is None or not needs_order(rule):
        memory, changes = follow(rule, before, new.believed)
    else:
        places = frozenset(reading.place for reading in new.believed)
        start = settled(rule, history, new.believed[0].at) or 0
        memory, changes = refollow(rule, before, history[start:], places)
    # A clock that is not believed gives no order: such readings come last, as they came.
    latest = memory.latest if memory else None
    doubted = [r._replace(at=max(r.at, latest)) if latest else r for r in new.doubted]
    memory, more = follow(rule, memory, doubted)
    assert memory is not None  # there is one reading at least
    if isinstance(rule, Spell):
        return memory, _end_of(rule, new, before, memory)
    return memory, changes + more


def _rests(rule: Rule, new: _New) -> bool:
    """Whether the rule remembers nothing, and nothing that comes in order would change that."""
    if new.known is None or new.doubted or rule.name in new.known.rules:
        return False
    return all(rests(rule, reading) for reading in new.believed)


def _memory(rule: Rule, new: _New) -> RuleMemory | None:
    if new.known is None:
        return None
    return new.known.rules.get(rule.name) or RuleMemory(new.known.latest)


def _end_of(rule: Spell, new: _New, before: RuleMemory | None, memory: RuleMemory) -> list[Change]:
    """A spell's events raise by themselves; it says only when what they raised has ended."""
    readings = new.believed + new.doubted
    raised = (before and before.raised) or any(r.event in rule.events for r in readings)
    return [Change(readings[-1], raised=False)] if raised and not memory.raised else []


def _remembered(new: _New, memories: Mapping[str, RuleMemory]) -> DeviceMemory:
    """The device's memory; its deadline moves to an earlier time only.

    Whoever looks at it then moves it on to where the newest readings say: what moves with each
    batch would have to be indexed anew with each.
    """
    known = new.known
    moments = [memory.latest for memory in memories.values()]
    latest = max(moments + [reading.at for reading in new.believed[-1:]])
    waiting = ((rule, memories[rule.name]) for rule in new.rules if rule.name in memories)
    due_at = next_due(waiting, None)
    if known is not None:
        latest = max(latest, known.latest)
        due_at = min((at for at in (known.due_at, due_at) if at is not None), default=None)
    return DeviceMemory(new.card.elder_id, latest, memories, due_at)


def _signal(rule: Rule, new: _New, change: Change) -> Signal:
    return signal_of(
        new.card,
        rule,
        change.reading.at,
        late=is_late(change.reading.at, new.received_at),
        measures=dict(change.reading.measures),
    )


def signal_of(
    card: DeviceCard, rule: Rule, at: datetime, *, late: bool, measures: dict[str, object]
) -> Signal:
    """What a device's rule says, as a reason to raise or to clear an alarm."""
    return Signal(
        elder_id=card.elder_id,
        station_id=card.station_id,
        device_id=card.id,
        region_code=card.region_code,
        type=rule.alarm,
        severity=rule.severity,
        at=at,
        late=late,
        measures=measures,
        purpose=card.purpose,
        source=source_of(card.id, rule.name),
    )


async def _say(session: AsyncSession, spoken: Sequence[_Words]) -> None:
    """Raise and clear in the order in which each rule spoke, all rules' first words together."""
    for wave in zip_longest(*spoken):
        said = [word for word in wave if word is not None]
        await alarms.raise_alarms(session, [signal for raised, signal in said if raised])
        await alarms.clear_alarms(session, [signal for raised, signal in said if not raised])
