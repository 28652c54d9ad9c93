"""Deny by default: each role sees its own rows, by every way in, and nothing tells of others."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.alarms.models import Alarm
from domain.database import Database
from domain.elders.models import Elder
from domain.family.models import FamilyLink
from domain.ids import public_id
from domain.metadata import METADATA
from tests.access.oracle import expected as expected_rows
from tests.access.world import World
from tests.clients import BEGINNING, Api
from tests.makers.family import link_of
from tests.signals import press

EVERY_WAY = """
query ($elder: ID!, $device: ID!, $alarm: ID!) {
  elder(id: $elder) { id }
  elderNode: node(id: $elder) { id }
  deviceNode: node(id: $device) { id }
  alarmNode: node(id: $alarm) { id }
  nodes(ids: [$elder, $device, $alarm]) { id }
}
"""
LISTS = """
{ elders(first: 200) { nodes { id } totalCount } devices(first: 200) { nodes { id } totalCount }
  alarms(first: 200) { nodes { id elder { id } device { id } } totalCount } }
"""
CHANGED = f"""subscription {{
  alarmChanged(after: "{BEGINNING}") {{ alarm {{ id elder {{ id }} }} }} }}"""

SEES_MOTHER = {Role.ELDER, Role.FAMILY, Role.DISPATCHER, Role.STATION, Role.OFFICIAL, Role.ADMIN}
"""The station's and the official's regions of the demo cover the mother's community."""


async def alarm_of(database: Database) -> str:
    rows = await database.fetch(select(col(Alarm.id)))
    return public_id("alarm", rows[0][0])


async def ways(api: Api, database: Database) -> dict[str, str]:
    return {
        "elder": public_id("elder", api.district.mother_id),
        "device": public_id("device", api.district.sos_button_id),
        "alarm": await alarm_of(database),
    }


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_reads_the_mother_by_every_way_or_by_none(
    api: Api, database: Database, role: Role
) -> None:
    await press(database, api.district)
    wanted = await ways(api, database)
    covers = await _covers(api, database, role)
    data = await api.data(role, EVERY_WAY, **wanted)
    elder, device, alarm = wanted["elder"], wanted["device"], wanted["alarm"]
    if role is Role.VENDOR:
        assert data["elder"] is None
        assert data["elderNode"] is None
        own = (data["deviceNode"], data["alarmNode"])
        assert own in ((None, None), ({"id": device}, {"id": alarm}))
    elif covers:
        assert data["elder"] == data["elderNode"] == {"id": elder}
        assert data["nodes"] == [{"id": elder}, {"id": device}, {"id": alarm}]
    else:
        assert set(map(str, data.values())) == {"None", "[None, None, None]"}


async def _covers(api: Api, database: Database, role: Role) -> bool:
    if role in (Role.DISPATCHER, Role.STATION, Role.OFFICIAL):
        query = select(col(Elder.region_code)).where(col(Elder.id) == api.district.mother_id)
        (code,) = (await database.fetch(query))[0]
        return code.startswith(api.actor(role).region or "none")
    return role in SEES_MOTHER


@pytest.mark.parametrize("role", list(Role))
async def test_lists_hold_what_the_oracle_says(
    api: Api, database: Database, database_url: str, role: Role
) -> None:
    """A slow, plain oracle in Python over all rows against the predicates in SQL."""
    await press(database, api.district)
    data = await api.data(role, LISTS)
    expected = expected_rows(await World.read(database_url), api.actor(role), "elder")
    listed = {UUID(node["id"].removeprefix("elder_")) for node in data["elders"]["nodes"]}
    assert data["elders"]["totalCount"] == len(expected)
    assert listed <= expected
    sees_alarm = api.district.mother_id in expected
    if role is not Role.VENDOR:
        assert len(data["alarms"]["nodes"]) == data["alarms"]["totalCount"] == int(sees_alarm)


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.STATION, Role.OFFICIAL])
async def test_a_region_role_without_a_region_sees_nothing(api: Api, role: Role) -> None:
    actor = Actor(api.actor(role).id, role, None)
    data = await api.data(actor, LISTS)
    assert all(data[name]["totalCount"] == 0 for name in data)


