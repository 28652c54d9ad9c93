"""Who has claimed a visit knows the elder and the door, from claim to check-out, and no longer."""

from typing import Any

import pytest
from sqlalchemy import text

from domain.access import Actor, Role
from domain.database import Database
from domain.ids import public_id
from domain.visits.lifecycle import VisitState
from tests.clients import Api
from tests.makers.visits import Scene, make_scene, make_visit
from tests.visiting import HERE, done, payload, visit_id

EVERY_WAY = """
fragment Door on Elder { id name fullAddress address birthDate }
fragment Call on VisitTask { id elder { ...Door } }
query ($elder: ID!, $visit: ID!, $volunteer: ID!) {
  elder(id: $elder) { ...Door visits(first: 9) { nodes { elder { ...Door } } } }
  elders(first: 9) { totalCount nodes { ...Door } edges { node { ...Door } } }
  byName: elders(first: 9, filter: {nameContains: ""}) { totalCount nodes { ...Door } }
  node(id: $elder) { ... on Elder { ...Door } }
  nodes(ids: [$elder, $visit]) { ... on Elder { ...Door } ... on VisitTask { ...Call } }
  visitTask(id: $visit) { ...Call volunteer { visits(first: 9) { nodes { ...Call } } } }
  visitTasks(first: 200) { nodes { ...Call } edges { node { ...Call } } }
  volunteers(first: 9) { nodes { visits(first: 9) { nodes { ...Call } } } }
  volunteer: node(id: $volunteer) { ... on Volunteer { visits(first: 9) { nodes { ...Call } } } }
}
"""
TIMES_TOLD = 14
"""In how many places of that answer the one elder stands while her visit is claimed."""


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    """With no visits but the test's own, so that what is told can be counted."""
    async with database.transaction("test") as session:
        await session.execute(text("TRUNCATE visit_task CASCADE"))
    return await make_scene(database, api.district)


async def door_of(api: Api, scene: Scene) -> tuple[str, str]:
    """The name and the full address, as the family reads them."""
    query = "query ($id: ID!) { elder(id: $id) { name fullAddress } }"
    data = await api.data(Role.FAMILY, query, id=public_id("elder", scene.elder_id))
    return data["elder"]["name"], data["elder"]["fullAddress"]


async def told(api: Api, scene: Scene, who: Actor, key: Any) -> tuple[int, str]:
    """How often somebody is told the full address, and all that they are told."""
    wanted = {
        "elder": public_id("elder", scene.elder_id),
        "visit": visit_id(key),
        "volunteer": public_id("volunteer", scene.ann.id),
    }
    answer = await api.post(who, EVERY_WAY, wanted)
    assert "errors" not in answer, answer
    said = str(answer["data"])
    return said.count((await door_of(api, scene))[1]), said


async def hidden(api: Api, scene: Scene, who: Actor, key: Any) -> bool:
    """Whether neither name nor door nor id of the elder is anywhere."""
    _, said = await told(api, scene, who, key)
    name, _ = await door_of(api, scene)
    return name not in said and public_id("elder", scene.elder_id) not in said


async def test_the_address_is_told_by_every_way_while_claimed_and_by_none_before_or_after(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    assert await hidden(api, scene, scene.ann, key)
    for verb, more in (("Claim", {}), ("CheckIn", HERE)):
        await done(api, scene.ann, verb, key, **more)
        assert (await told(api, scene, scene.ann, key))[0] == TIMES_TOLD
        assert await hidden(api, scene, scene.bob, key)
    await done(api, scene.ann, "CheckOut", key)
    assert await hidden(api, scene, scene.ann, key)
    await done(api, scene.station, "Verify", key, accepted=True)
    assert await hidden(api, scene, scene.ann, key)


async def test_a_release_takes_the_address_back_at_once(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    answer = await payload(api, scene.ann, "Release", key)
    assert answer["visitTask"]["elder"] is None
    assert await hidden(api, scene, scene.ann, key)
    assert await hidden(api, scene, scene.bob, key)


@pytest.mark.parametrize("state", [state for state in VisitState if state is not VisitState.OPEN])
async def test_each_state_tells_or_hides(
    api: Api, database: Database, scene: Scene, state: VisitState
) -> None:
    made = {"claimed_by": scene.ann.id, "state": state}
    key = await make_visit(database, scene.elder_id, scene.region_code, **made)
    if state in (VisitState.CLAIMED, VisitState.CHECKED_IN):
        assert (await told(api, scene, scene.ann, key))[0] == TIMES_TOLD
    else:
        assert await hidden(api, scene, scene.ann, key)
    assert await hidden(api, scene, scene.bob, key)


async def test_what_is_hidden_is_named_as_hidden(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    query = (
        "query ($id: ID!) { visitTask(id: $id) { elder { name fullAddress } volunteer { id } } }"
    )
    answer = await api.post(scene.ann, query, {"id": visit_id(key)})
    assert answer["data"]["visitTask"] == {"elder": None, "volunteer": None}
    assert answer["extensions"]["masked"] == [
        {"path": ["visitTask", "elder"], "reason": "NOT_VISIBLE"}
    ], "that nobody has claimed is no secret"


async def test_a_claim_opens_the_door_and_not_the_file(
    api: Api, database: Database, scene: Scene
) -> None:
    """Neither tags nor contacts nor devices nor alarms come with a claim."""
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    query = """query ($id: ID!) { visitTask(id: $id) { elder { fullAddress tags contacts { name }
        devices { id } alarms(first: 9) { totalCount } } } }"""
    elder = (await api.data(scene.ann, query, id=visit_id(key)))["visitTask"]["elder"]
    assert elder.pop("fullAddress")
    assert elder == {"tags": [], "contacts": [], "devices": [], "alarms": {"totalCount": 0}}
    family = (await api.data(Role.FAMILY, query, id=visit_id(key)))["visitTask"]["elder"]
    assert family["contacts"]
    assert family["devices"]


async def test_a_claim_of_one_elder_tells_nothing_of_another(
    api: Api, database: Database, scene: Scene
) -> None:
    hers = await make_visit(database, scene.elder_id, scene.region_code)
    next_door = await make_visit(database, api.district.neighbour_id, scene.region_code)
    await done(api, scene.ann, "Claim", next_door)
    assert await hidden(api, scene, scene.ann, hers)
