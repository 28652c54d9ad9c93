"""A volunteer's calendar under a secret address, read by a real parser of iCalendar."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import icalendar
import pytest
from sqlalchemy import select, update
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.calendar import now
from domain.calendars.models import CalendarLink
from domain.database import Database
from domain.elders.models import Elder
from domain.rosters.models import OnCallShift
from domain.visits.models import VisitKind
from tests.clients import Api
from tests.makers.visits import Scene, make_scene, make_visit, tomorrow_at
from tests.visiting import HERE, done, visit_id

CREATE = """mutation { calendarLinkCreate(input: {}) {
  calendarLink { id path createdAt revokedAt } userErrors { code field } } }"""
REVOKE = """mutation ($id: ID!) { calendarLinkRevoke(input: {id: $id}) {
  calendarLink { id revokedAt } userErrors { code field } } }"""
PLACE = """query ($id: ID!) {
  visitTask(id: $id) { region { name } elder { name fullAddress } } }"""
LINKS = "{ calendarLinks(first: 9) { nodes { id path revokedAt } } }"


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


async def created(api: Api, who: Role | Actor) -> Any:
    answer = (await api.data(who, CREATE))["calendarLinkCreate"]
    assert answer["userErrors"] == []
    return answer["calendarLink"]


async def fetched(api: Api, path: str, **headers: str) -> httpx.Response:
    return await api.http.get(f"http://127.0.0.1:{api.port}{path}", headers=headers)


async def events(api: Api, path: str, **headers: str) -> list[Any]:
    """The events, as the parser understands them."""
    answer = await fetched(api, path, **headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))
    return list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))


async def test_a_claimed_visit_stands_in_the_calendar_without_name_or_door(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await make_visit(database, scene.elder_id, scene.region_code, starts=tomorrow_at(15))
    await done(api, scene.ann, "Claim", key)
    path = (await created(api, scene.ann))["path"]
    (event,) = await events(api, path, **{"Accept-Language": "zh-CN"})
    assert event["UID"] == f"{visit_id(key)}@yiyang"
    assert event["DTSTART"].dt == tomorrow_at(9)
    assert event["DTEND"].dt == tomorrow_at(10)
    assert (event["SUMMARY"], event["STATUS"]) == ("上门探访", "CONFIRMED")
    place = (await api.data(scene.ann, PLACE, id=visit_id(key)))["visitTask"]
    assert event["LOCATION"] == place["region"]["name"]
    text = (await fetched(api, path)).text
    assert place["elder"]["name"] not in text
    assert place["elder"]["fullAddress"] not in text
    (event,) = await events(api, path, **{"Accept-Language": "en"})
    assert event["SUMMARY"] == "Visit at home"


async def test_the_calendar_follows_the_visits(api: Api, database: Database, scene: Scene) -> None:
    kinds = {VisitKind.HOME: 9, VisitKind.PHONE: 11, VisitKind.VIDEO: 13}
    keys = [
        await make_visit(
            database, scene.elder_id, scene.region_code, starts=tomorrow_at(hour), kind=kind
        )
        for kind, hour in kinds.items()
    ]
    for key in keys:
        await done(api, scene.ann, "Claim", key)
    path = (await created(api, scene.ann))["path"]
    before = await fetched(api, path)
    unchanged = await fetched(api, path, **{"If-None-Match": before.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    await done(api, scene.ann, "CheckIn", keys[0], **HERE)
    await done(api, scene.ann, "Release", keys[1])
    await done(api, scene.station, "Cancel", keys[2])
    found = {str(event["UID"]): event for event in await events(api, path)}
    assert set(found) == {f"{visit_id(key)}@yiyang" for key in (keys[0], keys[2])}
    assert found[f"{visit_id(keys[2])}@yiyang"]["STATUS"] == "CANCELLED"
    assert found[f"{visit_id(keys[0])}@yiyang"]["SEQUENCE"] == 3


async def test_a_caregiver_reads_when_they_are_on_call(api: Api, database: Database) -> None:
    actor = api.actor(Role.CAREGIVER)
    since = now().replace(microsecond=0)
    async with database.transaction("test") as session:
        code = await session.scalar(select(col(Elder.region_code)).limit(1))
        shift = OnCallShift(
            account_id=actor.id,
            region_code=code or "",
            backup=False,
            since=since,
            until=since + timedelta(hours=8),
            set_by=actor.id,
        )
        session.add(shift)
    path = (await created(api, actor))["path"]
    (event,) = await events(api, path)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (since, since + timedelta(hours=8))
    assert event["SUMMARY"] == "值班"


async def test_the_address_is_shown_once_and_kept_as_a_hash(
    api: Api, database: Database, scene: Scene
) -> None:
    link = await created(api, scene.ann)
    secret = link["path"].removeprefix("/calendar/").removesuffix(".ics")
    (listed,) = (await api.data(scene.ann, LINKS))["calendarLinks"]["nodes"]
    assert listed == {"id": link["id"], "path": None, "revokedAt": None}
    ((kept,),) = await database.fetch(select(col(CalendarLink.token_hash)))
    assert secret.encode() not in kept
    assert len(kept) == 32
    assert (await api.data(scene.bob, LINKS))["calendarLinks"]["nodes"] == []


async def test_an_address_that_leads_nowhere_looks_like_one_that_never_did(
    api: Api, database: Database, scene: Scene
) -> None:
    never = await fetched(api, f"/calendar/{'a' * 43}.ics")
    replaced = await created(api, scene.ann)
    link = await created(api, scene.ann)
    assert await events(api, link["path"]) == []
    gone = await fetched(api, replaced["path"])
    for _ in range(2):
        answer = (await api.data(scene.ann, REVOKE, id=link["id"]))["calendarLinkRevoke"]
        assert answer["userErrors"] == []
        assert answer["calendarLink"]["revokedAt"]
    revoked = await fetched(api, link["path"])
    bobs = await created(api, scene.bob)
    async with database.transaction("test") as session:
        ended = update(Account).where(col(Account.id) == scene.bob.id)
        await session.execute(ended.values(until=now()))
    over = await fetched(api, bobs["path"])
    for answer in (never, gone, revoked, over):
        assert (answer.status_code, answer.text) == (404, never.text)


async def test_of_two_made_at_once_one_leads_somewhere(api: Api, scene: Scene) -> None:
    links = await asyncio.gather(*(created(api, scene.ann) for _ in range(4)))
    statuses = [(await fetched(api, link["path"])).status_code for link in links]
    assert sorted(statuses) == [200, 404, 404, 404]


async def test_nobody_revokes_anothers(api: Api, scene: Scene) -> None:
    link = await created(api, scene.ann)
    answer = (await api.data(scene.bob, REVOKE, id=link["id"]))["calendarLinkRevoke"]
    assert answer["userErrors"] == [{"code": "NOT_FOUND", "field": "id"}]
    refused = await api.data(Role.FAMILY, CREATE)
    assert refused["calendarLinkCreate"]["userErrors"][0]["code"] == "PERMISSION_DENIED"
    assert await events(api, link["path"]) == []
