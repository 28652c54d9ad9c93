"""Lists of volunteers and visits: in order, every row once, and only what was asked for."""

from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.database import Database
from domain.ids import public_id
from domain.visits.lifecycle import VisitState
from domain.visits.models import VisitTask, Volunteer
from tests.clients import Api
from tests.makers.visits import (
    ELSEWHERE,
    Scene,
    make_scene,
    make_visit,
    make_volunteers,
    region_of,
    tomorrow_at,
)
from tests.visiting import visit_id

PAGE = """
query ($first: Int, $after: String, $last: Int, $before: String, $filter: VisitTaskFilter) {
  visitTasks(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    nodes { id scheduledFrom state region { code } } totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }
"""


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


async def walk(api: Api, who: Role | Actor, size: int, **filter: Any) -> list[Any]:
    """Every visit of a list, page by page."""
    found: list[Any] = []
    after = None
    while True:
        data = await api.data(who, PAGE, first=size, after=after, filter=filter)
        page = data["visitTasks"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return found
        after = page["pageInfo"]["endCursor"]


async def a_busy_day(database: Database, scene: Scene) -> list[UUID]:
    """Visits elsewhere, several of which begin together."""
    starts = [tomorrow_at(9 + number % 3) for number in range(11)]
    return [await make_visit(database, scene.elder_id, ELSEWHERE, starts=at) for at in starts]


async def test_visits_come_in_the_order_in_which_they_begin(
    api: Api, database: Database, scene: Scene
) -> None:
    made = {visit_id(key) for key in await a_busy_day(database, scene)}
    for size in (1, 3, 200):
        found = await walk(api, Role.ADMIN, size, region=ELSEWHERE)
        assert {visit["id"] for visit in found} == made
        places = [(visit["scheduledFrom"], visit["id"]) for visit in found]
        assert all(one < other for one, other in pairwise(places))


async def test_backwards_gives_the_same_visits(api: Api, database: Database, scene: Scene) -> None:
    await a_busy_day(database, scene)
    forward = await walk(api, Role.ADMIN, 200, region=ELSEWHERE)
    backward: list[Any] = []
    before = None
    while True:
        more = {"last": 4, "before": before, "filter": {"region": ELSEWHERE}}
        page = (await api.data(Role.ADMIN, PAGE, **more))["visitTasks"]
        backward = page["nodes"] + backward
        if not page["pageInfo"]["hasPreviousPage"]:
            break
        before = page["pageInfo"]["startCursor"]
    assert backward == forward


async def test_states_and_regions_narrow(api: Api, database: Database, scene: Scene) -> None:
    for state in VisitState:
        by = None if state is VisitState.OPEN else scene.ann.id
        begins = tomorrow_at(9) + timedelta(days=list(VisitState).index(state))
        await make_visit(
            database, scene.elder_id, ELSEWHERE, starts=begins, state=state, claimed_by=by
        )
    one = await walk(api, Role.ADMIN, 5, region=ELSEWHERE[:6], state="DONE")
    assert [visit["state"] for visit in one] == ["DONE"]
    two = await walk(api, Role.ADMIN, 5, region=ELSEWHERE[:9], state=["OPEN", "VERIFIED"])
    assert [visit["state"] for visit in two] == ["OPEN", "VERIFIED"]
    assert await walk(api, Role.ADMIN, 5, region=ELSEWHERE, state=[]) == []
    everything = await walk(api, Role.ADMIN, 200)
    assert len(everything) == len(await database.fetch(select(col(VisitTask.id))))


@pytest.mark.parametrize("region", ["", "3301x"])
async def test_a_region_that_is_no_code_is_refused_by_name(api: Api, region: str) -> None:
    response = await api.post(Role.ADMIN, PAGE, {"first": 1, "filter": {"region": region}})
    assert response["errors"][0]["extensions"]["field"] == "region"


async def test_a_volunteer_lists_what_is_open_here_and_what_is_their_own(
    api: Api, database: Database, scene: Scene
) -> None:
    here = (scene.elder_id, scene.region_code)
    theirs = {"claimed_by": scene.bob.id, "state": VisitState.CLAIMED}
    mine = {"claimed_by": scene.ann.id, "state": VisitState.VERIFIED}
    still_open = await make_visit(database, *here)
    await make_visit(database, *here, **theirs)
    own_elsewhere = await make_visit(database, scene.elder_id, ELSEWHERE, **mine)
    await make_visit(database, scene.elder_id, ELSEWHERE)
    found = {visit["id"] for visit in await walk(api, scene.ann, 200)}
    rows = await database.fetch(
        select(col(VisitTask.id), col(VisitTask.region_code), col(VisitTask.state))
    )
    street = scene.region_code[:9]
    still_open_here = {row[0] for row in rows if row[1].startswith(street) and row[2] == "OPEN"}
    assert found == {visit_id(key) for key in {*still_open_here, own_elsewhere}}
    assert still_open in still_open_here
    claimed = await walk(api, scene.ann, 200, state=["CLAIMED", "CHECKED_IN"])
    assert claimed == []


async def test_an_elders_and_a_volunteers_visits_come_newest_first(
    api: Api, database: Database, scene: Scene
) -> None:
    made = {"claimed_by": scene.ann.id, "state": VisitState.VERIFIED}
    place = (api.district.ward_id, await region_of(database, api.district.ward_id))
    for day in range(5):
        starts = tomorrow_at(9) - timedelta(days=day * 30)
        await make_visit(database, *place, starts=starts, **made)
    query = """query ($elder: ID!, $volunteer: ID!) {
      elder(id: $elder) { visits(first: 200) { nodes { id scheduledFrom } totalCount } }
      node(id: $volunteer) { ... on Volunteer {
        visits(first: 200) { nodes { id scheduledFrom } totalCount } } } }"""
    asked = {
        "elder": public_id("elder", api.district.ward_id),
        "volunteer": public_id("volunteer", scene.ann.id),
    }
    data = await api.data(Role.GUARDIAN, query, **asked)
    for field in ("elder", "node"):
        visits = data[field]["visits"]
        places = [(visit["scheduledFrom"], visit["id"]) for visit in visits["nodes"]]
        assert places == sorted(places, reverse=True)
        assert visits["totalCount"] == len(places) >= 5
    assert data["node"]["visits"]["totalCount"] == 5


async def test_a_volunteers_other_visits_are_not_the_familys_business(
    api: Api, database: Database, scene: Scene
) -> None:
    made = {"claimed_by": scene.ann.id, "state": VisitState.VERIFIED}
    hers = await make_visit(database, scene.elder_id, scene.region_code, **made)
    later = {"starts": tomorrow_at(15), **made}
    await make_visit(database, api.district.neighbour_id, scene.region_code, **later)
    query = """query ($id: ID!) { visitTask(id: $id) {
        volunteer { visits(first: 9) { nodes { id } totalCount } } } }"""
    data = await api.data(Role.FAMILY, query, id=visit_id(hers))
    visits = data["visitTask"]["volunteer"]["visits"]
    assert visits == {"nodes": [{"id": visit_id(hers)}], "totalCount": 1}
    staff = await api.data(scene.station, query, id=visit_id(hers))
    assert staff["visitTask"]["volunteer"]["visits"]["totalCount"] == 2


async def test_volunteers_by_region_and_name(api: Api, database: Database, scene: Scene) -> None:
    (far,) = await make_volunteers(database, "330106", lives_in=ELSEWHERE)
    query = """query ($filter: VolunteerFilter) { volunteers(first: 200, filter: $filter) {
        totalCount nodes { id name registeredOn region { code } } } }"""

    async def found(who: Role | Actor, **filter: Any) -> list[Any]:
        page = (await api.data(who, query, filter=filter))["volunteers"]
        assert page["totalCount"] == len(page["nodes"])
        return page["nodes"]

    (there,) = await found(Role.ADMIN, region="330106")
    assert there["id"] == public_id("volunteer", far.id)
    assert there["region"]["code"] == ELSEWHERE
    named = await found(Role.ADMIN, nameContains="志愿者1")
    assert [row["id"] for row in named] == [public_id("volunteer", scene.bob.id)]
    assert await found(Role.ADMIN, nameContains="%") == []
    everyone = await database.fetch(select(col(Volunteer.id)).order_by(col(Volunteer.id)))
    ids = [public_id("volunteer", row[0]) for row in everyone]
    assert [row["id"] for row in await found(Role.ADMIN)] == ids
    assert [row["id"] for row in await found(scene.ann)] == [public_id("volunteer", scene.ann.id)]
    of_street = {row["id"] for row in await found(scene.station)}
    assert public_id("volunteer", far.id) not in of_street
    assert {public_id("volunteer", who.id) for who in (scene.ann, scene.bob)} <= of_street
