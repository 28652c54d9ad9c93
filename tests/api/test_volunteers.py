"""Volunteers say what they can do and when; their station clears and suspends them."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.calendar import now, today
from domain.database import Database
from domain.ids import parse_public_id, public_id
from domain.visits.lifecycle import VisitState
from domain.visits.models import VisitTaskLog
from tests.api.roles import grant
from tests.clients import Api
from tests.makers.accounts import make_account, make_person
from tests.makers.family import make_relative
from tests.makers.visits import (
    ELSEWHERE,
    Scene,
    make_scene,
    make_visit,
    make_volunteers,
    stored,
    tomorrow_at,
)
from tests.visiting import done, payload, refused, visit_id
from tests.volunteering import change, changed, errors, fits, listed, seen
from tests.windows import APPLY, apply, asked, its_time_comes, named, opened, outcome, reasons


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


async def test_nobody_decides_about_themselves_in_whatever_role(
    api: Api, database: Database, scene: Scene
) -> None:
    """A volunteer who also works at the desk: another token of the same account."""
    both = Actor(scene.ann.id, Role.STATION, scene.region_code[:9])
    until = str(today() + timedelta(days=9))
    await changed(api, scene.ann, "CheckSubmit", scene.ann, certificateOn=str(today()))
    for verb, given in (
        ("CheckDecide", {"clearedUntil": until}),
        ("Suspend", {"reason": "x"}),
        ("Reinstate", {}),
    ):
        assert await errors(api, both, verb, scene.ann, **given) == ("CONFLICT_OF_INTEREST", "id")
    shown = await seen(api, both, scene.ann)
    assert shown["availableActions"] == ["UPDATE", "SET_AVAILABILITY"]


async def test_a_suspension_frees_what_would_begin_meanwhile_and_nothing_else(
    api: Api, database: Database, scene: Scene
) -> None:
    place = (scene.elder_id, scene.region_code)
    soon = await make_visit(database, *place, starts=tomorrow_at(9))
    later = await make_visit(database, *place, starts=tomorrow_at(9) + timedelta(days=9))
    begun = await make_visit(
        database,
        *place,
        starts=now() - timedelta(minutes=5),
        state=VisitState.CHECKED_IN,
        claimed_by=scene.ann.id,
    )
    for key in (soon, later):
        await done(api, scene.ann, "Claim", key)
    until = (now() + timedelta(days=5)).isoformat()
    told = await changed(api, scene.station, "Suspend", scene.ann, reason="投诉待查", until=until)
    assert told["suspended"] is True
    assert datetime.fromisoformat(told["suspendedUntil"]) == datetime.fromisoformat(until)
    assert told["history"][-1]["action"] == "SUSPEND"
    assert told["history"][-1]["note"] == "投诉待查"
    states = [(await stored(database, key)).state for key in (soon, later, begun)]
    assert states == [VisitState.OPEN, VisitState.CLAIMED, VisitState.CHECKED_IN]
    logged = await database.fetch(
        select(col(VisitTaskLog.account_id)).where(
            col(VisitTaskLog.task_id) == soon, col(VisitTaskLog.action) == "RELEASE"
        )
    )
    assert [row[0] for row in logged] == [scene.station.id], "the station is told who did it"
    assert await refused(api, scene.ann, "Claim", soon) == ("VOLUNTEER_SUSPENDED", "id")
    assert not await fits(api, scene.ann, soon)
    assert await listed(api, scene.station, [scene.ann, scene.bob], suspended=True) == [scene.ann]
    again = await changed(api, scene.station, "Reinstate", scene.ann, note="查无实据")
    assert (again["suspended"], again["suspendedAt"]) == (False, None)
    assert await errors(api, scene.station, "Reinstate", scene.ann) == ("INVALID_INPUT", "id")
    await done(api, scene.ann, "Claim", soon)


async def test_whoever_sees_them_visit_stops_them_and_only_their_own_place_lets_them_go_on(
    api: Api, database: Database, scene: Scene
) -> None:
    """Ann was once with somebody who lives elsewhere."""
    past = {"state": VisitState.DONE, "claimed_by": scene.ann.id}
    await make_visit(database, scene.elder_id, ELSEWHERE, **past)
    there = Actor(scene.station.id, Role.STATION, ELSEWHERE[:9])
    assert (await changed(api, there, "Suspend", scene.ann, reason="投诉待查"))["suspended"]
    assert await errors(api, there, "Reinstate", scene.ann) == ("PERMISSION_DENIED", None)
    assert "REINSTATE" not in (await seen(api, there, scene.ann))["availableActions"]
    assert not (await changed(api, scene.station, "Reinstate", scene.ann))["suspended"]


async def test_who_visits_in_two_places_is_stopped_in_both_and_each_lets_them_go_on(
    api: Api, database: Database, scene: Scene
) -> None:
    place = (scene.elder_id, ELSEWHERE)
    (there,) = await make_volunteers(database, ELSEWHERE[:9])
    await make_person(database, accounts=[scene.ann.id, there.id])
    key = await make_visit(database, *place)
    await done(api, there, "Claim", key)
    until = (now() + timedelta(days=9)).isoformat()
    await changed(api, scene.station, "Suspend", scene.ann, reason="投诉待查", until=until)
    assert (await stored(database, key)).state is VisitState.OPEN
    assert await refused(api, there, "Claim", key) == ("VOLUNTEER_SUSPENDED", "id")
    told = await seen(api, there, there)
    assert (told["history"][-1]["action"], told["history"][-1]["note"]) == ("SUSPEND", "投诉待查")
    # Who is stopped for less is not stopped for less by another place.
    elsewhere = Actor(scene.station.id, Role.STATION, ELSEWHERE[:9])
    sooner = (now() + timedelta(days=1)).isoformat()
    await changed(api, elsewhere, "Suspend", there, reason="请假", until=sooner)
    ends = datetime.fromisoformat((await seen(api, scene.ann, scene.ann))["suspendedUntil"])
    assert ends == datetime.fromisoformat(until)
    await changed(api, scene.station, "Reinstate", scene.ann, note="查无实据")
    assert await refused(api, there, "Claim", key) == ("VOLUNTEER_SUSPENDED", "id")
    await changed(api, elsewhere, "Reinstate", there)
    await done(api, there, "Claim", key)


async def test_who_is_busy_with_another_account_is_allotted_nothing_at_that_hour(
    api: Api, database: Database, scene: Scene
) -> None:
    (other,) = await make_volunteers(database, scene.region_code[:6])
    await make_person(database, accounts=[scene.ann.id, other.id])
    place = (scene.elder_id, scene.region_code)
    key = await make_visit(database, *place, starts=tomorrow_at(9))
    assert await fits(api, scene.ann, key)
    window = await opened(api, scene, key)
    await apply(api, scene.ann, key)
    taken = {"state": VisitState.CLAIMED, "claimed_by": other.id}
    await make_visit(database, *place, starts=tomorrow_at(9, 30), **taken)
    assert not await fits(api, scene.ann, key)
    await its_time_comes(database, window)
    found = await outcome(api, scene.station, window)
    assert reasons(found, key) == {named(scene.ann): ("NOT_ALLOTTED", "NOT_FIT")}


async def test_who_is_suspended_is_so_wherever_they_become_a_volunteer_next(
    api: Api, database: Database, scene: Scene
) -> None:
    await make_person(database, accounts=[scene.ann.id])
    await changed(api, scene.station, "Suspend", scene.ann, reason="投诉待查")
    given = {"accountId": public_id("account", scene.ann.id), "regionCode": ELSEWHERE[:9]}
    answer = await grant(api, Role.ADMIN, Role.VOLUNTEER, **given)
    assert answer["userErrors"] == []
    found = parse_public_id(answer["account"]["id"])
    assert found
    there = Actor(found[1], Role.VOLUNTEER, ELSEWHERE[:9])
    told = await seen(api, there, there)
    assert (told["suspended"], told["suspendedUntil"]) == (True, None)
    assert [one["action"] for one in told["history"]] == ["SUSPEND"]


@pytest.mark.parametrize("whose", ["oneself", "mother"])
async def test_nobody_is_credited_for_being_with_their_own(
    api: Api, database: Database, scene: Scene, whose: str
) -> None:
    """Ann is the elder herself, or her daughter, with another account."""
    if whose == "oneself":
        other = await make_account(database, Role.ELDER, elder_id=scene.elder_id)
    else:
        other = await make_relative(database, scene.elder_id)
    await make_person(database, accounts=[scene.ann.id, other.id])
    key = await make_visit(database, scene.elder_id, scene.region_code)
    assert await refused(api, scene.ann, "Claim", key) == ("INVALID_INPUT", "id")
    assert (await fits(api, scene.ann, key), await fits(api, scene.bob, key)) == (False, True)
    assert (await stored(database, key)).claimed_by is None
    window = await opened(api, scene, key)
    _, told = await asked(api, scene.ann, APPLY, visit=visit_id(key))
    assert told == [("INVALID_INPUT", "visit")]
    await apply(api, scene.bob, key)
    await its_time_comes(database, window)
    assert (await stored(database, key)).claimed_by == scene.bob.id


async def test_a_suspension_runs_out_by_itself(api: Api, database: Database, scene: Scene) -> None:
    over: dict[str, Any] = {"suspended_at": now() - timedelta(days=2), "suspended_until": now()}
    (one,) = await make_volunteers(
        database, scene.region_code, suspended_by=scene.station.id, **over
    )
    key = await make_visit(database, scene.elder_id, scene.region_code)
    assert await listed(api, scene.station, [one], suspended=False) == [one]
    await done(api, one, "Claim", key)


@pytest.mark.parametrize("given", [{"reason": " "}, {"reason": "x" * 2001}])
async def test_a_suspension_has_its_reason(api: Api, scene: Scene, given: dict[str, str]) -> None:
    assert await errors(api, scene.station, "Suspend", scene.ann, **given) == (
        "INVALID_INPUT",
        "reason",
    )
    past = {"reason": "投诉", "until": (now() - timedelta(seconds=1)).isoformat()}
    assert await errors(api, scene.station, "Suspend", scene.ann, **past) == (
        "INVALID_INPUT",
        "until",
    )


async def test_a_claim_and_a_suspension_at_once_leave_nothing_claimed(
    api: Api, database: Database, scene: Scene
) -> None:
    keys = [
        await make_visit(database, scene.elder_id, scene.region_code, starts=tomorrow_at(hour))
        for hour in range(8, 16)
    ]
    claims = [payload(api, scene.ann, "Claim", key) for key in keys]
    half = len(claims) // 2
    answers = await asyncio.gather(
        *claims[:half],
        change(api, scene.station, "Suspend", scene.ann, reason="投诉待查"),
        *claims[half:],
    )
    told = {error["code"] for answer in answers for error in answer["userErrors"]}
    assert told <= {"VOLUNTEER_SUSPENDED"}
    assert {(await stored(database, key)).state for key in keys} == {VisitState.OPEN}
