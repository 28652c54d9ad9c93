"""Devices that fall silent: who is told of what, and when it is taken back. Rows are moved back
instead of waiting."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlmodel import col

from domain.alarms.models import Alarm
from domain.calendar import now
from domain.coverage.sweeping import AT_ONCE, sweep
from domain.database import Database
from domain.devices.models import Device, DeviceKind
from yiyang.district.cast import District

BUTTON_LOST = timedelta(minutes=31)
BAND_LOST = timedelta(minutes=4)


async def do(database: Database, statement: Any) -> None:
    async with database.transaction("test") as session:
        await session.execute(statement)


async def heard(database: Database, ago: timedelta, *which: Any) -> None:
    """Have devices heard some time ago."""
    await do(database, update(Device).where(*which).values(last_seen_at=now() - ago))


async def looked(database: Database, at: datetime | None = None) -> bool:
    """Look once. Returns: whether there is more to do."""
    async with database.transaction("test") as session:
        return await sweep(session, at or now())


async def told(database: Database) -> list[tuple[str, str, int]]:
    """Of each open alarm its type, its severity and its repeats; a ``-`` before what is cleared."""
    rows = await database.fetch(
        select(
            col(Alarm.type), col(Alarm.severity), col(Alarm.repeat_count), col(Alarm.cleared_at)
        ).order_by(col(Alarm.id))
    )
    return [
        ("-" * bool(cleared) + kind, severity, count) for kind, severity, count, cleared in rows
    ]


@pytest.fixture(autouse=True)
async def _everybody_is_heard(database: Database) -> None:
    always = "UPDATE listening SET swept_at = now(), heard_since = now() - interval '1 day'"
    await do(database, text(always))
    await heard(database, timedelta())


def is_(*ids: UUID) -> Any:
    return col(Device.id).in_(ids)


async def test_an_elder_with_one_silent_device_of_two(
    database: Database, district: District
) -> None:
    await heard(database, BAND_LOST, is_(district.sleep_band_id))
    for _ in range(3):
        await looked(database)
    assert await told(database) == [("DEVICE_OFFLINE", "WARNING", 0)]


async def test_a_silent_button_is_more_urgent(database: Database, district: District) -> None:
    await heard(database, BUTTON_LOST, is_(district.sos_button_id))
    await looked(database)
    assert await told(database) == [("DEVICE_OFFLINE", "MINOR", 0)]


async def test_an_elder_whose_devices_are_all_silent_has_one_alarm(
    database: Database, district: District
) -> None:
    mine = col(Device.elder_id) == district.mother_id
    await heard(database, BUTTON_LOST, mine)
    await looked(database)
    await looked(database)
    assert await told(database) == [("UNCOVERED", "MAJOR", 0)]


async def test_one_message_does_not_take_it_back_and_a_heartbeat_does(
    database: Database, district: District
) -> None:
    band = is_(district.sleep_band_id)
    await heard(database, BAND_LOST, band)
    await looked(database)
    await heard(database, timedelta(seconds=50), band)
    await looked(database)
    assert await told(database) == [("DEVICE_OFFLINE", "WARNING", 0)]
    await heard(database, timedelta(seconds=-20), band)
    await looked(database)
    assert await told(database) == [("-DEVICE_OFFLINE", "WARNING", 0)]


async def test_a_device_that_comes_and_goes_has_one_alarm_and_no_repeats(
    database: Database, district: District
) -> None:
    band = is_(district.sleep_band_id)
    for ago in (240, 100, 239, 90, 238):
        await heard(database, timedelta(seconds=ago), band)
        await looked(database)
    assert await told(database) == [("DEVICE_OFFLINE", "WARNING", 0)]


async def test_who_is_covered_again_may_still_lack_a_device(
    database: Database, district: District
) -> None:
    await heard(database, BUTTON_LOST, col(Device.elder_id) == district.mother_id)
    await looked(database)
    for ago in (65, 0):
        await heard(database, timedelta(seconds=ago), is_(district.sleep_band_id))
        await looked(database)
    assert await told(database) == [("-UNCOVERED", "MAJOR", 0), ("DEVICE_OFFLINE", "MINOR", 0)]


async def test_who_was_never_heard_and_what_is_in_stock_raise_nothing(
    database: Database, district: District
) -> None:
    await do(database, update(Device).values(last_seen_at=None))
    await do(
        database,
        update(Device)
        .where(is_(district.sleep_band_id))
        .values(elder_id=None, last_seen_at=now() - BUTTON_LOST),
    )
    await looked(database)
    assert await told(database) == []


async def a_hundred(database: Database) -> Sequence[UUID]:
    """Buttons."""
    buttons = select(col(Device.id)).where(col(Device.kind) == DeviceKind.SOS_BUTTON)
    rows = await database.fetch(buttons.order_by(col(Device.id)).limit(100))
    return [row[0] for row in rows]


async def test_a_hundred_that_are_cut_are_a_hundred_that_are_offline(database: Database) -> None:
    cut = await a_hundred(database)
    await heard(database, BUTTON_LOST, is_(*cut))
    while await looked(database):
        pass
    alarms = await told(database)
    elders = await database.fetch(select(col(Device.elder_id)).where(is_(*cut)).distinct())
    assert len(alarms) == len(elders) <= AT_ONCE
    assert {kind for kind, _, _ in alarms} <= {"UNCOVERED", "DEVICE_OFFLINE"}


async def test_where_nobody_is_heard_the_chain_is_deaf_and_the_devices_wait(
    database: Database,
) -> None:
    await heard(database, BUTTON_LOST)
    for _ in range(3):
        await looked(database)
    assert await told(database) == [("CHAIN_BROKEN", "CRITICAL", 0)]
    regions = await database.fetch(select(col(Alarm.region_code)))
    assert len(regions[0][0]) < 12, "no single community's"

    # The bridge is back, and one is heard: the others get their time anew.
    await heard(database, timedelta(), is_((await a_hundred(database))[0]))
    await looked(database)
    assert await told(database) == [("-CHAIN_BROKEN", "CRITICAL", 0)]


async def test_a_worker_that_slept_knows_nothing_of_who_was_silent(
    database: Database, district: District
) -> None:
    await do(database, text("UPDATE listening SET swept_at = now() - interval '2 minutes'"))
    await heard(database, BUTTON_LOST, is_(district.sleep_band_id))
    await looked(database)
    assert await told(database) == []
    await do(database, update(Device).values(last_seen_at=now() + BAND_LOST - timedelta(seconds=1)))
    await heard(database, BUTTON_LOST, is_(district.sleep_band_id))
    await do(database, text("UPDATE listening SET swept_at = now() + interval '4 minutes'"))
    await looked(database, now() + BAND_LOST)
    assert await told(database) == [("DEVICE_OFFLINE", "WARNING", 0)]
