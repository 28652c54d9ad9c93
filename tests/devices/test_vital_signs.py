"""The newest measurement of each vital sign, whatever comes late, twice or by two bridges."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from devices.mac import Trust
from devices.pipeline import take_batch
from devices.storing import Store
from devices.uplink import Uplink
from domain.database import Database
from domain.devices.kinds import KINDS, Quantity
from domain.devices.models import DeviceKind
from domain.devices.rule_steps import Reading
from domain.devices.vital_signs import UNITS
from domain.ids import parse_public_id
from tests.devices.reported import nights, reported
from tests.devices.wire import MASTER_KEY, names, number, rows
from tests.waiting import until

BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=9)


def reading(seconds: float, seq: int = 0, **measures: Any) -> Reading:
    return Reading(BEGAN + timedelta(seconds=seconds), seq, measures)


def key(device: str) -> UUID:
    parsed = parse_public_id(device)
    assert parsed
    return parsed[1]


async def kept(database: Database, device: str) -> dict[str, tuple[float, float]]:
    """Of the elder with a device: sign -> value and seconds since the beginning."""
    query = """SELECT kind, value, measured_at FROM vital_sign
        WHERE elder_id = (SELECT elder_id FROM device WHERE id = :id)"""
    found = await rows(database, query, id=key(device))
    return {row.kind: (row.value, (row.measured_at - BEGAN).total_seconds()) for row in found}


def newest(streams: Sequence[tuple[str, Sequence[Reading]]]) -> tuple[float, float]:
    """The heart rate that counts of some bands' readings."""
    _, _, _, rate, at = max(
        (r.at, key(band), r.seq, r.measures["heart_rate"], r.at)
        for band, stream in streams
        for r in stream
        if r.measures["in_bed"]
    )
    return rate, (at - BEGAN).total_seconds()


@pytest.mark.parametrize("kind", KINDS)
def test_a_sign_is_measured_in_its_own_unit(kind: DeviceKind) -> None:
    for name, vital in KINDS[kind].vitals.items():
        measure = KINDS[kind].telemetry[name]
        assert isinstance(measure, Quantity)
        assert measure.unit == UNITS[vital.sign]


async def test_each_sign_is_the_one_measured_last(store: Store, database: Database) -> None:
    (band,) = await names(database, DeviceKind.SLEEP_BAND, 1)
    await store.take([reported(band, reading(0, heart_rate=60, breathing_rate=14.5))])
    await store.take([reported(band, reading(10, heart_rate=64)), reported(band, reading(20))])
    assert await kept(database, band) == {"HEART_RATE": (64, 10), "RESPIRATORY_RATE": (14.5, 0)}


async def test_what_was_measured_before_changes_nothing(store: Store, database: Database) -> None:
    (band,) = await names(database, DeviceKind.SLEEP_BAND, 1)
    await store.take([reported(band, reading(10, heart_rate=64))])
    written = await rows(database, "SELECT xmin::text FROM vital_sign")
    await store.take([reported(band, reading(0, heart_rate=90))])
    await store.take([reported(band, reading(10, heart_rate=64))])
    assert await rows(database, "SELECT xmin::text FROM vital_sign") == written
    assert await kept(database, band) == {"HEART_RATE": (64, 10)}


async def test_an_empty_bed_has_no_heart(store: Store, database: Database) -> None:
    (band,) = await names(database, DeviceKind.SLEEP_BAND, 1)
    await store.take([reported(band, reading(0, heart_rate=60, in_bed=True))])
    empty = reading(10, heart_rate=0, breathing_rate=0, in_bed=False)
    await store.take([reported(band, empty)])
    assert await kept(database, band) == {"HEART_RATE": (60, 0)}


async def test_of_two_messages_of_one_key_the_one_that_is_stored_counts(
    store: Store, database: Database
) -> None:
    (band,) = await names(database, DeviceKind.SLEEP_BAND, 1)
    twice = [reported(band, reading(0, heart_rate=rate)) for rate in (60, 99)]
    await store.take(twice)
    await store.take(twice[1:])
    assert await kept(database, band) == {"HEART_RATE": (60, 0)}


