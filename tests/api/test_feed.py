"""Idle subscribers cost nothing, and whatever happens to NOTIFY, no change is missed."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import insert

from api import feed
from api.alarms.changes import CHANGES, AlarmChanged
from api.context import Context
from api.feed import Feed, Subscriber
from api.texts import Language
from domain import outbox
from domain.access import Actor, Role
from domain.crypto import Vault
from domain.database import Database
from domain.outbox import OutboxEvent
from domain.reading import ReadPool
from tests.clients import BEGINNING, TIMEOUT_SECONDS, Api
from tests.signals import press
from tests.waiting import until
from yiyang.district.cast import District

CHANGED = f'subscription {{ alarmChanged(after: "{BEGINNING}") {{ change }} }}'
LISTENERS = """FROM pg_stat_activity WHERE datname = $1
  AND backend_type = 'client backend' AND application_name <> 'yiyang'"""
"""All connections are a pool's, except the one that listens."""
NOWHERE = "postgresql://127.0.0.1:1/nowhere"
OFTEN = 0.02

Streaming = Callable[[Feed], AsyncGenerator[AlarmChanged, None]]


@pytest.fixture
def streaming(database: Database, vault: Vault, district: District) -> Streaming:
    """Starts a stream from the very beginning, as an administrator."""
    actor = Actor(district.players[Role.ADMIN].account_id, Role.ADMIN)

    def begin(feed: Feed) -> AsyncGenerator[AlarmChanged, None]:
        context = Context(database, actor, Language.EN, "test", feed, vault)
        return CHANGES.stream(context, 0, None)

    return begin


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes through the pools of planned reads; the feed's own connection is none of them."""
    seen: list[str] = []
    fetch = ReadPool.fetch

    async def noted(pool: ReadPool, statement: str, arguments: Any) -> list[Any]:
        seen.append(statement)
        return await fetch(pool, statement, arguments)

    monkeypatch.setattr(ReadPool, "fetch", noted)
    return seen


@asynccontextmanager
async def running(feed: Feed) -> AsyncGenerator[Feed, None]:
    """A feed at work, and a limit to the test's patience."""
    await feed.start()
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            yield feed
    finally:
        await feed.stop()


async def several_looks(feed: Feed) -> None:
    """A subscriber that never gets to the head is woken by each look."""
    with feed.subscribed(-1) as behind:
        for _ in range(10):
            await behind.woken()


async def test_idle_subscribers_cost_no_statement_and_all_hear_of_a_change(
    database: Database,
    database_url: str,
    district: District,
    streaming: Streaming,
    reads: list[str],
) -> None:
    async with running(Feed(database_url, look_seconds=OFTEN)) as feed:
        streams = [streaming(feed) for _ in range(100)]
        waiting = [asyncio.ensure_future(anext(stream)) for stream in streams]
        await several_looks(feed)
        looked = len(reads)
        assert looked >= 1
        await several_looks(feed)
        assert len(reads) == looked, "all have looked, and sleep"
        assert not any(each.done() for each in waiting)
        await press(database, district)
        heard = await asyncio.gather(*waiting)
        assert [each.change.name for each in heard] == ["RAISED"] * 100
        assert len(reads) - looked < 10, "who asks the same of the same news shares the read"
        for stream in streams:
            await stream.aclose()


async def test_a_change_without_its_notify_is_seen(database: Database, database_url: str) -> None:
    async with running(Feed(database_url, look_seconds=OFTEN)) as feed:
        with feed.subscribed(0) as subscriber:
            await several_looks(feed)
            async with database.transaction("test") as session:
                values = {"topic": "test", "subject_id": UUID(int=1), "change": "silent"}
                await session.execute(insert(OutboxEvent).values(**values))
            await subscriber.woken()
            async with database.reading() as connection:
                subscriber.position = await outbox.head(connection)
            assert subscriber.position == 1


async def test_a_reader_that_is_woken_as_it_is_given_up_is_given_up() -> None:
    """A cancellation that got lost then would leave a reader of whom nobody knows."""
    subscriber = Subscriber(0, "alarm")
    reading = asyncio.create_task(subscriber.woken(60))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    subscriber.wake()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


async def test_a_subscriber_that_begins_behind_the_head_is_woken(
    database: Database, database_url: str, district: District
) -> None:
    """As is one that began before the feed did."""
    await press(database, district)
    feed = Feed(database_url, look_seconds=OFTEN)
    with feed.subscribed(0) as early:
        async with running(feed):
            await early.woken()
            with feed.subscribed(0) as late:
                await late.woken()


async def test_a_feed_that_cannot_listen_leaves_nobody_asleep(
    database: Database, district: District, streaming: Streaming
) -> None:
    async with running(Feed(NOWHERE, look_seconds=OFTEN)) as feed:
        stream = streaming(feed)
        first = asyncio.ensure_future(anext(stream))
        with feed.subscribed(0) as other:
            await other.woken()
        await press(database, district)
        assert (await first).change.name == "RAISED"
        await stream.aclose()


async def test_a_change_while_the_listening_connection_is_broken_still_arrives(
    api: Api, database: Database, database_url: str, cluster: str
) -> None:
    name = database_url.rpartition("/")[2]
    async with api.socket(Role.FAMILY) as socket, administered(cluster) as admin:
        await socket.subscribe(CHANGED)
        await press(database, api.district)
        assert (await socket.next())["data"]["alarmChanged"]["change"] == "RAISED"
        # Else it would be listening again before the change, every now and then.
        await admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        assert await admin.fetch(f"SELECT pg_terminate_backend(pid) {LISTENERS}", name)
        while await admin.fetchval(f"SELECT count(*) {LISTENERS}", name):
            pass
        await press(database, api.district)
        assert await admin.fetchval(f"SELECT count(*) {LISTENERS}", name) == 0
        await admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
        assert (await socket.next())["data"]["alarmChanged"]["change"] == "REPEATED"


async def test_a_subscriber_that_could_not_read_tries_again_unasked(
    database: Database,
    database_url: str,
    district: District,
    cluster: str,
    streaming: Streaming,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its feed is never started, so nothing wakes it."""
    monkeypatch.setattr(feed, "_RETRY_SECONDS", OFTEN)
    name = database_url.rpartition("/")[2]
    await press(database, district)
    async with asyncio.timeout(TIMEOUT_SECONDS), administered(cluster) as admin:
        await admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        stream = streaming(Feed(database_url))
        first = asyncio.ensure_future(anext(stream))
        await until(lambda: "cannot read changes yet" in caplog.text)
        await admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
        assert (await first).change.name == "RAISED"
        await stream.aclose()


@asynccontextmanager
async def administered(cluster: str) -> AsyncGenerator[Any, None]:
    """A connection to another database than the test's own."""
    admin = await asyncpg.connect(cluster)
    try:
        yield admin
    finally:
        await admin.close()
