"""PostgreSQL says goodbye before it hangs up: whoever asks in between asks again, and goes on."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlmodel import col

from api.feed import Feed
from domain.alarms.models import Alarm
from domain.audit.models import AuditChain
from domain.audit.service import Act, Source, record_alone
from domain.database import Database
from tests.client_examples.wire import Wire, wire_to
from tests.signals import make_due, press
from tests.waiting import until
from yiyang import worker
from yiyang.district.cast import District
from yiyang.sealing import keep_sealing


class Line:
    """A wire to a database, on which the server may say goodbye.

    Parameters:
        url: of the database behind the wire.
    """

    def __init__(self, wire: Wire, cluster: str, url: str) -> None:
        self.url = url
        self._wire = wire
        self._cluster = cluster

    async def say_goodbye(self) -> None:
        """End every connection to the database; those on the wire hear it, and are cut later."""
        self._wire.end_seconds = 3.0
        admin = await asyncpg.connect(self._cluster)
        cut = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1"
        await admin.execute(cut, self.url.rpartition("/")[2])
        await admin.close()


@pytest.fixture
async def line(cluster: str, database_url: str) -> AsyncGenerator[Line, None]:
    server = make_url(database_url)
    assert server.port
    async with wire_to(server.port) as wire:
        url = server.set(port=wire.port).render_as_string(hide_password=False)
        yield Line(wire, cluster, url)


@asynccontextmanager
async def running(part: Coroutine[Any, Any, None]) -> AsyncGenerator[None, None]:
    """A part that works meanwhile; if it ends by itself, that is the failure."""
    task = asyncio.create_task(part)
    try:
        yield
        assert not task.done(), task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_the_worker(line: Line, database: Database, district: District) -> None:
    ready = asyncio.Event()

    async def at_level(level: int) -> bool:
        return [row[0] for row in await database.fetch(select(col(Alarm.level)))] == [level]

    async def comes_to(level: int) -> None:
        async with database.transaction("test") as session:
            for alarm_id in (await session.scalars(select(col(Alarm.id)))).all():
                await make_due(session, alarm_id)
        await until(lambda: at_level(level))

    async with running(worker.work(line.url, ready.set)):
        await ready.wait()
        await press(database, district)
        await comes_to(2)
        await line.say_goodbye()
        await comes_to(3)


async def test_the_sealer(line: Line, database: Database) -> None:
    async def sealed(number: int) -> bool:
        return (await database.fetch(select(func.count(col(AuditChain.seq)))))[0][0] == number

    async def one_more(number: int) -> None:
        await record_alone(database, None, Source("request", "::1"), [Act("read", "elder")])
        await until(lambda: sealed(number))

    async with running(keep_sealing(line.url, None)):
        await one_more(1)
        await line.say_goodbye()
        await one_more(2)


async def test_the_feed(line: Line, database: Database, district: District) -> None:
    feed = Feed(line.url, look_seconds=0.05)
    await feed.start()
    with feed.subscribed(0) as subscriber:
        await looked(feed)
        await line.say_goodbye()
        await press(database, district)
        await subscriber.woken()
        await looked(feed)
    # Whatever has ended it comes out here.
    await feed.stop()


async def looked(feed: Feed) -> None:
    before = feed.reads
    await until(lambda: feed.reads is not before)
