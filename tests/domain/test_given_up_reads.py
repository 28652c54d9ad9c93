"""A read that nobody waits for any more does not keep PostgreSQL at work."""

import asyncio
import time

import asyncpg
import pytest

from domain.database import Database

_AT_WORK = """SELECT count(*) FROM pg_stat_activity
  WHERE query LIKE 'SELECT ''given up''%' AND state = 'active'"""
_PATIENCE_SECONDS = 20


async def test_postgresql_gives_it_up_too(database_url: str) -> None:
    database = Database(database_url, pool_size=1)
    other = await asyncpg.connect(database_url)

    async def at_work(number: int) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while await other.fetchval(_AT_WORK) != number:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)

    reader = asyncio.create_task(database.rows("SELECT 'given up', pg_sleep(600)", (), once=True))
    await at_work(1)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    await at_work(0)
    await other.close()
    await database.close()
