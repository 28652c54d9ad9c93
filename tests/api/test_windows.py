"""Volunteers apply while a window is open; then each visit is somebody's, and each is told why."""

import asyncio
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from domain.access import Actor, Role
from domain.allotment.closing import close, due
from domain.allotment.deciding import lot
from domain.allotment.models import VisitApplication, VisitWindow
from domain.calendar import now
from domain.database import Database
from domain.ids import public_id
from domain.visits.lifecycle import Allocation, VisitState
from domain.visits.models import VisitTaskLog
from tests.clients import Api
from tests.makers.visits import (
    Scene,
    make_scene,
    make_visit,
    make_volunteers,
    stored,
    tomorrow_at,
)
from tests.visiting import done, read, refused, visit_id
from tests.windows import (
    APPLY,
    CANCEL,
    OPEN,
    WITHDRAW,
    apply,
    asked,
    busy_before,
    its_time_comes,
    named,
    opened,
    outcome,
    reasons,
    stored_window,
    who_got,
)


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


async def test_two_of_the_same_hour_go_to_two_and_who_had_fewer_goes_first(
    api: Api, database: Database, scene: Scene
) -> None:
    place = (scene.elder_id, scene.region_code)
    (carl,) = await make_volunteers(database, scene.region_code[:9])
    await busy_before(database, scene, scene.ann, 2)
    await busy_before(database, scene, scene.bob, 1)
    one = await make_visit(database, *place, starts=tomorrow_at(9))
    other = await make_visit(database, *place, starts=tomorrow_at(9, 30))
    window = await opened(api, scene, one, other)
    for who in (scene.ann, scene.bob, carl):
        await apply(api, who, one)
    await apply(api, scene.bob, other)
    await its_time_comes(database, window)
    found = await outcome(api, scene.station, window)
    assert found["state"] == "ALLOTTED"
    assert who_got(found) == {visit_id(one): named(carl), visit_id(other): named(scene.bob)}
    assert reasons(found, one) == {
        named(scene.ann): ("NOT_ALLOTTED", "FEWER_VISITS"),
        named(scene.bob): ("NOT_ALLOTTED", "OTHER_VISIT"),
        named(carl): ("ALLOTTED", "FEWER_VISITS"),
    }
    assert reasons(found, other) == {named(scene.bob): ("ALLOTTED", "ALONE")}
    before = {a["volunteer"]["id"]: a["visitsBefore"] for a in found["applications"]["nodes"]}
    assert before == {named(scene.ann): 2, named(scene.bob): 1, named(carl): 0}
    # It is theirs as if they had claimed it, and the log says that nobody did.
    assert (await read(api, carl, one))["state"] == "CLAIMED"
    logged = select(col(VisitTaskLog.action), col(VisitTaskLog.account_id))
    rows = await database.fetch(logged.where(col(VisitTaskLog.task_id) == one))
    assert [tuple(row) for row in rows] == [("ALLOT", None)]


async def test_lots_decide_at_last_and_anybody_can_draw_them_again(
    api: Api, database: Database, scene: Scene
) -> None:
    people = await make_volunteers(database, scene.region_code[:9], 9)
    key = await make_visit(database, scene.elder_id, scene.region_code)
    window = await opened(api, scene, key)
    await asyncio.gather(*(apply(api, who, key) for who in people))
    before = await outcome(api, scene.station, window)
    assert before["seed"] is None
    await its_time_comes(database, window)
    found = await outcome(api, scene.station, window)
    assert found["seedDigest"] == before["seedDigest"]
    assert sha256(found["seed"].encode()).hexdigest() == found["seedDigest"]
    lots = {named(who): lot(found["seed"], key, who.id) for who in people}
    told = {one["volunteer"]["id"]: one["lot"] for one in found["applications"]["nodes"]}
    assert told == lots
    winner = min(lots, key=lambda one: lots[one])
    assert who_got(found) == {visit_id(key): winner}
    assert {why for _, why in reasons(found, key).values()} == {"DRAWN"}


async def test_while_it_is_open_nobody_claims_and_what_is_left_over_is_first_come(
    api: Api, database: Database, scene: Scene
) -> None:
    place = (scene.elder_id, scene.region_code)
    wanted = await make_visit(database, *place, starts=tomorrow_at(9))
    left = await make_visit(database, *place, starts=tomorrow_at(15))
    window = await opened(api, scene, wanted, left)
    assert await refused(api, scene.bob, "Claim", left) == ("ALLOTTED_LATER", "id")
    assert (await read(api, scene.bob, left))["availableActions"] == ["APPLY"]
    await apply(api, scene.ann, wanted)
    await its_time_comes(database, window)
    assert (await stored(database, left)).allocation is Allocation.FIRST_COME
    await done(api, scene.bob, "Claim", left)
    # Who gives a visit back gives it to whoever comes first.
    await done(api, scene.ann, "Release", wanted)
    assert (await stored(database, wanted)).allocation is Allocation.FIRST_COME
    await done(api, scene.bob, "Claim", wanted)


