"""The worker on a real queue: escalation in time, and no job lost to a restart of the database."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.alarms import service
from domain.alarms.models import Alarm
from domain.database import Database
from tests.signals import press
from tests.waiting import until
from yiyang import worker
from yiyang.district.cast import District


async def levels(database: Database) -> list[int]:
    return [row[0] for row in await database.fetch(select(col(Alarm.level)))]


async def reached(database: Database, level: int) -> None:
    async def is_reached() -> bool:
        return await levels(database) == [level]

    await until(is_reached)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Escalation as the rules have it, but in parts of a second."""
    quick = {2: timedelta(seconds=0.3), 3: timedelta(seconds=0.9)}
    monkeypatch.setattr(service, "ESCALATION", quick)


@pytest.mark.usefixtures("soon")
async def test_an_alarm_that_nobody_answers_climbs_to_level_three(
    database: Database, database_url: str, district: District
) -> None:
    working = asyncio.create_task(worker.work(database_url, lambda: None))
    try:
        await press(database, district)
        assert await levels(database) == [1]
        await reached(database, 2)
        await reached(database, 3)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


@pytest.mark.usefixtures("soon")
async def test_a_job_survives_the_loss_of_every_connection(
    database: Database, database_url: str, cluster: str, district: District
) -> None:
    ready = asyncio.Event()
    working = asyncio.create_task(worker.work(database_url, ready.set))
    try:
        await ready.wait()
        await press(database, district)
        await reached(database, 2)
        admin = await asyncpg.connect(cluster)
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
        await admin.execute(cut, database_url.rpartition("/")[2])
        await admin.close()
        await reached(database, 3)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


@pytest.mark.usefixtures("soon")
async def test_an_answered_alarm_stays_where_it_is(
    database: Database, database_url: str, district: District
) -> None:
    working = asyncio.create_task(worker.work(database_url, lambda: None))
    try:
        await press(database, district)
        async with database.transaction("test") as session:
            (alarm,) = (await session.scalars(select(Alarm))).all()
            alarm.state = alarm.state.ACKNOWLEDGED
        await asyncio.sleep(1.5)
        assert await levels(database) == [1]
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


@pytest.mark.usefixtures("soon")
async def test_what_the_queue_keeps_of_a_failure_quotes_no_row(
    database: Database, database_url: str, district: District
) -> None:
    sql = await asyncpg.connect(database_url)
    await sql.execute("ALTER TABLE alarm ADD CONSTRAINT unforeseen CHECK (level < 2)")
    working = asyncio.create_task(worker.work(database_url, lambda: None))
    try:
        await press(database, district)

        async def has_failed() -> bool:
            return bool(await sql.fetchval("SELECT count(traceback) FROM pgqueuer_log"))

        await until(has_failed)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    kept = await sql.fetchval("SELECT string_agg(traceback::text, '') FROM pgqueuer_log")
    await sql.close()
    assert "RetryRequested" in kept
    assert "DETAIL" not in kept
    assert str(district.mother_id) not in kept
