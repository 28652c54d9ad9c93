"""Volunteers say what they can do and when; their station clears and suspends them."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from domain.access import Actor, Role
from domain.calendar import now, today
from domain.database import Database
from domain.ids import public_id
from domain.visits.lifecycle import VisitState
from domain.visits.models import VisitTaskLog, Volunteer
from domain.volunteers.lifecycle import CheckState
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
from tests.visiting import HERE, done, payload, refused, visit_id
from tests.volunteering import READ, change, changed, errors, fits, listed
from tests.windows import APPLY, apply, asked, its_time_comes, opened

CERTIFIED = {"certificateOn": str(today())}


async def seen(api: Api, who: Role | Actor, volunteer: Actor) -> Any:
    return (await api.data(who, READ, id=public_id("volunteer", volunteer.id)))["volunteer"]


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


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
    key = await make_visit(database, scene.elder_id, scene.region_code, starts=now())
    assert await refused(api, over, "Claim", key) == ("NOT_CLEARED", "id")
    # The next certificate is in, and nobody has looked at it.
    assert (await changed(api, last, "CheckSubmit", last, certificateOn=str(today())))["cleared"]
    await done(api, last, "Claim", key)
    both = [over, last]
    assert await listed(api, scene.station, both, cleared=True) == [last]
    assert await listed(api, scene.station, both, cleared=False) == [over]
    assert await listed(api, scene.station, both, check=["SUBMITTED"]) == [last]


async def test_a_clearance_counts_on_the_day_of_the_visit_its_last_day_included(
    api: Api, database: Database, scene: Scene
) -> None:
    place, last = (scene.elder_id, scene.region_code), today() + timedelta(days=2)
    (one,) = await make_volunteers(database, scene.region_code, cleared_until=last)
    midnight = tomorrow_at(0) + timedelta(days=2)
    on_it = await make_visit(database, *place, starts=midnight - timedelta(minutes=30))
    after = await make_visit(database, *place, starts=midnight)
    (error,) = (await payload(api, one, "Claim", after))["userErrors"]
    assert (error["code"], error["field"]) == ("CLEARANCE_ENDS", "id")
    assert str(last) in error["message"]
    assert (await stored(database, after)).state is VisitState.OPEN
    assert (await fits(api, one, on_it), await fits(api, one, after)) == (True, False)
    await done(api, one, "Claim", on_it)


async def test_who_hands_a_certificate_in_does_not_decide_about_it_in_whatever_role(
    api: Api, database: Database, scene: Scene
) -> None:
    official, until = api.actor(Role.OFFICIAL), str(today() + timedelta(days=9))
    handed_in = await changed(api, scene.station, "CheckSubmit", scene.ann, **CERTIFIED)
    assert {"CLEAR", "REJECT"}.isdisjoint(handed_in["availableActions"])
    await make_person(database, accounts=[scene.station.id, official.id])
    for who in (scene.station, official):
        for given in ({"clearedUntil": until}, {}):
            told = await errors(api, who, "CheckDecide", scene.ann, **given)
            assert told == ("CONFLICT_OF_INTEREST", "id")
    assert (await seen(api, official, scene.ann))["checkState"] == "SUBMITTED"
    other = await make_account(database, Role.STATION, region_code=scene.region_code[:9])
    assert "CLEAR" in (await seen(api, other, scene.ann))["availableActions"]
    good = await changed(api, other, "CheckDecide", scene.ann, clearedUntil=until)
    assert (good["checkState"], good["clearedUntil"]) == ("CLEARED", until)


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


async def test_who_is_no_longer_cleared_stands_at_no_door(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    async with database.transaction("test") as session:
        over = update(Volunteer).where(col(Volunteer.id) == scene.ann.id)
        await session.execute(over.values(cleared_until=today() - timedelta(days=1)))
    assert await refused(api, scene.ann, "CheckIn", key, **HERE) == ("NOT_CLEARED", "id")
    assert (await stored(database, key)).state is VisitState.CLAIMED


async def test_a_phone_without_a_network_opens_no_door(
    api: Api, database: Database, scene: Scene
) -> None:
    """What counts is the moment at which somebody stood there, and not when it was told."""
    day = timedelta(days=1)
    stopped: dict[str, Any] = {"suspended_at": now() - day, "suspended_until": now() + day}
    stopped |= {"suspended_by": scene.station.id}
    (ended,) = await make_volunteers(database, scene.region_code[:9], cleared_until=today() - day)
    (held,) = await make_volunteers(database, scene.region_code[:9], **stopped)
    for who, code in ((ended, "NOT_CLEARED"), (held, "VOLUNTEER_SUSPENDED")):
        claimed = {"claimed_by": who.id, "claimed_at": now() - 9 * day}
        key = await make_visit(
            *(database, scene.elder_id, scene.region_code),
            starts=now() - 2 * day,
            state=VisitState.CLAIMED,
            **claimed,
        )
        late, early = str(now() - timedelta(seconds=1)), str(now() - 2 * day)
        assert await refused(api, who, "CheckIn", key, at=late, **HERE) == (code, "id")
        await done(api, who, "CheckIn", key, at=early, **HERE)


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