async def test_a_neighbouring_region_with_the_same_beginning_is_not_a_subtree(api: Api) -> None:
    """330102 must not cover a code such as 3301020…'s sibling 330103…, nor the other way round."""
    actor = Actor(api.actor(Role.OFFICIAL).id, Role.OFFICIAL, "330103")
    assert (await api.data(actor, LISTS))["elders"]["totalCount"] == 0
    city = Actor(actor.id, Role.OFFICIAL, "3301")
    everyone = (await api.data(Role.ADMIN, LISTS))["elders"]["totalCount"]
    assert (await api.data(city, LISTS))["elders"]["totalCount"] == everyone


async def test_someone_elses_and_nobodys_rows_answer_alike(api: Api, database: Database) -> None:
    await press(database, api.district)
    stranger = Actor(api.district.neighbour_daughter_id, Role.FAMILY)
    theirs = await api.post(stranger, EVERY_WAY, await ways(api, database))
    nobodys = {name: public_id(name, uuid4()) for name in ("elder", "device", "alarm")}
    assert theirs == await api.post(stranger, EVERY_WAY, nobodys)


async def test_a_stranger_cannot_touch_an_alarm_nor_learn_of_it(
    api: Api, database: Database
) -> None:
    await press(database, api.district)
    stranger = Actor(api.district.neighbour_daughter_id, Role.FAMILY)
    mutation = """mutation ($id: ID!) { alarmAcknowledge(input: {id: $id}) {
        alarm { id } userErrors { code field } } }"""
    before = await database.fetch(select(METADATA.tables["alarm"]))
    theirs = await api.data(stranger, mutation, id=await alarm_of(database))
    nobodys = await api.data(stranger, mutation, id=public_id("alarm", uuid4()))
    assert theirs == nobodys
    assert theirs["alarmAcknowledge"]["userErrors"] == [{"code": "NOT_FOUND", "field": "id"}]
    assert await database.fetch(select(METADATA.tables["alarm"])) == before


async def test_the_stream_carries_only_what_the_subscriber_may_see(
    api: Api, database: Database
) -> None:
    stranger = Actor(api.district.neighbour_daughter_id, Role.FAMILY)
    async with api.socket(stranger) as outside, api.socket(Role.FAMILY) as daughter:
        await outside.subscribe(CHANGED)
        await daughter.subscribe(CHANGED)
        await press(database, api.district)
        event = (await daughter.next())["data"]["alarmChanged"]
        assert event["alarm"]["elder"]["id"] == public_id("elder", api.district.mother_id)
        assert await outside.silent(0.3)


async def test_a_link_that_ends_stops_the_next_event(api: Api, database: Database) -> None:
    async with api.socket(Role.FAMILY) as daughter, api.socket(Role.ADMIN) as admin:
        await daughter.subscribe(CHANGED)
        await admin.subscribe(CHANGED)
        await press(database, api.district)
        await daughter.next()
        await admin.next()
        link_id = await link_of(database, api.district.daughter_id, api.district.mother_id)
        async with database.transaction("test") as session:
            await session.delete(await session.get(FamilyLink, link_id))
        await press(database, api.district)
        await admin.next()
        assert await daughter.silent(0.3)


async def test_a_vendor_sees_the_alarm_of_its_device_but_not_whose(
    api: Api, database: Database
) -> None:
    await press(database, api.district)
    vendors = await database.fetch(select(col(Account.id)).where(col(Account.role) == Role.VENDOR))
    answers: list[Any] = []
    for (account_id,) in vendors:
        query = "{ alarms(first: 5) { nodes { id type elder { name } device { id kind } } } }"
        answers.append(await api.post(Actor(account_id, Role.VENDOR), query))
    seen = [answer for answer in answers if answer["data"]["alarms"]["nodes"]]
    assert len(seen) == 1, "exactly the vendor of the button"
    (node,) = seen[0]["data"]["alarms"]["nodes"]
    assert node["elder"] is None
    assert node["device"]["id"] == public_id("device", api.district.sos_button_id)
    assert seen[0]["extensions"]["masked"] == [
        {"path": ["alarms", "nodes", 0, "elder"], "reason": "NOT_VISIBLE"}
    ]
