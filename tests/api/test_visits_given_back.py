"""What a volunteer has claimed and is not to make any more is open to others at once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.access import Role
from domain.calendar import now, today
from domain.database import Database
from domain.visits.lifecycle import VisitState
from tests.api.roles import end
from tests.clients import Api
from tests.makers.visits import Scene, make_scene, make_visit, stored, tomorrow_at
from tests.visiting import done, payload, refused
from tests.volunteering import changed, fits

GIVEN_BACK = """SELECT t.id, l.because, l.account_id FROM visit_task t
    JOIN visit_task_log l ON l.task_id = t.id
    WHERE t.state = 'OPEN' AND t.claimed_by IS NULL AND l.action = 'RELEASE' ORDER BY l.id"""


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


async def given_back(database: Database) -> list[tuple[Any, ...]]:
    """Which visits are open again, why, and who said so."""
    async with database.transaction("test") as session:
        return [tuple(row) for row in await session.execute(text(GIVEN_BACK))]


@pytest.mark.parametrize("days", [None, 0, 5])
async def test_a_role_that_ends_frees_what_would_begin_afterwards(
    api: Api, database: Database, scene: Scene, days: int | None
) -> None:
    place = (scene.elder_id, scene.region_code)
    begun, awaited = [
        await make_visit(
            database,
            *place,
            starts=now() - timedelta(minutes=ago),
            state=state,
            claimed_by=scene.ann.id,
        )
        for ago, state in ((90, VisitState.CHECKED_IN), (5, VisitState.CLAIMED))
    ]
    claimed = [
        await make_visit(database, *place, starts=tomorrow_at(9) + timedelta(days=more))
        for more in (0, 3, 9)
    ]
    others = await make_visit(database, *place, starts=tomorrow_at(9))
    for key in claimed:
        await done(api, scene.ann, "Claim", key)
    await done(api, scene.bob, "Claim", others)
    given = {} if days is None else {"lastDay": str(today() + timedelta(days=days))}
    assert (await end(api, Role.ADMIN, scene.ann.id, **given))["userErrors"] == []
    admin = api.actor(Role.ADMIN).id
    # At the door of the one whose time has come nobody can stand any more.
    freed = [awaited, *claimed] if days is None else claimed[2:] if days else claimed
    told = [(key, "ROLE_ENDED", admin) for key in sorted(freed)]
    assert sorted(await given_back(database)) == told
    for key in {begun, awaited, *claimed, others} - {*freed}:
        assert (await stored(database, key)).claimed_by
    if days:
        assert await refused(api, scene.ann, "Claim", freed[0]) == ("INVALID_INPUT", "id")
        assert not await fits(api, scene.ann, freed[0])
    await done(api, scene.bob, "Claim", freed[-1])


async def test_who_is_cleared_for_less_than_before_keeps_what_lies_before_its_end(
    api: Api, database: Database, scene: Scene
) -> None:
    place = (scene.elder_id, scene.region_code)
    soon, later = [
        await make_visit(database, *place, starts=tomorrow_at(9) + timedelta(days=more))
        for more in (0, 9)
    ]
    for key in (soon, later):
        await done(api, scene.ann, "Claim", key)
    await changed(api, scene.ann, "CheckSubmit", scene.ann, certificateOn=str(today()))
    last = str(tomorrow_at(9).date())
    await changed(api, scene.station, "CheckDecide", scene.ann, clearedUntil=last)
    assert await given_back(database) == [(later, "NOT_CLEARED", scene.station.id)]
    assert (await stored(database, soon)).claimed_by == scene.ann.id


async def test_of_a_role_that_ends_and_a_claim_at_once_nothing_is_left_claimed(
    api: Api, database: Database, scene: Scene
) -> None:
    keys = [
        await make_visit(
            database,
            scene.elder_id,
            scene.region_code,
            starts=tomorrow_at(9) + timedelta(hours=2 * number),
        )
        for number in range(8)
    ]
    last = str(today())
    claims = [payload(api, scene.ann, "Claim", key) for key in keys]
    ending = end(api, Role.ADMIN, scene.ann.id, lastDay=last)
    *_, ended = await asyncio.gather(*claims, ending)
    assert ended["userErrors"] == []
    for key in keys:
        row = await stored(database, key)
        assert (row.state, row.claimed_by) == (VisitState.OPEN, None)