async def test_an_application_is_taken_back_and_made_again(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    window = await opened(api, scene, key)
    first = await apply(api, scene.ann, key)
    assert (first["state"], first["availableActions"]) == ("APPLIED", ["WITHDRAW"])
    assert (await asked(api, scene.ann, APPLY, visit=visit_id(key)))[1] == [
        ("ALREADY_EXISTS", "visit")
    ]
    assert (await asked(api, scene.bob, WITHDRAW, id=first["id"]))[1] == [("NOT_FOUND", "id")]
    back, errors = await asked(api, scene.ann, WITHDRAW, id=first["id"])
    assert (back["visitApplication"]["state"], errors) == ("WITHDRAWN", [])
    assert (await asked(api, scene.ann, WITHDRAW, id=first["id"]))[1] == [
        ("ILLEGAL_TRANSITION", None)
    ]
    assert (await apply(api, scene.ann, key))["id"] == first["id"]
    await asked(api, scene.ann, WITHDRAW, id=first["id"])
    await its_time_comes(database, window)
    assert (await stored(database, key)).state is VisitState.OPEN
    late = await asked(api, scene.ann, APPLY, visit=visit_id(key))
    assert late[1] == [("INVALID_INPUT", "visit")]


async def test_who_does_not_fit_when_it_is_decided_gets_nothing(
    api: Api, database: Database, scene: Scene
) -> None:
    place = (scene.elder_id, scene.region_code)
    carl, dan = await make_volunteers(database, scene.region_code[:9], 2)
    key = await make_visit(database, *place, starts=tomorrow_at(9))
    meanwhile = await make_visit(database, *place, starts=tomorrow_at(9, 30))
    off = await make_visit(database, *place, starts=tomorrow_at(12))
    window = await opened(api, scene, key, off)
    for who in (scene.ann, scene.bob, carl, dan):
        await apply(api, who, key)
    await apply(api, dan, off)
    await done(api, scene.ann, "Claim", meanwhile)
    async with database.transaction("test") as session:
        await session.execute(
            text("UPDATE volunteer SET suspended_at = now(), suspended_by = id WHERE id = :id"),
            {"id": scene.bob.id},
        )
        await session.execute(
            text("UPDATE volunteer SET cleared_until = current_date - 2 WHERE id = :id"),
            {"id": carl.id},
        )
    await done(api, scene.station, "Cancel", off)
    await its_time_comes(database, window)
    found = await outcome(api, scene.station, window)
    assert reasons(found, key) == {
        **dict.fromkeys(map(named, (scene.ann, scene.bob, carl)), ("NOT_ALLOTTED", "NOT_FIT")),
        named(dan): ("ALLOTTED", "ALONE"),
    }
    assert reasons(found, off) == {named(dan): ("NOT_ALLOTTED", "VISIT_GONE")}


async def test_who_has_time_then_who_lives_nearer(
    api: Api, database: Database, scene: Scene
) -> None:
    street = scene.region_code[:9]
    (near,) = await make_volunteers(database, street, lives_in=scene.region_code)
    (far,) = await make_volunteers(database, street, lives_in=scene.region_code[:6])
    (away,) = await make_volunteers(
        database,
        street,
        lives_in=scene.region_code,
        except_from=[now()],
        except_to=[now() + timedelta(days=3)],
        except_free=[False],
    )
    key = await make_visit(database, scene.elder_id, scene.region_code)
    window = await opened(api, scene, key)
    for who in (away, far, near):
        await apply(api, who, key)
    await its_time_comes(database, window)
    # Who lives elsewhere is not the street's to see.
    found = await outcome(api, Role.ADMIN, window)
    assert reasons(found, key) == {
        named(near): ("ALLOTTED", "NEARER"),
        named(far): ("NOT_ALLOTTED", "NEARER"),
        named(away): ("NOT_ALLOTTED", "HAS_TIME"),
    }


async def test_a_volunteer_sees_their_own_application_alone(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    window = await opened(api, scene, key)
    await apply(api, scene.ann, key)
    await apply(api, scene.bob, key)
    for who, sees in ((scene.ann, 1), (scene.station, 2)):
        shown = await outcome(api, who, window)
        assert len(shown["applications"]["nodes"]) == sees


async def test_a_window_that_is_called_off_lets_the_first_come(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    window = await opened(api, scene, key)
    await apply(api, scene.ann, key)
    given = {"id": public_id("visit_window", window)}
    assert (await asked(api, scene.ann, CANCEL, **given))[1] == [("PERMISSION_DENIED", None)]
    payload, errors = await asked(api, scene.station, CANCEL, **given)
    assert (payload["visitWindow"], errors) == ({"state": "CANCELLED"}, [])
    assert (await asked(api, scene.station, CANCEL, **given))[1] == [("ILLEGAL_TRANSITION", None)]
    found = await outcome(api, scene.station, window)
    assert reasons(found, key) == {named(scene.ann): ("NOT_ALLOTTED", "WINDOW_CANCELLED")}
    await done(api, scene.bob, "Claim", key)


async def test_windows_that_are_none(api: Api, database: Database, scene: Scene) -> None:
    place = (scene.elder_id, scene.region_code)
    key = await make_visit(database, *place, starts=tomorrow_at(9))
    claimed = await make_visit(database, *place, starts=tomorrow_at(12))
    await done(api, scene.ann, "Claim", claimed)
    soon = now() + timedelta(hours=1)

    async def told(visits: list[UUID], closes_at: datetime) -> list[tuple[str, str | None]]:
        given = {"visits": list(map(visit_id, visits)), "closesAt": closes_at.isoformat()}
        return (await asked(api, scene.station, OPEN, **given))[1]

    assert await told([], soon) == [("INVALID_INPUT", "visits")]
    assert await told([key], now()) == [("INVALID_INPUT", "closesAt")]
    assert await told([key], tomorrow_at(9)) == [("INVALID_INPUT", "closesAt")]
    assert await told([key], soon + timedelta(days=31)) == [("INVALID_INPUT", "closesAt")]
    assert await told([key, claimed], soon) == [("INVALID_INPUT", "visits")]
    assert await told([key, scene.elder_id], soon) == [("NOT_FOUND", "visits")]
    await opened(api, scene, key)
    assert await told([key], soon) == [("INVALID_INPUT", "visits")]


async def test_whoever_applies_while_it_closes_is_in_or_is_told(
    api: Api, database: Database, scene: Scene
) -> None:
    """Two workers close at once, and volunteers apply, take back and claim meanwhile: each visit is
    one volunteer's at most, and no application is left undecided."""
    street, place = scene.region_code[:9], (scene.elder_id, scene.region_code)
    people = await make_volunteers(database, street, 8)
    keys = [await make_visit(database, *place, starts=tomorrow_at(9, 10 * n)) for n in range(4)]
    window = await opened(api, scene, *keys)
    for who in people[:4]:
        await apply(api, who, keys[0])
    async with database.transaction("test") as session:
        row = await session.get(VisitWindow, window)
        assert row is not None
        row.opened_at = now() - timedelta(hours=1)
        row.closes_at = now() + timedelta(seconds=1)

    async def insist(who: Actor, key: UUID) -> set[str]:
        seen = set[str]()
        while (await stored_window(database, window)).ended_at is None:
            errors = (await asked(api, who, APPLY, visit=visit_id(key)))[1]
            seen |= {code for code, _ in errors}
            claim = await api.post(who, CLAIM, {"input": {"id": visit_id(key)}})
            seen |= {error["code"] for error in claim["data"]["visitClaim"]["userErrors"]}
        return seen

    async def decide() -> bool:
        while True:
            async with database.transaction("test") as session:
                if await due(session, now(), 9):
                    return await close(session, window, now())
            await asyncio.sleep(0.02)

    told = await asyncio.gather(
        *(insist(who, keys[n % 4]) for n, who in enumerate(people)), decide(), decide()
    )
    assert sorted(told[-2:]) == [False, True]
    legal = {"ALREADY_EXISTS", "ALLOTTED_LATER", "INVALID_INPUT", "NOT_FOUND"}
    legal |= {"ALREADY_CLAIMED", "ILLEGAL_TRANSITION", "TIMES_OVERLAP"}
    assert {code for seen in told[:-2] if isinstance(seen, set) for code in seen} <= legal
    async with database.transaction("test") as session:
        statement = select(VisitApplication).where(col(VisitApplication.window_id) == window)
        applications = (await session.scalars(statement)).all()
    assert {one.state.value for one in applications} <= {"ALLOTTED", "NOT_ALLOTTED"}
    allotted = [one for one in applications if one.state.value == "ALLOTTED"]
    assert len({one.task_id for one in allotted}) == len(allotted)
    assert len({one.volunteer_id for one in allotted}) == len(allotted), "they overlap"
    for one in allotted:
        assert (await stored(database, one.task_id)).claimed_by == one.volunteer_id


CLAIM = """mutation ($input: VisitClaimInput!) { visitClaim(input: $input) {
  userErrors { code } } }"""
