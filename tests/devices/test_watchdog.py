"""Deadlines against a real database: what time alone says is said once, and only of the living."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devices.storing import Store
from devices.watchdog import look
from domain.database import Database
from domain.devices.deadlines import GRACE
from domain.devices.models import DeviceKind
from domain.devices.rule_steps import Reading
from tests.devices.reported import reported, uplink
from tests.devices.wire import names, rows

MINUTE = timedelta(minutes=1)
ALARMS = """
    SELECT alarm.type, cleared_at, repeat_count,
        array_agg(alarm_log.change ORDER BY alarm_log.id) AS changes
    FROM alarm JOIN alarm_log ON alarm_log.alarm_id = alarm.id GROUP BY alarm.id ORDER BY alarm.id
"""


@pytest.fixture
def began() -> datetime:
    """A moment ago, so that no reading is late."""
    return datetime.now(UTC).replace(microsecond=0) - MINUTE


async def change(database: Database, statement: str, **values: Any) -> None:
    async with database.transaction("test") as session:
        connection = await session.connection()
        await connection.exec_driver_sql(statement, values or None)


async def devices_of(database: Database, kind: DeviceKind, number: int) -> list[str]:
    """Devices of one home, made to be of a kind, that have been heard for a day."""
    found = await names(database, DeviceKind.SLEEP_BAND, number)
    ids = ", ".join(f"'{name.removeprefix('device_')}'" for name in found)
    await change(
        database,
        f"UPDATE device SET kind = '{kind.value}', last_seen_at = now(),"
        " heard_since = now() - interval '1 day', elder_id = ("
        f"SELECT elder_id FROM device WHERE id IN ({ids}) LIMIT 1) WHERE id IN ({ids})",
    )
    return found


def happened(device: str, type_: str, seq: int, at: datetime) -> Any:
    ts = round(at.timestamp() * 1000)
    return uplink(
        device,
        {"v": 1, "id": f"e{seq}", "boot": 1, "seq": seq, "ts": ts, "type": type_, "m": {}},
        "event",
    )


async def looked(database: Database, now: datetime) -> int:
    async with database.transaction("test") as session:
        return await look(session, now)


async def test_a_door_left_open_is_said_once_and_cleared_when_it_is_closed(
    store: Store, database: Database, began: datetime
) -> None:
    (door,) = await devices_of(database, DeviceKind.DOOR_CONTACT, 1)
    await store.take([reported(door, Reading(began, 1, {"open": True}))])
    assert await looked(database, began + 15 * MINUTE) == 0
    assert await rows(database, ALARMS) == []
    late = began + 15 * MINUTE + GRACE
    await asyncio.gather(*(looked(database, late) for _ in range(4)))
    assert await looked(database, late + MINUTE) == 0
    (alarm,) = await rows(database, ALARMS)
    assert (alarm.type, alarm.changes) == ("DOOR_LEFT_OPEN", ["RAISED"])
    closed = Reading(began + timedelta(seconds=30), 2, {"open": False})
    for _ in range(2):
        await store.take([reported(door, closed)])
    (alarm,) = await rows(database, ALARMS)
    assert alarm.changes == ["RAISED", "CLEARED"]
    assert alarm.cleared_at == closed.at


async def test_a_reading_that_comes_late_unsays_the_wait(
    store: Store, database: Database, began: datetime
) -> None:
    (door,) = await devices_of(database, DeviceKind.DOOR_CONTACT, 1)
    opened, closed, again = (
        Reading(began + timedelta(seconds=10 * n), n, {"open": n != 1}) for n in range(3)
    )
    await store.take([reported(door, opened), reported(door, again)])
    await store.take([reported(door, closed)])
    await looked(database, opened.at + 15 * MINUTE + GRACE)
    assert await rows(database, ALARMS) == []
    await looked(database, again.at + 15 * MINUTE + GRACE)
    (alarm,) = await rows(database, ALARMS)
    assert alarm.changes == ["RAISED"]


async def test_a_silent_device_says_nothing_of_the_elder_and_is_waited_for_anew(
    store: Store, database: Database, began: datetime
) -> None:
    (meter,) = await devices_of(database, DeviceKind.ELECTRICITY_METER, 1)
    await store.take([reported(meter, Reading(began, 1, {"power": 900}))])
    tomorrow = began + timedelta(hours=24, minutes=1)
    assert await looked(database, tomorrow) == 1
    assert await rows(database, ALARMS) == []
    # It is heard again, since an hour ago.
    await change(
        database,
        f"UPDATE device SET last_seen_at = '{tomorrow + timedelta(minutes=11)}',"
        f" heard_since = '{tomorrow - timedelta(hours=1)}'",
    )
    assert await looked(database, tomorrow + timedelta(minutes=11)) == 1
    assert await rows(database, ALARMS) == []
    over = tomorrow + timedelta(hours=23) + GRACE
    await change(database, f"UPDATE device SET last_seen_at = '{over}'")
    await looked(database, over)
    (alarm,) = await rows(database, ALARMS)
    assert (alarm.type, alarm.changes) == ("NO_CONSUMPTION", ["RAISED"])


async def test_smoke_of_two_detectors_is_over_when_both_have_said_so_or_been_quiet(
    store: Store, database: Database, began: datetime
) -> None:
    one, other = await devices_of(database, DeviceKind.SMOKE_DETECTOR, 2)
    await store.take([happened(one, "smoke", 1, began), happened(other, "smoke", 1, began)])
    after = began + timedelta(seconds=20)
    await store.take([happened(one, "normal", 2, after)])
    (alarm,) = await rows(database, ALARMS)
    assert (alarm.cleared_at, alarm.changes) == (None, ["RAISED", "REPEATED"])
    await store.take([happened(other, "smoke", 2, after)])
    await looked(database, after + 5 * MINUTE)
    (alarm,) = await rows(database, ALARMS)
    assert alarm.cleared_at is None
    await looked(database, after + 5 * MINUTE + GRACE)
    (alarm,) = await rows(database, ALARMS)
    assert alarm.cleared_at == after + 5 * MINUTE
    assert alarm.changes == ["RAISED", "REPEATED", "REPEATED", "CLEARED"]


async def test_an_older_normal_does_not_end_newer_smoke(
    store: Store, database: Database, began: datetime
) -> None:
    (detector,) = await devices_of(database, DeviceKind.SMOKE_DETECTOR, 1)
    await store.take([happened(detector, "smoke", 2, began + timedelta(seconds=20))])
    await store.take([happened(detector, "normal", 1, began)])
    (alarm,) = await rows(database, ALARMS)
    assert alarm.changes == ["RAISED"]


async def test_who_has_the_device_next_is_not_waited_for_since_the_last_one_was(
    store: Store, database: Database, began: datetime
) -> None:
    (door,) = await devices_of(database, DeviceKind.DOOR_CONTACT, 1)
    await store.take([reported(door, Reading(began, 1, {"open": True}))])
    await change(
        database,
        "UPDATE device SET elder_id = (SELECT id FROM elder WHERE id <> device.elder_id LIMIT 1)",
    )
    await looked(database, began + 16 * MINUTE)
    assert await rows(database, ALARMS) == []
