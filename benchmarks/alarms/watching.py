"""Who sees all while something goes wrong."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg

from benchmarks.alarms.calls import here
from benchmarks.alarms.desk import Desk
from benchmarks.alarms.stand import Stand
from domain.access import Role


@asynccontextmanager
async def watched(stand: Stand) -> AsyncGenerator[tuple[asyncpg.Connection, Desk], None]:
    """A desk that is told of every alarm anywhere from now on, and a connection to the database."""
    connection = await asyncpg.connect(stand.postgres.url)
    try:
        desk = Desk(stand.ws_url, stand.token(Role.ADMIN), await here(stand))
        listening = asyncio.create_task(desk.run())
        try:
            yield connection, desk
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
    finally:
        await connection.close()
