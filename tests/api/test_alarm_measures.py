"""What a device has measured, and where it was, is shown by consents of their own."""

from dataclasses import replace

from sqlalchemy import select
from sqlmodel import col

from domain.access import ConsentScope, Role
from domain.alarms.models import Alarm, AlarmType
from domain.alarms.service import raise_alarms
from domain.database import Database
from domain.ids import public_id
from tests.clients import Api
from tests.makers.family import link_of, set_scopes
from tests.signals import sos

RESOLVE = """mutation ($id: ID!) { alarmResolve(input: {id: $id, reason: TRUE_ALARM}) {
  userErrors { code } } }"""


async def test_measures_are_vital_signs(api: Api, database: Database) -> None:
    async with database.transaction("test") as session:
        signal = await sos(session, api.district)
        fast = {"type": AlarmType.TACHYCARDIA, "measures": {"heart_rate": 131, "in_bed": True}}
        await raise_alarms(session, [replace(signal, **fast)])
    found = await database.fetch(select(col(Alarm.id)))
    key = public_id("alarm", found[0][0])
    query = "query ($id: ID!) { alarm(id: $id) { measures { name value } } }"
    shown = [{"name": "heart_rate", "value": 131.0}]
    for role, wanted in (
        (Role.ELDER, shown),
        (Role.DISPATCHER, shown),
        (Role.OFFICIAL, None),
        (Role.FAMILY, shown),
    ):
        assert (await api.data(role, query, id=key))["alarm"]["measures"] == wanted, role
    await api.data(Role.DISPATCHER, RESOLVE, id=key)
    over = await api.data(Role.DISPATCHER, query, id=key)
    assert over["alarm"]["measures"] is None


async def test_where_she_is_lies_with_the_consent_to_her_place(
    api: Api, database: Database
) -> None:
    place = {"battery": 40, "latitude": 30.27, "longitude": 120.15}
    async with database.transaction("test") as session:
        signal = await sos(session, api.district)
        await raise_alarms(session, [replace(signal, measures=place)])
    key = public_id("alarm", (await database.fetch(select(col(Alarm.id))))[0][0])
    query = """query ($id: ID!) { alarm(id: $id) { measures { name }
        whereabouts { latitude longitude } } }"""
    link = await link_of(database, api.district.daughter_id, api.district.mother_id)
    there = {"latitude": 30.27, "longitude": 120.15}
    for left, measured, found in (
        (ConsentScope.VITALS, [{"name": "battery"}], None),
        (ConsentScope.LOCATION, None, there),
    ):
        await set_scopes(database, link, {ConsentScope.ALARMS, left})
        shown = (await api.data(Role.FAMILY, query, id=key))["alarm"]
        assert shown == {"measures": measured, "whereabouts": found}, left
    desk = {role: await api.data(role, query, id=key) for role in (Role.DISPATCHER, Role.OFFICIAL)}
    assert [one["alarm"]["whereabouts"] for one in desk.values()] == [there, None]
    await api.data(Role.DISPATCHER, RESOLVE, id=key)
    assert (await api.data(Role.DISPATCHER, query, id=key))["alarm"]["whereabouts"] is None
