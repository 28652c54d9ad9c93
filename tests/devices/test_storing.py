"""Batches against a real database, without a broker: rules, repeats, and a message that no
database would take."""

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from devices.pipeline import Outcome, Status
from devices.storing import Store
from domain.database import Database
from domain.devices.kinds import KINDS
from domain.devices.models import DeviceKind
from domain.devices.rule_memory import RuleMemory
from domain.devices.rule_state import memories
from domain.devices.rules import Reading, follow
from tests.devices.reported import nights, reported, uplink
from tests.devices.wire import names, number, rows

RULES = KINDS[DeviceKind.SLEEP_BAND].rules[:2]
"""The heart's."""


@pytest.mark.parametrize("seed", range(8))
async def test_shuffled_and_repeated_readings_leave_the_same_memory_and_miss_no_alarm(
    store: Store, database: Database, seed: int
) -> None:
    chance = random.Random(seed)
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=12)
    bands = await names(database, DeviceKind.SLEEP_BAND, 3)
    streams = {band: nights(chance, began) for band in bands}
    everything = [(band, reading) for band, stream in streams.items() for reading in stream] * 2
    chance.shuffle(everything)
    while everything:
        size = chance.randint(1, 60)
        batch = [reported(band, reading) for band, reading in everything[:size]]
        assert {outcome.status for outcome in await store.take(batch)} <= {
            Status.STORED,
            Status.DUPLICATE,
        }
        everything = everything[size:]
    assert await number(database, "SELECT count(*) FROM telemetry") == 180
    for band, stream in streams.items():
        for rule in RULES:
            memory, changes = follow(rule, None, stream)
            assert memory is not None
            device_id = UUID(band.removeprefix("device_"))
            async with database.transaction("test") as session:
                state = (await memories(session, [device_id]))[device_id]
            assert state.rules.get(rule.name, RuleMemory(state.latest)) == memory
            alarms = await rows(
                database,
                "SELECT cleared_at FROM alarm WHERE device_id = :id AND type = :type",
                id=band.removeprefix("device_"),
                type=rule.alarm.value,
            )
            if any(change.raised for change in changes):
                assert len(alarms) == 1
            if alarms:
                assert (alarms[0].cleared_at is None) is memory.raised


async def test_in_order_the_alarms_are_the_same_however_the_readings_are_batched(
    store: Store, database: Database
) -> None:
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=12)
    drawn = (nights(random.Random(seed), began) for seed in count())
    stream = next(s for s in drawn if all(follow(rule, None, s)[1] for rule in RULES))
    bands = await names(database, DeviceKind.SLEEP_BAND, 4)
    for band, size in zip(bands, (1, 2, 7, 60), strict=True):
        for start in range(0, len(stream), size):
            batch = stream[max(start - 3, 0) : start + size]  # with a little redelivery
            await store.take([reported(band, reading) for reading in batch])
    log = """
        SELECT alarm.device_id, alarm.type, alarm.raised_at, alarm.repeat_count, alarm.cleared_at,
            array_agg(alarm_log.change ORDER BY alarm_log.id) AS changes
        FROM alarm JOIN alarm_log ON alarm_log.alarm_id = alarm.id
        GROUP BY alarm.id ORDER BY alarm.device_id, alarm.type
    """
    told: dict[Any, list[Any]] = {}
    for row in await rows(database, log):
        told.setdefault(row.device_id, []).append(tuple(row)[1:])
    assert len(told) == 4
    first, *others = told.values()
    assert len(first) == 2
    assert all(other == first for other in others)


