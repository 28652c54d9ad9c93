"""What becomes of each message of a batch, before anything is written: no I/O here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from devices.clock import Moment, is_late, judge
from devices.mac import Trust
from devices.payload import Envelope, Refused
from devices.topics import Up
from devices.uplink import Uplink, dead_letter
from domain.alarms.cancelling import Cancel
from domain.alarms.raising import Signal, source_of
from domain.devices.history import CLOCK_OFFSET
from domain.devices.kinds import KINDS, EventType, Flag, Measure, spell_name
from domain.devices.rule_steps import Reading
from domain.devices.service import (
    DeviceCard,
    EventKey,
    NewDeadLetter,
    NewEvent,
    NewTelemetry,
    TelemetryKey,
)

TELEMETRY: Final = "telemetry"
ONLINE: Final = "online"
OFFLINE: Final = "offline"


class Kept(NamedTuple):
    """A message that is stored under a key, which tells afterwards whether it was news.

    Parameters:
        key: None for a message that leaves no row of its own, as a device's state.
    """

    key: EventKey | TelemetryKey | None


class Measured(NamedTuple):
    """A reading, or an event, that is looked at by rules or for vital signs.

    Parameters:
        believed: whether ``reading.at`` is the device's own time.
    """

    card: DeviceCard
    reading: Reading
    believed: bool
    received_at: datetime


@dataclass(slots=True)
class Sorted:
    """A batch, sorted; ``verdicts`` has one entry for each message, in order."""

    verdicts: list[Kept | Refused] = field(default_factory=list[Kept | Refused])
    events: list[NewEvent] = field(default_factory=list[NewEvent])
    signals: dict[EventKey, Signal] = field(default_factory=dict[EventKey, Signal])
    cancels: dict[EventKey, Cancel] = field(default_factory=dict[EventKey, Cancel])
    telemetry: list[NewTelemetry] = field(default_factory=list[NewTelemetry])
    readings: dict[TelemetryKey, Measured] = field(default_factory=dict[TelemetryKey, Measured])
    heard: dict[EventKey, Measured] = field(default_factory=dict[EventKey, Measured])
    letters: list[NewDeadLetter] = field(default_factory=list[NewDeadLetter])
    seen: dict[UUID, datetime] = field(default_factory=dict[UUID, datetime])
    wills: dict[UUID, datetime] = field(default_factory=dict[UUID, datetime])


def sort(uplinks: Sequence[Uplink], cards: Mapping[UUID, DeviceCard], trust: Trust) -> Sorted:
    """Judge each message of a batch.

    Parameters:
        cards: the devices that exist, by id.
    """
    batch = Sorted()
    for uplink in uplinks:
        try:
            verdict: Kept | Refused = _take(batch, uplink, cards, trust)
        except Refused as refused:
            verdict = Refused(refused.reason, uplink.id)
            batch.letters.append(dead_letter(uplink.arrival, refused.reason))
        batch.verdicts.append(verdict)
    return batch


def _take(batch: Sorted, uplink: Uplink, cards: Mapping[UUID, DeviceCard], trust: Trust) -> Kept:
    if uplink.topic is None:
        raise Refused("UNKNOWN_TOPIC")
    card = cards.get(uplink.device_id) if uplink.device_id else None
    if card is None:
        raise Refused("UNKNOWN_DEVICE")
    if card.revoked:
        raise Refused("REVOKED_DEVICE")
    sent, received_at = uplink.content, uplink.arrival.received_at
    if isinstance(sent, Refused):
        if not trust.require_mac:
            batch.seen[card.id] = received_at
        raise sent
    _prove(uplink, sent, card, trust)
    # A last will speaks of the device; it does not come from it.
    if uplink.topic.leaf is not Up.STATE or sent.type != OFFLINE:
        batch.seen[card.id] = received_at
    else:
        batch.wills[card.id] = received_at
    moment = judge(sent.ts, received_at)
    if uplink.topic.leaf is Up.EVENT:
        return _take_event(batch, uplink, sent, card, moment)
    if uplink.topic.leaf is Up.TELEMETRY:
        return _take_telemetry(batch, received_at, sent, card, moment)
    if sent.type not in (ONLINE, OFFLINE):
        raise Refused("UNKNOWN_TYPE")
    return Kept(None)


def _prove(uplink: Uplink, sent: Envelope, card: DeviceCard, trust: Trust) -> None:
    if sent.has_mac:
        if not trust.believes(uplink.arrival.payload, card):
            raise Refused("WRONG_MAC")
    elif trust.require_mac:
        raise Refused("MISSING_MAC")


def _take_event(
    batch: Sorted, uplink: Uplink, sent: Envelope, card: DeviceCard, moment: Moment
) -> Kept:
    kind = KINDS[card.kind]
    meaning = kind.events.get(sent.type)
    if meaning is None:
        raise Refused("UNKNOWN_TYPE")
    measures, faults = checked(meaning.measures, sent.measures)
    # A call for help stands, whatever else the device says: a wrong battery level is kept as
    # a dead letter beside it.
    batch.letters += [dead_letter(uplink.arrival, fault) for fault in faults]
    received_at = uplink.arrival.received_at
    late = is_late(moment.at, received_at)
    stored = _flagged(measures, moment)
    batch.events.append(
        NewEvent(
            card.id,
            sent.id,
            sent.type,
            sent.boot,
            sent.seq,
            moment.claimed,
            received_at,
            card.elder_id,
            late,
            orjson.dumps(stored).decode(),
        )
    )
    key = (card.id, sent.id)
    if alarm := _alarm_of(meaning, card, moment.at, stored, late=late):
        batch.signals.setdefault(key, alarm)
    if card.elder_id and meaning.cancels:
        batch.cancels.setdefault(key, Cancel(card.elder_id, meaning.cancels, moment.at, late))
    if card.region_code and kind.hears_events:
        reading = Reading(moment.at, sent.seq, stored, sent.type, sent.id)
        believed = moment.offset_s is None
        batch.heard.setdefault(key, Measured(card, reading, believed, received_at))
    return Kept(key)


def _alarm_of(
    meaning: EventType, card: DeviceCard, at: datetime, stored: dict[str, Any], *, late: bool
) -> Signal | None:
    """What an event raises; None for one that raises nothing, or is nowhere to be heard."""
    if not card.region_code or meaning.alarm is None or meaning.severity is None:
        return None
    return Signal(
        elder_id=card.elder_id,
        station_id=card.station_id,
        device_id=card.id,
        region_code=card.region_code,
        type=meaning.alarm,
        severity=meaning.severity,
        at=at,
        late=late,
        measures=stored,
        purpose=card.purpose,
        source=source_of(card.id, spell_name(meaning.alarm)),
    )


def _take_telemetry(
    batch: Sorted, received_at: datetime, sent: Envelope, card: DeviceCard, moment: Moment
) -> Kept:
    kind = KINDS[card.kind]
    if sent.type != TELEMETRY:
        raise Refused("UNKNOWN_TYPE")
    measures, faults = checked(kind.telemetry, sent.measures)
    if faults:
        raise Refused(faults[0])
    if sent.measures and sent.measures.keys().isdisjoint(kind.telemetry):
        raise Refused("NO_KNOWN_MEASURE")
    stored = _flagged(measures, moment)
    batch.telemetry.append(
        NewTelemetry(
            card.id,
            moment.claimed,
            sent.seq,
            received_at,
            card.elder_id,
            orjson.dumps(stored).decode(),
        )
    )
    key = (card.id, moment.claimed, sent.seq)
    if card.region_code and (kind.watched or kind.vitals):
        reading = Reading(moment.at, sent.seq, stored)
        believed = moment.offset_s is None
        batch.readings.setdefault(key, Measured(card, reading, believed, received_at))
    return Kept(key)


def _flagged(measures: dict[str, Any], moment: Moment) -> dict[str, Any]:
    return measures if moment.offset_s is None else {**measures, CLOCK_OFFSET: moment.offset_s}


def checked(
    allowed: Mapping[str, Measure], given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """The measures that the kind knows and that are right, and what is wrong with the others.

    A measure that the kind does not know is left out: newer firmware may say more. So is null.
    """
    good: dict[str, Any] = {}
    faults: list[str] = []
    for name, value in given.items():
        measure = allowed.get(name)
        if measure is None or value is None:
            continue
        fault = _fault(measure, value)
        if fault is None:
            good[name] = value
        else:
            faults.append(f"{fault}:{name}")
    return good, faults


def _fault(measure: Measure, value: Any) -> str | None:
    if isinstance(measure, Flag):
        return None if isinstance(value, bool) else "BAD"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "BAD"
    return None if measure.low <= value <= measure.high else "OUT_OF_RANGE"
