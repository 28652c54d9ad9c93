"""Volunteers say what they can do and when; their station clears and suspends them."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.calendar import now, today
from domain.database import Database
from domain.ids import public_id
from domain.visits.lifecycle import VisitState
from domain.visits.models import VisitTaskLog, Volunteer
from domain.volunteers.lifecycle import CheckState
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
from tests.visiting import done, payload, refused, visit_id

FIELDS = """
fragment V on Volunteer { id skills weekly { weekday begins ends }
  exceptions { begins ends free } checkState certificateOn clearedUntil cleared
  suspended suspendedAt suspendedUntil version availableActions
  history { action account { id } note } }
"""
READ = FIELDS + "query ($id: ID!) { volunteer(id: $id) { ...V } }"
LIST = """query ($filter: VolunteerFilter) {
  volunteers(first: 200, filter: $filter) { nodes { id } } }"""
MINE = """query ($filter: VisitTaskFilter) {
  visitTasks(first: 200, filter: $filter) { nodes { id } } }"""


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


async def change(
    api: Api, who: Role | Actor, verb: str, volunteer: Actor, **more: Any
) -> dict[str, Any]:
    """What a mutation of a volunteer answers."""
    field = f"volunteer{verb}"
    document = f"""{FIELDS} mutation ($input: Volunteer{verb}Input!) {{ {field}(input: $input) {{
        volunteer {{ ...V }} userErrors {{ code field message }} }} }}"""
    sent = {"id": public_id("volunteer", volunteer.id), **more}
    return (await api.data(who, document, input=sent))[field]


async def changed(api: Api, who: Role | Actor, verb: str, volunteer: Actor, **more: Any) -> Any:
    answer = await change(api, who, verb, volunteer, **more)
    assert answer["userErrors"] == [], answer
    return answer["volunteer"]


async def errors(
    api: Api, who: Role | Actor, verb: str, volunteer: Actor, **more: Any
) -> tuple[str, str | None]:
    (error,) = (await change(api, who, verb, volunteer, **more))["userErrors"]
    return error["code"], error["field"]


async def listed(api: Api, who: Role | Actor, volunteers: list[Actor], **given: Any) -> list[Actor]:
    """Who of some volunteers a filter finds."""
    nodes = (await api.data(who, LIST, filter=given))["volunteers"]["nodes"]
    found = {node["id"] for node in nodes}
    return [one for one in volunteers if public_id("volunteer", one.id) in found]


async def fits(api: Api, who: Actor, key: UUID) -> bool:
    found = (await api.data(who, MINE, filter={"fitsMe": True}))["visitTasks"]["nodes"]
    without = (await api.data(who, MINE, filter={"fitsMe": False}))["visitTasks"]["nodes"]
    assert ({"id": visit_id(key)} in found) is not ({"id": visit_id(key)} in without)
    return {"id": visit_id(key)} in found


async def test_whoever_is_not_cleared_claims_nothing_until_the_station_has_cleared_them(
    api: Api, database: Database, scene: Scene
) -> None:
    (new,) = await make_volunteers(
        database, scene.region_code, check_state=CheckState.NOT_CHECKED, cleared_until=None
    )
    key = await make_visit(database, scene.elder_id, scene.region_code)
    assert await refused(api, new, "Claim", key) == ("NOT_CLEARED", "id")
    assert (await stored(database, key)).state is VisitState.OPEN
    assert await errors(api, scene.station, "CheckDecide", new, clearedUntil=str(today())) == (
        "ILLEGAL_TRANSITION",
        None,
    )
    handed_in = await changed(api, new, "CheckSubmit", new, certificateOn=str(today()))
    assert (handed_in["checkState"], handed_in["cleared"]) == ("SUBMITTED", False)
    assert await errors(api, new, "CheckDecide", new, clearedUntil=str(today())) == (
        "PERMISSION_DENIED",
        None,
    )
    until = str(today() + timedelta(days=366))
    good = await changed(api, scene.station, "CheckDecide", new, clearedUntil=until, note="已核")
    assert (good["checkState"], good["clearedUntil"], good["cleared"]) == ("CLEARED", until, True)
    assert [(one["action"], one["note"]) for one in good["history"]] == [
        ("SUBMIT_CHECK", None),
        ("CLEAR", "已核"),
    ]
    await done(api, new, "Claim", key)


@pytest.mark.parametrize(
    ("verb", "given", "field"),
    [
        ("CheckSubmit", {"certificateOn": 1}, "certificateOn"),
        ("CheckSubmit", {"certificateOn": -93}, "certificateOn"),
        ("CheckDecide", {"clearedUntil": -1}, "clearedUntil"),
        ("CheckDecide", {"clearedUntil": 367}, "clearedUntil"),
    ],
)
async def test_days_that_make_no_sense(
    api: Api, database: Database, scene: Scene, verb: str, given: dict[str, int], field: str
) -> None:
    state = CheckState.CLEARED if verb == "CheckSubmit" else CheckState.SUBMITTED
    (one,) = await make_volunteers(database, scene.region_code, check_state=state)
    sent = {name: str(today() + timedelta(days=days)) for name, days in given.items()}
    assert await errors(api, scene.station, verb, one, **sent) == ("INVALID_INPUT", field)


async def test_a_clearance_ends_with_its_last_day_and_one_to_come_takes_nothing_away(
    api: Api, database: Database, scene: Scene
) -> None:
    over, last = [
        (await make_volunteers(database, scene.region_code, cleared_until=day))[0]
        for day in (today() - timedelta(days=1), today())
    ]
    key = await make_visit(database, scene.elder_id, scene.region_code)
    assert await refused(api, over, "Claim", key) == ("NOT_CLEARED", "id")
    # The next certificate is in, and nobody has looked at it.
    assert (await changed(api, last, "CheckSubmit", last, certificateOn=str(today())))["cleared"]
    await done(api, last, "Claim", key)
    both = [over, last]
    assert await listed(api, scene.station, both, cleared=True) == [last]
    assert await listed(api, scene.station, both, cleared=False) == [over]
    assert await listed(api, scene.station, both, check=["SUBMITTED"]) == [last]


async def test_who_is_rejected_gives_back_what_they_have_claimed(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    await changed(api, scene.ann, "CheckSubmit", scene.ann, certificateOn=str(today()))
    rejected = await changed(api, scene.station, "CheckDecide", scene.ann, note="有记录")
    assert (rejected["checkState"], rejected["clearedUntil"]) == ("REJECTED", None)
    assert (await stored(database, key)).state is VisitState.OPEN


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
    shown = (await api.data(both, READ, id=public_id("volunteer", scene.ann.id)))["volunteer"]
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
