"""A visit over HTTP, from the open list to the verification, and every way in which it can fail."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.access import Actor, Role
from domain.calendar import now
from domain.database import Database
from domain.ids import public_id
from domain.visits.lifecycle import VisitState
from tests.clients import Api
from tests.makers.visits import (
    ELSEWHERE,
    Scene,
    everything,
    make_scene,
    make_visit,
    make_volunteers,
    tomorrow_at,
)
from tests.visiting import HERE, done, payload, read, refused, visit_id


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


async def test_a_visit_from_claim_to_verification(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    open_visit = await read(api, scene.ann, key)
    assert open_visit["elder"] is open_visit["volunteer"] is None
    assert open_visit["availableActions"] == ["CLAIM"]
    claimed = await done(api, scene.ann, "Claim", key, clientMutationId="m1")
    assert claimed["state"] == "CLAIMED"
    assert claimed["elder"]["id"] == public_id("elder", scene.elder_id)
    assert claimed["elder"]["fullAddress"]
    assert claimed["volunteer"]["id"] == public_id("volunteer", scene.ann.id)
    assert claimed["availableActions"] == ["RELEASE", "CHECK_IN", "REFUSE"]
    begun = await done(api, scene.ann, "CheckIn", key, **HERE)
    assert begun["state"] == "CHECKED_IN"
    assert begun["checkInPosition"] == {"longitude": 120.17, "latitude": 30.25}
    assert (begun["checkInAccuracyM"], begun["checkInFar"]) == (30, False)
    assert begun["availableActions"] == ["CHECK_OUT", "REFUSE"]
    made = await done(api, scene.ann, "CheckOut", key, note="聊了半小时，一切安好")
    assert (made["state"], made["note"], made["elder"]) == ("DONE", "聊了半小时，一切安好", None)
    assert made["availableActions"] == []
    assert (await read(api, scene.station, key))["availableActions"] == ["VERIFY", "REJECT"]
    verified = await done(api, scene.station, "Verify", key, accepted=True, note="已电话回访")
    assert verified["state"] == "VERIFIED"
    assert verified["verifiedBy"]["name"]
    assert verified["availableActions"] == []
    order = ["claimedAt", "checkedInAt", "checkedOutAt", "verifiedAt"]
    assert [verified[name] for name in order] == sorted(verified[name] for name in order)


async def test_the_family_reads_who_came_and_what_was_done(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    await done(api, scene.ann, "CheckIn", key, **HERE)
    await done(api, scene.ann, "CheckOut", key, note="一切安好")
    visit = await read(api, Role.FAMILY, key)
    assert visit["volunteer"]["id"] == public_id("volunteer", scene.ann.id)
    assert visit["note"] == "一切安好"
    assert visit["availableActions"] == []
    assert [entry["action"] for entry in visit["history"]] == ["CLAIM", "CHECK_IN", "CHECK_OUT"]


async def test_the_payload_gives_back_the_clients_id(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    answer = await payload(api, scene.ann, "Claim", key, clientMutationId="m1")
    assert answer["clientMutationId"] == "m1"


async def test_a_released_visit_is_open_to_the_next(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    released = await done(api, scene.ann, "Release", key, reason="孩子病了")
    assert released["state"] == "OPEN"
    assert released["claimedAt"] is released["elder"] is released["volunteer"] is None
    assert (await done(api, scene.bob, "Claim", key))["state"] == "CLAIMED"
    assert await refused(api, scene.ann, "CheckIn", key, **HERE) == ("NOT_FOUND", "id")


async def test_what_is_not_there_and_what_is_elsewhere_look_the_same(
    api: Api, database: Database, scene: Scene
) -> None:
    elsewhere = await make_visit(database, scene.elder_id, ELSEWHERE)
    before = await everything(database)
    for verb, more in (("Claim", {}), ("Release", {}), ("CheckOut", {}), ("CheckIn", HERE)):
        theirs = await payload(api, scene.ann, verb, elsewhere, **more)
        assert theirs == await payload(api, scene.ann, verb, uuid4(), **more)
        assert theirs["visitTask"] is None
        assert theirs["userErrors"][0]["code"] == "NOT_FOUND"
    assert await everything(database) == before


async def test_who_lost_the_race_learns_that_and_nothing_else(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    before = await everything(database)
    answer = await payload(api, scene.bob, "Claim", key)
    assert answer["visitTask"] is None
    (error,) = answer["userErrors"]
    assert (error["code"], error["field"], error["blockers"]) == ("ALREADY_CLAIMED", "id", [])
    assert scene.ann.id.hex not in str(answer)
    assert await refused(api, scene.bob, "Release", key) == ("NOT_FOUND", "id")
    assert await everything(database) == before


async def test_ones_own_claimed_again_is_shown_and_refused(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    before = await everything(database)
    answer = await payload(api, scene.ann, "Claim", key)
    assert answer["userErrors"][0]["code"] == "ILLEGAL_TRANSITION"
    assert answer["visitTask"]["state"] == "CLAIMED"
    assert await everything(database) == before


@pytest.mark.parametrize("role", [Role.FAMILY, Role.ELDER, Role.STATION, Role.ADMIN])
async def test_only_volunteers_claim(
    api: Api, database: Database, scene: Scene, role: Role
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    who = scene.station if role is Role.STATION else api.actor(role)
    before = await everything(database)
    assert await refused(api, who, "Claim", key) == ("PERMISSION_DENIED", None)
    assert "CLAIM" not in (await read(api, who, key))["availableActions"]
    assert await everything(database) == before


async def test_a_volunteer_whom_nobody_has_registered_claims_nothing(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    unregistered = Actor(scene.station.id, Role.VOLUNTEER, scene.region_code[:9])
    before = await everything(database)
    assert await refused(api, unregistered, "Claim", key) == ("PERMISSION_DENIED", None)
    assert await everything(database) == before


async def test_a_visit_whose_time_is_over_is_neither_offered_nor_claimed(
    api: Api, database: Database, scene: Scene
) -> None:
    region = (scene.elder_id, scene.region_code)
    over = await make_visit(database, *region, starts=now() - timedelta(minutes=61))
    running = await make_visit(database, *region, starts=now() - timedelta(minutes=30))
    assert await read(api, scene.ann, over) is None
    assert "CLAIM" in (await read(api, scene.ann, running))["availableActions"]
    before = await everything(database)
    assert await refused(api, scene.ann, "Claim", over) == ("INVALID_INPUT", "id")
    assert await everything(database) == before
    assert (await done(api, scene.ann, "Claim", running))["state"] == "CLAIMED"


async def test_a_clash_names_every_visit_in_the_way(
    api: Api, database: Database, scene: Scene
) -> None:
    region = (scene.elder_id, scene.region_code)
    first = await make_visit(database, *region, starts=tomorrow_at(9))
    second = await make_visit(database, *region, starts=tomorrow_at(10))
    after = await make_visit(database, *region, starts=tomorrow_at(11))
    across = await make_visit(database, *region, starts=tomorrow_at(9, 30), minutes=90)
    for key in (first, second, after):
        await done(api, scene.ann, "Claim", key)  # one may begin when the other ends
    before = await everything(database)
    answer = await payload(api, scene.ann, "Claim", across)
    (error,) = answer["userErrors"]
    assert (error["code"], error["field"]) == ("TIMES_OVERLAP", "id")
    assert error["blockers"] == [visit_id(first), visit_id(second)]
    assert answer["visitTask"]["state"] == "OPEN"
    assert await everything(database) == before
    assert (await done(api, scene.bob, "Claim", across))["state"] == "CLAIMED"


async def test_a_rejected_visit_gives_its_time_back(
    api: Api, database: Database, scene: Scene
) -> None:
    region = (scene.elder_id, scene.region_code)
    first, second = await make_visit(database, *region), await make_visit(database, *region)
    await done(api, scene.ann, "Claim", first)
    await done(api, scene.ann, "CheckIn", first, **HERE)
    await done(api, scene.ann, "CheckOut", first)
    assert await refused(api, scene.ann, "Claim", second) == ("TIMES_OVERLAP", "id")
    rejected = await done(api, scene.station, "Verify", first, accepted=False, note="无人到访")
    assert rejected["state"] == "REJECTED"
    assert rejected["verifiedBy"]
    assert (await done(api, scene.ann, "Claim", second))["state"] == "CLAIMED"


@pytest.mark.parametrize(
    ("before", "verb", "field"),
    [
        ([("Claim", {})], "Release", "reason"),
        ([("Claim", {}), ("CheckIn", HERE)], "CheckOut", "note"),
    ],
)
async def test_a_word_is_at_most_2000_characters(
    api: Api,
    database: Database,
    scene: Scene,
    before: list[tuple[str, dict[str, Any]]],
    verb: str,
    field: str,
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    for earlier, more in before:
        await done(api, scene.ann, earlier, key, **more)
    rows = await everything(database)
    too_long = await refused(api, scene.ann, verb, key, **{field: "长" * 2001})
    assert too_long == ("INVALID_INPUT", field)
    assert (await refused(api, scene.ann, verb, key, **{field: "\0"}))[0] == "INVALID_INPUT"
    assert await everything(database) == rows
    await done(api, scene.ann, verb, key, **{field: "长" * 2000})


async def test_nobody_verifies_their_own_visit(api: Api, database: Database, scene: Scene) -> None:
    made = {"claimed_by": scene.ann.id, "state": VisitState.DONE}
    key = await make_visit(database, scene.elder_id, scene.region_code, **made)
    at_work = Actor(scene.ann.id, Role.STATION, scene.region_code[:9])
    assert (await read(api, at_work, key))["availableActions"] == []
    before = await everything(database)
    for accepted in (True, False):
        answer = await refused(api, at_work, "Verify", key, accepted=accepted)
        assert answer == ("CONFLICT_OF_INTEREST", "id")
    volunteer = await refused(api, scene.ann, "Verify", key, accepted=True)
    assert volunteer == ("PERMISSION_DENIED", None)
    assert await everything(database) == before


async def test_only_who_works_for_the_region_verifies(
    api: Api, database: Database, scene: Scene
) -> None:
    made = {"claimed_by": scene.ann.id, "state": VisitState.DONE}
    key = await make_visit(database, scene.elder_id, scene.region_code, **made)
    elsewhere = Actor(scene.station.id, Role.STATION, "330106")
    before = await everything(database)
    assert await refused(api, elsewhere, "Verify", key, accepted=True) == ("NOT_FOUND", "id")
    assert await refused(api, scene.bob, "Verify", key, accepted=True) == ("NOT_FOUND", "id")
    family = await refused(api, Role.FAMILY, "Verify", key, accepted=True)
    assert family == ("PERMISSION_DENIED", None)
    assert await everything(database) == before
    too_long = await refused(api, scene.station, "Verify", key, accepted=True, note="长" * 2001)
    assert too_long == ("INVALID_INPUT", "note")
    await done(api, scene.station, "Verify", key, accepted=True)
    again = await refused(api, scene.station, "Verify", key, accepted=False)
    assert again == ("ILLEGAL_TRANSITION", None)


async def test_staff_see_who_visits_here_wherever_they_live(
    api: Api, database: Database, scene: Scene
) -> None:
    (guest,) = await make_volunteers(database, scene.region_code[:6], lives_in=ELSEWHERE)
    key = await make_visit(database, scene.elder_id, scene.region_code)
    query = "query ($id: ID!) { node(id: $id) { ... on Volunteer { name region { code } } } }"
    asked = {"id": public_id("volunteer", guest.id)}
    assert (await api.data(scene.station, query, **asked))["node"] is None
    assert (await done(api, guest, "Claim", key))["state"] == "CLAIMED"
    assert (await api.data(scene.station, query, **asked))["node"]["name"] == "志愿者0"
    assert (await read(api, scene.station, key))["volunteer"]["name"] == "志愿者0"


@pytest.mark.parametrize("wrong", ["elder_" + "0" * 32, "visit_task_1", ""])
async def test_an_id_of_something_else_is_refused_by_name(
    api: Api, scene: Scene, wrong: str
) -> None:
    mutation = """mutation ($id: ID!) { visitClaim(input: {id: $id}) {
        visitTask { id } userErrors { code field } } }"""
    answer = (await api.data(scene.ann, mutation, id=wrong))["visitClaim"]
    assert answer == {"visitTask": None, "userErrors": [{"code": "INVALID_INPUT", "field": "id"}]}
