"""Where a device stands decides what its messages raise: an alarm of an elder, of a station, or
none."""

from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlmodel import col

from devices.pipeline import Status
from devices.storing import Store
from domain.accounts.models import Vendor
from domain.alarms.models import Alarm
from domain.database import Database
from domain.devices.credentials import device_name
from domain.devices.models import Device, DeviceKind
from domain.devices.service import rows_of
from domain.errors import AlreadyExists, DomainError, InvalidInput
from domain.stations.models import Station
from tests.devices.reported import uplink
from tests.devices.wire import now_ms, number
from yiyang.district.cast import District


async def a_device(database: Database, kind: DeviceKind, **where: Any) -> str:
    """A new one. Returns: its id, as it is on the wire."""
    async with database.transaction("test") as session:
        values = {"kind": kind, "vendor_id": select(col(Vendor.id)).limit(1).scalar_subquery()}
        statement = insert(Device).values(values | where).returning(col(Device.id))
        return device_name((await session.execute(statement)).scalar_one())


async def a_station(database: Database) -> Any:
    return (await database.fetch(select(col(Station.id), col(Station.region_code)).limit(1)))[0]


def said(device: str, leaf: str, number: int = 1, **measures: Any) -> Any:
    message = {"v": 1, "id": f"m-{number}", "boot": 1, "seq": number, "ts": now_ms()}
    kind = "sos" if leaf == "event" else "telemetry"
    return uplink(device, message | {"type": kind, "m": measures}, leaf)


async def test_of_a_device_in_stock_all_is_stored_and_nothing_raised(
    store: Store, database: Database
) -> None:
    button = await a_device(database, DeviceKind.SOS_BUTTON)
    band = await a_device(database, DeviceKind.SLEEP_BAND)
    slow = {"heart_rate": 20, "breathing_rate": 14, "in_bed": True}
    batch = [said(button, "event"), *(said(band, "tele", n, **slow) for n in range(3))]
    assert {outcome.status for outcome in await store.take(batch)} == {Status.STORED}
    assert await number(database, "SELECT count(*) FROM device_event") == 1
    assert await number(database, "SELECT count(*) FROM telemetry") == 3
    for table in ("alarm", "rule_state", "vital_sign", "outbox_event"):
        assert await number(database, f"SELECT count(*) FROM {table}") == 0, table


@pytest.mark.parametrize("canary", [False, True])
async def test_a_stations_button_raises_the_stations_alarm_once(
    store: Store, database: Database, *, canary: bool
) -> None:
    station_id, region_code = await a_station(database)
    button = await a_device(database, DeviceKind.SOS_BUTTON, station_id=station_id, canary=canary)
    await store.take([said(button, "event", 1)])
    await store.take([said(button, "event", 2)])
    (alarm,) = await database.fetch(select(*rows_of(Alarm).c))
    assert (alarm.elder_id, alarm.station_id, alarm.region_code) == (None, station_id, region_code)
    assert (alarm.purpose, alarm.repeat_count) == ("CANARY" if canary else "REAL", 1)


async def test_a_canary_does_not_swallow_a_real_press(store: Store, database: Database) -> None:
    station_id, _ = await a_station(database)
    canary = await a_device(database, DeviceKind.SOS_BUTTON, station_id=station_id, canary=True)
    button = await a_device(database, DeviceKind.SOS_BUTTON, station_id=station_id)
    await store.take([said(canary, "event"), said(button, "event")])
    found = await database.fetch(select(col(Alarm.purpose), col(Alarm.repeat_count)))
    assert sorted(tuple(row) for row in found) == [("CANARY", 0), ("REAL", 0)]


async def refusal(database: Database, **where: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await a_device(database, DeviceKind.SOS_BUTTON, **where)
    return caught.value


async def test_a_device_stands_in_one_place_and_a_station_has_one_canary(
    database: Database, district: District
) -> None:
    station_id, _ = await a_station(database)
    everywhere = await refusal(database, station_id=station_id, elder_id=district.mother_id)
    assert isinstance(everywhere, InvalidInput)
    assert isinstance(await refusal(database, canary=True), InvalidInput)
    await a_device(database, DeviceKind.SOS_BUTTON, station_id=station_id, canary=True)
    second = await refusal(database, station_id=station_id, canary=True)
    assert isinstance(second, AlreadyExists)


async def test_an_alarm_is_of_an_elder_or_of_a_station(
    store: Store, database: Database, district: District
) -> None:
    station_id, _ = await a_station(database)
    await store.take([said(device_name(district.sos_button_id), "event")])
    for both in ({"station_id": station_id}, {"elder_id": None}):
        with pytest.raises(InvalidInput):
            async with database.transaction("test") as session:
                await session.execute(update(Alarm).values(both))
    (alarm,) = await database.fetch(select(*rows_of(Alarm).c))
    assert (alarm.elder_id, alarm.station_id) == (district.mother_id, None)
