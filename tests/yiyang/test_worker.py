"""The worker on a real database: alarms pass on in time, once a level, whoever dies."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.alarms.models import Alarm, AlarmType
from domain.database import Database
from domain.outbox import COMMIT_ORDER_LOCK
from tests.client_examples.story import ring_everywhere
from tests.signals import make_due, press
from tests.waiting import until
from yiyang import worker
from yiyang.district.cast import District

_WORK = """
import asyncio, sys
from yiyang.worker import work
asyncio.run(work(sys.argv[1], lambda: None))
"""

_FIFTY_DUE = """
UPDATE alarm SET escalate_at = now()
WHERE id IN (SELECT id FROM alarm WHERE level = 1 ORDER BY id LIMIT 50)
"""


async def levels(database: Database) -> list[int]:
    return [row[0] for row in await database.fetch(select(col(Alarm.level)).distinct())]


async def all_due(database: Database) -> None:
    """The next step of every alarm is due."""
    async with database.transaction("test") as session:
        for alarm_id in (await session.scalars(select(col(Alarm.id)))).all():
            await make_due(session, alarm_id)


async def reached(database: Database, level: int) -> None:
    async def is_reached() -> bool:
        return await levels(database) == [level]

    await until(is_reached)


@asynccontextmanager
async def at_work(database_url: str) -> AsyncGenerator[None, None]:
    working = asyncio.create_task(worker.work(database_url, lambda: None))
    try:
        yield
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_an_alarm_that_nobody_answers_climbs_to_level_three(
    database: Database, database_url: str, district: District
) -> None:
    async with at_work(database_url):
        await press(database, district)
        assert await levels(database) == [1]
        await all_due(database)
        await reached(database, 2)
        await all_due(database)
        await reached(database, 3)


async def test_what_is_due_survives_the_loss_of_every_connection(
    database: Database, database_url: str, cluster: str, district: District
) -> None:
    async with at_work(database_url):
        await press(database, district)
        await all_due(database)
        await reached(database, 2)
        admin = await asyncpg.connect(cluster)
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
        await admin.execute(cut, database_url.rpartition("/")[2])
        await admin.close()
        await all_due(database)
        await reached(database, 3)


async def test_one_that_cannot_pass_on_holds_up_no_other(
    database: Database, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of ours in one alarm's row: the others pass on, and it follows once it is mended."""
    await ring_everywhere(database, [AlarmType.SOS])
    sql = await asyncpg.connect(database_url)
    poor = await sql.fetchval("SELECT min(id::text)::uuid FROM alarm WHERE level = 1")
    await sql.execute(
        f"ALTER TABLE alarm ADD CONSTRAINT unforeseen CHECK (id <> '{poor}' OR level < 2)"
    )
    await sql.execute(_FIFTY_DUE)
    left = "SELECT array_agg(id) FROM alarm WHERE escalate_at <= now()"
    async with at_work(database_url):

        async def others_passed() -> bool:
            return await sql.fetchval(left) == [poor]

        await until(others_passed)
        assert f"alarm {poor} does not pass on" in caplog.text
        assert caplog.text.count("does not pass on") == 1
        await sql.execute("ALTER TABLE alarm DROP CONSTRAINT unforeseen")

        async def it_passed() -> bool:
            return await sql.fetchval(left) is None

        await until(it_passed)
    await sql.close()


async def test_a_worker_killed_over_a_step_and_two_that_go_on_take_each_step_once(
    database: Database, database_url: str
) -> None:
    await ring_everywhere(database, [AlarmType.SOS])
    sql = await asyncpg.connect(database_url)
    wanted = int((await sql.execute(_FIFTY_DUE)).removeprefix("UPDATE "))
    # Nobody may commit an event meanwhile: the worker waits with its steps taken and not committed.
    await sql.execute("SELECT pg_advisory_lock($1)", COMMIT_ORDER_LOCK)
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

    async def is_waiting() -> bool:
        return await sql.fetchval(waiting) == 1

    doomed = await asyncio.create_subprocess_exec(sys.executable, "-c", _WORK, database_url)
    await until(is_waiting)
    doomed.kill()
    await doomed.wait()
    await sql.execute("SELECT pg_advisory_unlock($1)", COMMIT_ORDER_LOCK)
    async with at_work(database_url), at_work(database_url):

        async def all_have_risen() -> bool:
            return await sql.fetchval("SELECT count(*) FROM alarm WHERE level = 2") == wanted

        await until(all_have_risen)
    told = await sql.fetch(
        "SELECT count(*), count(DISTINCT alarm_id) FROM alarm_log WHERE change = 'ESCALATED'"
        " UNION ALL"
        " SELECT count(*), count(DISTINCT subject_id) FROM outbox_event WHERE change = 'ESCALATED'"
    )
    assert {tuple(row) for row in told} == {(wanted, wanted)}
    await sql.close()
