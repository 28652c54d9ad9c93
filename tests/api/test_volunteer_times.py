"""What visits ask for and what volunteers offer: skills, times, places; and who reads it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.access import Actor, Role
from domain.calendar import now
from domain.database import Database
from domain.ids import public_id
from domain.visits.lifecycle import VisitState
from domain.visits.models import Volunteer
from tests.clients import Api
from tests.makers.visits import (
    ELSEWHERE,
    Scene,
    make_scene,
    make_visit,
    make_volunteers,
    stored,
    tomorrow_at,
)
from tests.visiting import done, payload, refused
from tests.volunteering import READ, changed, errors, fits, listed


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


async def test_a_visit_may_ask_for_skills(api: Api, database: Database, scene: Scene) -> None:
    begins, ends = tomorrow_at(9), tomorrow_at(10)
    document = """mutation ($input: VisitPlanInput!) { visitPlan(input: $input) {
        visitTask { id skills } userErrors { code } } }"""
    given = {
        "elderId": public_id("elder", scene.elder_id),
        "kind": "HOME",
        "scheduledFrom": begins.isoformat(),
        "scheduledTo": ends.isoformat(),
        "skills": ["HAIRDRESSING", "CHATTING", "HAIRDRESSING"],
    }
    planned = (await api.data(scene.station, document, input=given))["visitPlan"]["visitTask"]
    assert planned["skills"] == ["CHATTING", "HAIRDRESSING"]
    key = UUID(hex=planned["id"].rpartition("_")[2])
    skilled = await changed(api, scene.bob, "Update", scene.bob, skills=["CHATTING"])
    assert skilled["skills"] == ["CHATTING"]
    assert not await fits(api, scene.bob, key)
    assert await refused(api, scene.bob, "Claim", key) == ("SKILLS_MISSING", "id")
    (error,) = (await payload(api, scene.bob, "Claim", key))["userErrors"]
    assert "HAIRDRESSING" in error["message"]
    assert "CHATTING" not in error["message"]
    given = {"skills": ["HAIRDRESSING", "CHATTING"], "expectedVersion": skilled["version"]}
    await changed(api, scene.station, "Update", scene.bob, **given)
    assert await errors(api, scene.bob, "Update", scene.bob, **given) == (
        "VERSION_CONFLICT",
        "expectedVersion",
    )
    both = [scene.ann, scene.bob]
    assert await listed(api, scene.station, both, skills=["HAIRDRESSING"]) == [scene.bob]
    assert await listed(api, scene.station, both, skills=["HAIRDRESSING", "MEALS"]) == []
    assert await listed(api, scene.station, both, skills=[]) == both
    assert await fits(api, scene.bob, key)
    await done(api, scene.bob, "Claim", key)


def on(weekday: int, begins: str, ends: str) -> dict[str, Any]:
    return {"weekday": weekday, "begins": begins, "ends": ends}


async def test_times_of_a_week_that_meet_are_one_and_are_shown_by_day(
    api: Api, scene: Scene
) -> None:
    weekly = [
        on(7, "22:00", "24:00"),
        on(1, "08:30", "11:00"),
        on(1, "10:00", "12:15"),
        on(2, "20:00", "24:00"),
        on(3, "00:00", "01:00"),
    ]
    told = await changed(api, scene.ann, "AvailabilitySet", scene.ann, weekly=weekly)
    assert told["weekly"] == [
        on(1, "08:30", "12:15"),
        on(2, "20:00", "24:00"),
        on(3, "00:00", "01:00"),
        on(7, "22:00", "24:00"),
    ]


@pytest.mark.parametrize(
    "weekly",
    [
        [on(0, "08:00", "09:00")],
        [on(8, "08:00", "09:00")],
        [on(1, "09:00", "09:00")],
        [on(1, "8:00", "09:00")],
        [on(1, "08:00", "24:01")],
        [on(1, "08:00", "09:00")] * 43,
    ],
)
async def test_times_that_are_none(api: Api, scene: Scene, weekly: list[Any]) -> None:
    given = {"weekly": weekly}
    assert await errors(api, scene.ann, "AvailabilitySet", scene.ann, **given) == (
        "INVALID_INPUT",
        "weekly",
    )


@pytest.mark.parametrize(
    ("begins", "ends"), [(1, 1), (2, 1), (367, 368), (1, 368)], ids=["none", "back", "far", "long"]
)
async def test_exceptions_that_are_none(api: Api, scene: Scene, begins: int, ends: int) -> None:
    start = now() + timedelta(minutes=1)
    moments = [(start + timedelta(days=days)).isoformat() for days in (begins, ends)]
    odd = [{"begins": moments[0], "ends": moments[1]}]
    given = {"weekly": [], "exceptions": odd}
    assert await errors(api, scene.ann, "AvailabilitySet", scene.ann, **given) == (
        "INVALID_INPUT",
        "exceptions",
    )


async def test_what_fits_and_who_is_available_goes_by_the_week_and_its_exceptions(
    api: Api, database: Database, scene: Scene
) -> None:
    day = tomorrow_at(9)
    weekday = (day + timedelta(hours=8)).isoweekday()
    key = await make_visit(database, scene.elder_id, scene.region_code, starts=day, minutes=60)

    async def told(weekly: list[Any], *odd: tuple[int, int, bool]) -> tuple[bool, bool]:
        exceptions = [
            {
                "begins": tomorrow_at(begins).isoformat(),
                "ends": tomorrow_at(ends).isoformat(),
                "free": free,
            }
            for begins, ends, free in odd
        ]
        given = {"weekly": weekly, "exceptions": exceptions}
        await changed(api, scene.ann, "AvailabilitySet", scene.ann, **given)
        at = (day + timedelta(minutes=30)).isoformat()
        found = await listed(api, scene.station, [scene.ann], availableAt=at)
        return await fits(api, scene.ann, key), found == [scene.ann]

    assert await told([]) == (True, True)
    assert await told([on(weekday, "09:00", "10:00")]) == (True, True)
    assert await told([on(weekday, "09:00", "09:59")]) == (False, True)
    assert await told([on(weekday % 7 + 1, "09:00", "10:00")]) == (False, False)
    assert await told([on(weekday, "08:00", "12:00")], (9, 11, False)) == (False, False)
    assert await told([on(weekday, "08:00", "12:00")], (10, 11, False)) == (True, True)
    assert await told([on(weekday % 7 + 1, "09:00", "10:00")], (8, 12, True)) == (True, True)
    assert await told([], (9, 10, False)) == (False, False)
    # It is a hint: they know better what they can do.
    await done(api, scene.ann, "Claim", key)


async def test_what_overlaps_a_claimed_visit_does_not_fit(
    api: Api, database: Database, scene: Scene
) -> None:
    place = (scene.elder_id, scene.region_code)
    first = await make_visit(database, *place, starts=tomorrow_at(9))
    second = await make_visit(database, *place, starts=tomorrow_at(9, 30))
    next_to_it = await make_visit(database, *place, starts=tomorrow_at(10))
    assert await fits(api, scene.ann, second)
    await done(api, scene.ann, "Claim", first)
    assert not await fits(api, scene.ann, second)
    assert await fits(api, scene.ann, next_to_it)


async def test_where_somebody_may_visit_is_their_accounts_region(
    api: Api, database: Database, scene: Scene
) -> None:
    (guest,) = await make_volunteers(database, ELSEWHERE, lives_in=scene.region_code)
    three = [scene.ann, scene.bob, guest]
    assert await listed(api, Role.ADMIN, three, visitsIn=scene.region_code) == three[:2]
    assert await listed(api, Role.ADMIN, three, visitsIn=ELSEWHERE) == [guest]


async def test_the_family_reads_who_comes_and_not_how_they_stand(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    await changed(api, scene.station, "Update", scene.ann, skills=["MEALS"])
    answer = await api.post(Role.FAMILY, READ, {"id": public_id("volunteer", scene.ann.id)})
    shown = answer["data"]["volunteer"]
    assert shown["skills"] == ["MEALS"]
    hidden = ("weekly", "exceptions", "checkState", "clearedUntil", "cleared", "suspended")
    assert {name: shown[name] for name in hidden} == dict.fromkeys(hidden)
    assert shown["history"] == []
    assert shown["availableActions"] == []
    masked = {one["path"][-1] for one in answer["extensions"]["masked"]}
    assert masked >= set(hidden)
    for given in ({"cleared": True}, {"suspended": True}, {"check": ["CLEARED"]}):
        assert await listed(api, Role.FAMILY, [scene.ann], **given) == []
    assert await listed(api, Role.FAMILY, [scene.ann]) == [scene.ann]


async def test_a_stranger_is_no_more_there_than_nobody(
    api: Api, database: Database, scene: Scene
) -> None:
    (far,) = await make_volunteers(database, ELSEWHERE)
    nobody = Actor(scene.elder_id, Role.VOLUNTEER)
    for who in (far, nobody):
        for verb, given in (("Update", {"skills": []}), ("Suspend", {"reason": "x"})):
            told = await errors(api, scene.station, verb, who, **given)
            assert told == ("NOT_FOUND", "id")
        assert await errors(api, scene.ann, "Update", who, skills=[]) == ("NOT_FOUND", "id")
    async with database.transaction("test") as session:
        row = await session.get(Volunteer, far.id)
    assert row is not None
    assert (row.version, row.suspended_at) == (1, None)


async def test_a_dry_run_suspends_nobody(api: Api, database: Database, scene: Scene) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    tried = await changed(api, scene.station, "Suspend", scene.ann, reason="试", dryRun=True)
    assert (tried["suspended"], tried["history"]) == (False, [])
    assert (await stored(database, key)).state is VisitState.CLAIMED
