"""Who visits with two accounts, in two places, is one person to every window; and windows that are
decided late."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.access import Actor, Role
from domain.allotment.closing import close
from domain.allotment.models import VisitWindow
from domain.calendar import now
from domain.database import Database
from domain.visits.lifecycle import VisitState
from tests.clients import Api
from tests.makers.accounts import make_person
from tests.makers.visits import (
    Scene,
    make_scene,
    make_visit,
    make_volunteers,
    stored,
    tomorrow_at,
)
from tests.visiting import visit_id
from tests.waiting import until_it_waits
from tests.windows import apply, its_time_comes, named, opened, outcome, reasons, who_got
from yiyang.dues import WINDOWS, settle_all


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


@pytest.fixture
async def twice(database: Database, scene: Scene) -> Actor:
    """Ann's other account, for the whole district."""
    (other,) = await make_volunteers(database, scene.region_code[:6])
    await make_person(database, accounts=[scene.ann.id, other.id])
    return other


async def test_one_person_gets_one_visit_of_an_hour(
    api: Api, database: Database, scene: Scene, twice: Actor
) -> None:
    place = (scene.elder_id, scene.region_code)
    keys = [await make_visit(database, *place, starts=tomorrow_at(9, at)) for at in (0, 30)]
    window = await opened(api, scene, *keys)
    await apply(api, scene.ann, keys[0])
    await apply(api, twice, keys[1])
    await its_time_comes(database, window)
    states = sorted([(await stored(database, key)).state.value for key in keys])
    assert states == ["CLAIMED", "OPEN"]
    found = await outcome(api, Role.ADMIN, window)
    whys = {why for key in keys for why in reasons(found, key).values()}
    assert whys == {("ALLOTTED", "ALONE"), ("NOT_ALLOTTED", "OTHER_VISIT")}


async def test_who_applies_for_one_visit_with_two_accounts_draws_one_lot(
    api: Api, database: Database, scene: Scene, twice: Actor
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    window = await opened(api, scene, key)
    await apply(api, twice, key)
    await apply(api, scene.ann, key)
    await its_time_comes(database, window)
    found = await outcome(api, Role.ADMIN, window)
    counts, other = sorted((scene.ann, twice), key=lambda who: who.id)
    assert who_got(found) == {visit_id(key): named(counts)}
    assert reasons(found, key) == {
        named(counts): ("ALLOTTED", "ALONE"),
        named(other): ("NOT_ALLOTTED", "OTHER_VISIT"),
    }


async def test_visits_of_one_person_are_counted_together(
    api: Api, database: Database, scene: Scene, twice: Actor
) -> None:
    """Of four visits at four hours Ann's accounts get one each, so that Bob gets the others."""
    place = (scene.elder_id, scene.region_code)
    keys = [
        await make_visit(database, *place, starts=tomorrow_at(hour)) for hour in (8, 10, 12, 14)
    ]
    window = await opened(api, scene, *keys)
    for key in keys[:2]:
        for who in (scene.ann, twice, scene.bob):
            await apply(api, who, key)
    await apply(api, scene.ann, keys[2])
    await apply(api, twice, keys[3])
    await its_time_comes(database, window)
    got = [(await stored(database, key)).claimed_by for key in keys]
    assert got == [scene.bob.id, scene.bob.id, scene.ann.id, twice.id]


async def test_two_windows_that_close_at_once_give_one_person_one_visit_of_an_hour(
    api: Api, database: Database, scene: Scene, twice: Actor
) -> None:
    place = (scene.elder_id, scene.region_code)
    keys = [await make_visit(database, *place, starts=tomorrow_at(9, at)) for at in (0, 30)]
    first, second = [await opened(api, scene, key) for key in keys]
    await apply(api, scene.ann, keys[0])
    await apply(api, twice, keys[1])
    ago = "SET opened_at = now() - interval '2 hours', closes_at = now() - interval '1 minute'"
    async with database.transaction("test") as session:
        await session.execute(text(f"UPDATE visit_window {ago}"))

    async def other() -> bool:
        async with database.transaction("test") as session:
            return await close(session, second, now())

    async with database.transaction("test") as session:
        assert await close(session, first, now())
        await session.flush()
        late = asyncio.create_task(other())
        await until_it_waits(database, late)
    assert await late
    assert (await stored(database, keys[0])).claimed_by == scene.ann.id
    assert (await stored(database, keys[1])).state is VisitState.OPEN


async def test_nobody_is_given_what_has_begun_when_it_is_decided(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    window = await opened(api, scene, key)
    await apply(api, scene.ann, key)
    async with database.transaction("test") as session:
        row = await session.get(VisitWindow, window)
        assert row is not None
        row.opened_at, row.closes_at = now() - timedelta(hours=2), now() - timedelta(hours=1)
        begun = "SET scheduled_from = now() - interval '1 minute' WHERE id = :id"
        await session.execute(text(f"UPDATE visit_task {begun}"), {"id": key})
        await session.execute(text("UPDATE account SET since = since - interval '1 day'"))
    await settle_all(database, WINDOWS, set())
    found = await outcome(api, scene.station, window)
    assert reasons(found, key) == {named(scene.ann): ("NOT_ALLOTTED", "VISIT_GONE")}
    assert (await stored(database, key)).state is VisitState.OPEN
