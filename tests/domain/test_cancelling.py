"""An elder takes a fall back: in time nobody is told, later her word is a line in the log."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from devices.mac import Trust
from devices.storing import Store
from domain.access import Role
from domain.alarms.models import Alarm, AlarmLog, AlarmPurpose, AlarmType
from domain.alarms.service import acknowledge, raise_alarms
from domain.calendar import now
from domain.database import Database
from domain.devices.models import DeviceKind
from domain.ids import public_id
from domain.notifications.models import NotificationStep
from tests.clients import Api
from tests.devices.reported import uplink
from tests.devices.wire import MASTER_KEY
from tests.makers.devices import make_device
from tests.signals import its_time_comes, sos
from yiyang.district.cast import District

CANCEL = """
mutation ($id: ID!) { alarmCancel(input: {id: $id}) {
    alarm { state resolveReason cancellableUntil availableActions }
    userErrors { code }
} }
"""
LOOK = "query ($id: ID!) { alarm(id: $id) { level cancellableUntil escalateAt availableActions } }"


async def fall(
    database: Database, district: District, purpose: AlarmPurpose = AlarmPurpose.REAL
) -> Alarm:
    """The mother falls."""
    async with database.transaction("test") as session:
        signal = replace(await sos(session, district), type=AlarmType.FALL, purpose=purpose)
        await raise_alarms(session, [signal])
        return (await session.scalars(select(Alarm))).one()


async def logged(database: Database) -> list[str]:
    rows = await database.fetch(select(col(AlarmLog.change)).order_by(col(AlarmLog.id)))
    return [row[0].value for row in rows]


async def told(database: Database) -> int:
    return len(await database.fetch(select(col(NotificationStep.id))))


async def cancel(api: Api, alarm: Alarm, role: Role = Role.ELDER) -> Any:
    return (await api.data(role, CANCEL, id=public_id("alarm", alarm.id)))["alarmCancel"]


async def test_in_time_it_is_over_and_nobody_is_told(
    api: Api, database: Database, district: District
) -> None:
    alarm = await fall(database, district)
    asked = {"id": public_id("alarm", alarm.id)}
    seen = (await api.data(Role.ELDER, LOOK, **asked))["alarm"]
    assert seen["level"] == 0
    assert seen["cancellableUntil"] == seen["escalateAt"]
    assert "CANCEL" in seen["availableActions"]
    # The desk sees it from its first second, and cannot take it back for her.
    seen = (await api.data(Role.DISPATCHER, LOOK, **asked))["alarm"]
    assert seen["cancellableUntil"]
    assert "CANCEL" not in seen["availableActions"]
    answer = await cancel(api, alarm)
    assert answer["userErrors"] == []
    assert answer["alarm"]["state"] == "RESOLVED"
    assert answer["alarm"]["resolveReason"] == "FALSE_ALARM"
    assert answer["alarm"]["cancellableUntil"] is None
    assert await logged(database) == ["RAISED", "CANCELLED", "RESOLVED"]
    assert await told(database) == 0
    again = await cancel(api, alarm)
    assert again["userErrors"] == [{"code": "ILLEGAL_TRANSITION"}]


async def test_a_drill_that_is_taken_back_is_still_a_drill(
    api: Api, database: Database, district: District
) -> None:
    alarm = await fall(database, district, purpose=AlarmPurpose.DRILL)
    async with database.transaction("test") as session:
        await session.execute(update(Alarm).values(family_too=True))
    answer = await cancel(api, alarm)
    assert (answer["userErrors"], answer["alarm"]["resolveReason"]) == ([], "DRILL")


async def test_too_late_it_is_a_word_in_the_log(
    api: Api, database: Database, district: District
) -> None:
    alarm = await fall(database, district)
    async with database.transaction("test") as session:
        await its_time_comes(session, alarm.id)
    answer = await cancel(api, alarm)
    assert answer["userErrors"] == []
    assert answer["alarm"]["state"] == "RAISED"
    assert "CANCEL" not in answer["alarm"]["availableActions"]
    assert await logged(database) == ["RAISED", "ESCALATED", "COMMENTED"]
    assert await told(database) == 1


async def test_what_somebody_has_answered_already_goes_on(
    api: Api, database: Database, district: District
) -> None:
    alarm = await fall(database, district)
    async with database.transaction("test") as session:
        await acknowledge(session, api.actor(Role.DISPATCHER), alarm.id)
    answer = await cancel(api, alarm)
    assert answer["alarm"]["state"] == "ACKNOWLEDGED"
    assert await logged(database) == ["RAISED", "ACKNOWLEDGED", "COMMENTED"]


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role.FAMILY, "PERMISSION_DENIED"),
        (Role.DISPATCHER, "PERMISSION_DENIED"),
        (Role.VOLUNTEER, "NOT_FOUND"),
    ],
)
async def test_nobody_else_takes_it_back(
    api: Api, database: Database, district: District, role: Role, code: str
) -> None:
    alarm = await fall(database, district)
    refused = await cancel(api, alarm, role)
    assert [error["code"] for error in refused["userErrors"]] == [code]
    assert await logged(database) == ["RAISED"]


def said(watch: str, type: str, seq: int, ago: timedelta = timedelta(0)) -> Any:
    """What a watch says."""
    ts = round((now() - ago).timestamp() * 1000)
    whole = {"v": 1, "id": f"w-{seq}", "boot": 1, "seq": seq, "ts": ts, "type": type, "m": {}}
    return uplink(watch, whole, "event")


async def test_a_word_by_the_watch_ends_it_once_and_spares_what_came_later(
    database: Database, district: District
) -> None:
    store = Store(database, Trust(MASTER_KEY))
    watch = await make_device(database, district, DeviceKind.WATCH)
    fell, took_back = said(watch, "fall", 1), said(watch, "cancel", 2)
    await store.take([fell, took_back])
    ended = ["RAISED", "CANCELLED", "RESOLVED"]
    assert await logged(database) == ended
    # Sent again, neither does anything; and an old word does not mean a new fall.
    await store.take([took_back, fell])
    await store.take([said(watch, "fall", 3), said(watch, "cancel", 4, timedelta(minutes=1))])
    assert await logged(database) == [*ended, "RAISED"]
    assert await told(database) == 0
