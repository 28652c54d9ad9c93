"""What desks do about visits: plan and cancel them, and say what became of them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.access import Actor, Role
from domain.calendar import now
from domain.database import Database
from domain.ids import parse_public_id, public_id
from domain.visits.lifecycle import VisitState
from tests.clients import Api
from tests.makers.visits import Scene, everything, make_scene, make_visit, stored, tomorrow_at
from tests.visiting import HERE, VISIT, done, read, refused

PLAN = f"""{VISIT} mutation ($input: VisitPlanInput!) {{ visitPlan(input: $input) {{
  visitTask {{ ...Visit plannedBy {{ name }} }} userErrors {{ code field }} }} }}"""

PLACES = "{ visitTasks(first: 200) { nodes { region { code } position { latitude } } } }"


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


async def planned(
    api: Api, who: Role | Actor, elder_id: UUID, begins: datetime, minutes: float = 45
) -> Any:
    """What comes of planning a visit by phone."""
    given = {
        "elderId": public_id("elder", elder_id),
        "kind": "PHONE",
        "scheduledFrom": begins.isoformat(),
        "scheduledTo": (begins + timedelta(minutes=minutes)).isoformat(),
    }
    return (await api.data(who, PLAN, input=given))["visitPlan"]


async def test_a_planned_visit_is_open_to_the_volunteers_of_the_region(
    api: Api, database: Database, scene: Scene
) -> None:
    answer = await planned(api, scene.station, scene.elder_id, tomorrow_at(15))
    assert answer["userErrors"] == []
    visit = answer["visitTask"]
    assert (visit["state"], visit["region"]["code"]) == ("OPEN", scene.region_code)
    assert visit["plannedBy"]["name"]
    assert [entry["action"] for entry in visit["history"]] == ["PLAN"]
    assert visit["availableActions"] == ["CANCEL"]
    named = parse_public_id(visit["id"])
    assert named
    others = await api.data(
        scene.station,
        PLACES,
    )
    places = {
        one["position"]["latitude"]
        for one in others["visitTasks"]["nodes"]
        if one["region"]["code"] == scene.region_code
    }
    assert visit["position"]["latitude"] in places
    assert (await done(api, scene.ann, "Claim", named[1]))["elder"]["id"]


@pytest.mark.parametrize(
    ("ahead", "minutes", "field"),
    [
        (timedelta(minutes=-1), 30, "scheduledFrom"),
        (timedelta(days=366, minutes=1), 30, "scheduledFrom"),
        (timedelta(days=1), 0, "scheduledTo"),
        (timedelta(days=1), 12 * 60 + 1, "scheduledTo"),
        (timedelta(days=365, hours=23), 12 * 60, None),
    ],
)
async def test_a_visit_lies_ahead_and_is_no_longer_than_twelve_hours(
    api: Api,
    database: Database,
    scene: Scene,
    ahead: timedelta,
    minutes: float,
    field: str | None,
) -> None:
    before = await everything(database)
    answer = await planned(api, scene.station, scene.elder_id, now() + ahead, minutes)
    if field is None:
        assert answer["userErrors"] == []
        return
    assert answer["userErrors"] == [{"code": "INVALID_INPUT", "field": field}]
    assert await everything(database) == before


async def test_only_who_works_for_the_elder_plans(
    api: Api, database: Database, scene: Scene
) -> None:
    elsewhere = Actor(scene.station.id, Role.STATION, "330106")
    before = await everything(database)
    for who, code in (
        (elsewhere, "NOT_FOUND"),
        (scene.ann, "NOT_FOUND"),
        (Role.FAMILY, "PERMISSION_DENIED"),
        (Role.OFFICIAL, "PERMISSION_DENIED"),
    ):
        answer = await planned(api, who, scene.elder_id, tomorrow_at(9))
        assert [error["code"] for error in answer["userErrors"]] == [code]
        assert answer["visitTask"] is None
    assert await everything(database) == before


@pytest.mark.parametrize("claims", [False, True])
async def test_a_visit_that_is_called_off_is_nobodys_business_any_more(
    api: Api, database: Database, scene: Scene, claims: bool
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    if claims:
        await done(api, scene.ann, "Claim", key)
    off = await done(api, scene.station, "Cancel", key, reason="老人住院")
    assert (off["state"], off["availableActions"]) == ("CANCELLED", [])
    assert off["history"][-1] == {
        "action": "CANCEL",
        "at": off["history"][-1]["at"],
        "account": off["history"][-1]["account"],
        "note": "老人住院",
    }
    if claims:
        mine = await read(api, scene.ann, key)
        assert (mine["state"], mine["elder"]) == ("CANCELLED", None)
        # The time is the volunteer's again.
        other = await make_visit(database, scene.elder_id, scene.region_code)
        await done(api, scene.ann, "Claim", other)
    outcome = await refused(api, scene.bob, "Claim", key)
    assert outcome[0] == ("ALREADY_CLAIMED" if claims else "ILLEGAL_TRANSITION")


async def test_a_visit_that_has_begun_is_not_called_off(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    await done(api, scene.ann, "CheckIn", key, **HERE)
    before = await everything(database)
    assert await refused(api, scene.station, "Cancel", key) == ("ILLEGAL_TRANSITION", None)
    assert await everything(database) == before


async def test_an_elder_who_does_not_want_it_frees_the_volunteer_of_it(
    api: Api, database: Database, scene: Scene
) -> None:
    for begins in (False, True):
        key = await make_visit(
            database, scene.elder_id, scene.region_code, starts=tomorrow_at(9 + begins)
        )
        await done(api, scene.ann, "Claim", key)
        if begins:
            await done(api, scene.ann, "CheckIn", key, **HERE)
        assert await refused(api, scene.bob, "Refuse", key) == ("NOT_FOUND", "id")
        visit = await done(api, scene.ann, "Refuse", key, reason="今天不方便")
        assert (visit["state"], visit["elder"]) == ("REFUSED", None)
        assert (await read(api, scene.station, key))["history"][-1]["note"] == "今天不方便"


async def test_that_nobody_came_is_said_once_the_visits_time_has_begun(
    api: Api, database: Database, scene: Scene
) -> None:
    taken = {"state": VisitState.CLAIMED, "claimed_by": scene.ann.id}
    place = (scene.elder_id, scene.region_code)
    ahead = await make_visit(database, *place, starts=now() + timedelta(minutes=2), **taken)
    assert "MISS" not in (await read(api, scene.station, ahead))["availableActions"]
    before = await everything(database)
    assert await refused(api, scene.station, "Miss", ahead) == ("INVALID_INPUT", "id")
    assert await everything(database) == before
    begun = await make_visit(database, *place, starts=now() - timedelta(minutes=61), **taken)
    assert "MISS" in (await read(api, scene.station, begun))["availableActions"]
    missed = await done(api, scene.station, "Miss", begun, note="电话无人接听")
    assert missed["state"] == "NO_SHOW"


async def test_one_that_was_begun_and_never_ended_is_not_accepted(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    await done(api, scene.ann, "CheckIn", key, **HERE)
    judged = await done(api, scene.station, "Reject", key, reason="没有签退")
    assert (judged["state"], judged["history"][-1]["note"]) == ("REJECTED", "没有签退")
    assert (await stored(database, key)).verified_by == scene.station.id


LISTED = "query ($filter: VisitTaskFilter) { visitTasks(first: 0, filter: $filter) { totalCount } }"


@pytest.mark.parametrize(
    ("filter", "state", "days", "listed"),
    [
        ({"overdue": True}, "OPEN", 1, True),
        ({"overdue": True}, "CHECKED_IN", 1, True),
        ({"overdue": True}, "DONE", 1, False),
        ({"overdue": True}, "CLAIMED", -1, False),
        ({"unverifiedFor": 7}, "DONE", 7.01, True),
        ({"unverifiedFor": 7}, "DONE", 6.99, False),
        ({"unverifiedFor": 7}, "VERIFIED", 9, False),
    ],
)
async def test_what_somebody_ought_to_see_to_is_listed(
    api: Api,
    database: Database,
    scene: Scene,
    filter: dict[str, Any],
    state: str,
    days: float,
    listed: bool,
) -> None:
    before = await api.data(scene.station, LISTED, filter=filter)
    made = now() - timedelta(days=days)
    done_at: dict[str, Any] = {
        "checked_in_at": made,
        "checked_out_at": made,
        "check_out_recorded_at": made,
    }
    await make_visit(
        database,
        scene.elder_id,
        scene.region_code,
        starts=made - timedelta(hours=1),
        state=state,
        claimed_by=None if state == "OPEN" else scene.ann.id,
        **(done_at if state in ("DONE", "VERIFIED") else {}),
    )
    after = await api.data(scene.station, LISTED, filter=filter)
    more = after["visitTasks"]["totalCount"] - before["visitTasks"]["totalCount"]
    assert more == listed