async def test_a_clock_that_is_not_believed_gives_no_time(store: Store, database: Database) -> None:
    (band,) = await names(database, DeviceKind.SLEEP_BAND, 1)
    before = datetime.now(UTC)
    ahead = Reading(before.replace(microsecond=0) + timedelta(days=9), 0, {"heart_rate": 61})
    await store.take([reported(band, ahead)])
    (row,) = await rows(database, "SELECT value, measured_at FROM vital_sign")
    assert row.value == 61
    assert before <= row.measured_at <= datetime.now(UTC)


@pytest.mark.parametrize("seed", range(4))
async def test_shuffled_and_repeated_readings_of_two_bands_leave_the_newest(
    store: Store, database: Database, seed: int
) -> None:
    chance = random.Random(seed)
    bands = await in_one_home(database, 2)
    streams = [(band, nights(chance, BEGAN)) for band in bands]
    everything = [(band, one) for band, stream in streams for one in stream] * 2
    chance.shuffle(everything)
    while everything:
        size = chance.randint(1, 60)
        await store.take([reported(band, one) for band, one in everything[:size]])
        everything = everything[size:]
    assert (await kept(database, bands[0]))["HEART_RATE"] == newest(streams)


async def in_one_home(database: Database, number: int) -> list[str]:
    """Bands of one elder."""
    bands = await names(database, DeviceKind.SLEEP_BAND, number)
    await moved(database, bands[1:], [bands[0]] * (number - 1))
    return bands


async def moved(database: Database, bands: list[str], to: list[str]) -> None:
    """Give each of some bands to the elder of another."""
    async with database.transaction("test") as session:
        connection = await session.connection()
        for band, other in zip(bands, to, strict=True):
            await connection.exec_driver_sql(
                "UPDATE device SET elder_id = (SELECT elder_id FROM device WHERE id = $1)"
                " WHERE id = $2",
                (key(other), key(band)),
            )


async def test_two_bridges_with_bands_of_the_same_elders_do_not_wait_in_a_circle(
    database: Database,
) -> None:
    bands = await names(database, DeviceKind.SLEEP_BAND, 6)
    here, there = bands[:3], bands[3:]
    await moved(database, there, here)

    async def bridge(mine: list[str], turn: int) -> None:
        batch = [reported(band, reading(turn, heart_rate=60 + turn)) for band in mine]
        async with database.transaction("bridge") as session:
            await take_batch(session, batch, Trust(MASTER_KEY))

    async def both_wait() -> bool:
        waiting = """SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'"""
        return await number(database, waiting) == 2

    await bridge(here, 0)
    async with database.transaction("test") as session:
        connection = await session.connection()
        # The elder between the two others: who has written one of these waits for the other.
        await connection.exec_driver_sql(
            "SELECT 1 FROM vital_sign JOIN device USING (elder_id) WHERE id = $1"
            " FOR UPDATE OF vital_sign",
            (key(here[1]),),
        )
        bridges = [bridge(here, 1), bridge(there[::-1], 2)]
        tasks = [asyncio.create_task(one) for one in bridges]
        await until(both_wait)
    await asyncio.gather(*tasks)
    for band in here:
        assert await kept(database, band) == {"HEART_RATE": (62, 2)}


async def test_what_changes_with_every_batch_stays_in_its_page(database: Database) -> None:
    bands = await names(database, DeviceKind.SLEEP_BAND, 5)

    def batch(turn: int) -> list[Uplink]:
        measures = {"heart_rate": 60 + turn, "breathing_rate": 14 + turn}
        return [reported(band, reading(turn, turn, **measures)) for band in bands]

    async with database.transaction("test") as session:
        for turn in range(4):
            await take_batch(session, batch(turn), Trust(MASTER_KEY))
        connection = await session.connection()
        found = await connection.exec_driver_sql(
            "SELECT n_tup_ins, n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables"
            " WHERE relname = 'vital_sign'"
        )
        assert tuple(found.one()) == (10, 30, 30)