async def test_a_late_reading_is_judged_by_all_that_went_before(
    store: Store, database: Database
) -> None:
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=9)

    def reading(seconds: float, rate: float) -> Reading:
        seq = round(seconds * 10)
        return Reading(began + timedelta(seconds=seconds), seq, {"heart_rate": rate})

    (band,) = await names(database, DeviceKind.SLEEP_BAND, 1)
    # A minute of bradycardia, then far more readings than one look back holds, none healthy.
    before = [reading(0, 60), reading(1, 40), reading(61, 40)]
    between = [reading(62 + n, 47) for n in range(300)]
    await store.take([reported(band, r) for r in before])
    for start in range(0, 300, 50):
        await store.take([reported(band, r) for r in between[start : start + 50]])
    await store.take([reported(band, reading(300.5, 46))])
    (state,) = await rows(database, "SELECT memory -> 'bradycardia' -> 1 AS raised FROM rule_state")
    assert state.raised is True
    (alarm,) = await rows(database, "SELECT repeat_count, cleared_at FROM alarm")
    assert tuple(alarm) == (0, None)


async def test_of_a_batch_the_one_message_that_the_database_refuses_is_put_aside(
    store: Store, database: Database
) -> None:
    async with database.transaction("test") as session:
        connection = await session.connection()
        await connection.exec_driver_sql(
            "ALTER TABLE telemetry ADD CONSTRAINT cursed CHECK (seq NOT IN (13, 77))"
        )
    (band,) = await names(database, DeviceKind.SLEEP_BAND, 1)
    began = datetime.now(UTC).replace(microsecond=0)
    readings = [Reading(began, seq, {"heart_rate": 60}) for seq in range(100)]
    outcomes = await store.take([reported(band, each) for each in readings])
    refused = [seq for seq, outcome in enumerate(outcomes) if outcome.status is Status.REFUSED]
    assert refused == [13, 77]
    assert outcomes[13] == Outcome(Status.REFUSED, "NOT_STORABLE")
    assert await number(database, "SELECT count(*) FROM telemetry") == 98
    letters = await rows(database, "SELECT reason, payload FROM dead_letter ORDER BY id")
    assert [json.loads(letter.payload)["seq"] for letter in letters] == [13, 77]
    assert {letter.reason for letter in letters} == {"NOT_STORABLE"}


async def test_of_two_messages_of_one_key_in_a_batch_the_first_is_stored(
    store: Store, database: Database
) -> None:
    (button,) = await names(database, DeviceKind.SOS_BUTTON, 1)
    ts = round(datetime.now(UTC).timestamp() * 1000)
    press = {"v": 1, "id": "same", "boot": 1, "seq": 1, "ts": ts, "type": "sos", "m": {}}
    batch = [uplink(button, press | {"seq": seq}, "event") for seq in (1, 2, 3)]
    outcomes = await store.take(batch)
    assert [outcome.status for outcome in outcomes] == ["stored", "duplicate", "duplicate"]
    (event,) = await rows(database, "SELECT seq FROM device_event")
    assert event.seq == 1
    assert await number(database, "SELECT repeat_count FROM alarm") == 0


async def test_the_same_event_id_of_two_devices_is_two_events(
    store: Store, database: Database
) -> None:
    ts = round(datetime.now(UTC).timestamp() * 1000)
    press = {"v": 1, "id": "same", "boot": 1, "seq": 1, "ts": ts, "type": "sos", "m": {}}
    buttons = await names(database, DeviceKind.SOS_BUTTON, 2)
    outcomes = await store.take([uplink(button, press, "event") for button in buttons])
    assert [outcome.status for outcome in outcomes] == ["stored", "stored"]
    assert await number(database, "SELECT count(*) FROM alarm") == 2


async def test_a_database_without_tables_is_waited_for_and_nothing_is_buried(
    store: Store, database: Database
) -> None:
    async with database.transaction("test") as session:
        connection = await session.connection()
        await connection.exec_driver_sql("ALTER TABLE telemetry RENAME TO elsewhere")
    (band,) = await names(database, DeviceKind.SLEEP_BAND, 1)
    reading = Reading(datetime.now(UTC).replace(microsecond=0), 1, {"heart_rate": 60})
    taking = asyncio.create_task(store.take([reported(band, reading)]))
    _, waiting = await asyncio.wait({taking}, timeout=0.5)
    assert waiting
    async with database.transaction("test") as session:
        connection = await session.connection()
        await connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO telemetry")
    assert [outcome.status for outcome in await taking] == ["stored"]
    assert await number(database, "SELECT count(*) FROM dead_letter") == 0
