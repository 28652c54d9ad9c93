"""Two changes wait for each other: PostgreSQL ends one, and its client is told nothing of it."""

import asyncio

import asyncpg
import pytest

from domain.database import Database
from tests.clients import Api
from tests.makers.visits import Scene, make_scene, make_visit
from tests.visiting import done, visit_id
from tests.waiting import until

WAITS = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'"""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
LOCK_VOLUNTEER = "SELECT FROM volunteer WHERE id = $1 FOR UPDATE"
LOCK_VISIT = "SELECT FROM visit_task WHERE id = $1 FOR UPDATE"


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


async def test_a_change_that_is_ended_for_a_circle_is_begun_anew(
    api: Api, database: Database, database_url: str, scene: Scene
) -> None:
    """A claim has locked one row and waits for ours, while we wait for its: it has to give way, as
    only its own connection looks for circles so soon."""
    key = await make_visit(database, scene.elder_id, scene.region_code)
    sql, watch = [await asyncpg.connect(database_url) for _ in range(2)]

    async def claim_waits() -> bool:
        return await watch.fetchval(WAITS) == 1

    async def was_broken() -> bool:
        await watch.execute("SELECT pg_stat_clear_snapshot(), pg_stat_force_next_flush()")
        return await watch.fetchval(DEADLOCKS) == 1

    try:
        await sql.execute("SET deadlock_timeout = '60s'")
        async with sql.transaction():
            await sql.execute(LOCK_VISIT, key)
            claiming = asyncio.create_task(done(api, scene.ann, "Claim", key))
            await until(claim_waits)
            await sql.execute(LOCK_VOLUNTEER, scene.ann.id)
        assert (await claiming)["id"] == visit_id(key)
        await until(was_broken)
    finally:
        await sql.close()
        await watch.close()
