"""Events become visible in the order of their positions, whatever order writers commit in."""

import asyncio
from datetime import timedelta

import asyncpg
from sqlalchemy import func, select, update
from sqlmodel import col

from domain import outbox
from domain.database import Database
from domain.outbox import CHANNEL, Event, OutboxEvent, record
from tests.signals import press
from yiyang.district.cast import District


async def test_commits_in_the_opposite_order_of_their_writes_hide_nothing(
    database: Database, district: District
) -> None:
    """The first writer does its work first and commits last; a reader between the two commits
    must find both, each once."""
    first_has_written, second_has_committed = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with database.transaction("first") as session:
            record(session, Event("test", district.mother_id, "first"))
            await session.execute(select(func.now()))
            first_has_written.set()
            await second_has_committed.wait()

    async def second() -> None:
        await first_has_written.wait()
        async with database.transaction("second") as session:
            record(session, Event("test", district.mother_id, "second"))
        second_has_committed.set()

    async def reader() -> list[str]:
        seen: list[str] = []
        position = 0
        while len(seen) < 2:
            rows = await database.fetch(
                select(col(OutboxEvent.position), col(OutboxEvent.change))
                .where(col(OutboxEvent.position) > position)
                .order_by(col(OutboxEvent.position))
            )
            for row in rows:
                position = row[0]
                seen.append(row[1])
            await asyncio.sleep(0.005)
        return seen

    async with asyncio.timeout(10):
        seen, _, _ = await asyncio.gather(reader(), first(), second())
    assert seen == ["second", "first"]


async def test_what_one_transaction_has_to_tell_keeps_its_order(
    database: Database, district: District
) -> None:
    told = [f"{number}" for number in range(30)]
    async with database.transaction("one") as session:
        for number, change in enumerate(told):
            record(session, Event(f"test {number % 3}", district.mother_id, change))
    rows = await database.fetch(
        select(col(OutboxEvent.topic), col(OutboxEvent.change)).order_by(col(OutboxEvent.position))
    )
    assert [row.change for row in rows] == told
    assert [row.topic for row in rows[:4]] == ["test 0", "test 1", "test 2", "test 0"]


async def test_each_topic_is_told_once(database: Database, district: District) -> None:
    heard: list[object] = []
    listener = await asyncpg.connect(database.url)
    await listener.add_listener(CHANNEL, lambda *given: heard.append(given[-1]))
    async with database.transaction("one") as session:
        for topic in ("a", "b", "a"):
            record(session, Event(topic, district.mother_id, "change"))
    async with asyncio.timeout(10):
        while len(heard) < 2:
            await listener.fetchval("SELECT pg_sleep(0.01)")
    assert sorted(map(str, heard)) == ["a", "b"]
    await listener.close()


async def test_a_write_goes_through_though_its_connection_was_ended(
    database: Database, district: District
) -> None:
    other = await asyncpg.connect(database.url)
    for number in range(3):
        async with database.transaction("one") as session:
            pid = await session.scalar(select(func.pg_backend_pid()))
            record(session, Event("test", district.mother_id, f"{number}"))
        assert await other.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
    rows = await database.fetch(select(col(OutboxEvent.change)).order_by(col(OutboxEvent.position)))
    assert [row.change for row in rows] == ["0", "1", "2"]
    await other.close()


async def test_many_writers_at_once_are_seen_gaplessly_by_a_resuming_reader(
    database: Database, district: District
) -> None:
    writers, each = 8, 25
    position, seen = 0, []

    async def writer(name: int) -> None:
        for number in range(each):
            async with database.transaction("w") as session:
                record(session, Event("test", district.mother_id, f"{name}/{number}"))
                await asyncio.sleep(0.001 * (name % 3))

    async def reader() -> None:
        nonlocal position
        while len(seen) < writers * each:
            for row in await database.fetch(
                select(col(OutboxEvent.position), col(OutboxEvent.change))
                .where(col(OutboxEvent.position) > position)
                .order_by(col(OutboxEvent.position))
                .limit(3)
            ):
                position = row[0]
                seen.append(row[1])

    async with asyncio.timeout(60):
        await asyncio.gather(reader(), *(writer(name) for name in range(writers)))
    assert len(set(seen)) == writers * each


async def test_a_transaction_that_fails_leaves_no_event_and_no_job(
    database: Database, district: District
) -> None:
    class Oops(Exception):
        pass

    try:
        async with database.transaction("test") as session:
            record(session, Event("test", district.mother_id, "never"))
            raise Oops
    except Oops:
        pass
    assert await database.fetch(select(func.count()).select_from(OutboxEvent)) == [(0,)]


async def test_pruning_drops_what_is_old_and_keeps_the_newest(
    database: Database, district: District
) -> None:
    for _ in range(3):
        await press(database, district)
    async with database.transaction("test") as session:
        await session.execute(
            update(OutboxEvent).values(recorded_at=func.now() - timedelta(days=8))
        )
    async with database.transaction("test") as session:
        assert await outbox.prune(session, timedelta(days=7)) == 2
    async with database.reading() as connection:
        assert await outbox.oldest(connection) == await outbox.head(connection) == 3
