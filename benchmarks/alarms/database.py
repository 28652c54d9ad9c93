"""PostgreSQL dies, or answers nothing."""

import asyncio
import os
import signal
from contextlib import suppress

import asyncpg
import psutil

from benchmarks.alarms.calls import Scale, calling
from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.stand import Stand
from yiyang.embedded.postgres import EmbeddedPostgres

_EARLY = 0.3
"""Of the calls that have a receipt when it happens."""

_PAUSE_S = 0.1


async def killed(stand: Stand, scale: Scale) -> Outcome:
    """``kill -9`` of the server, and some time until it runs again."""
    async with calling(stand, scale) as calls:
        await calls.confirmed(_EARLY)
        assert stand.postgres.pid is not None
        os.kill(stand.postgres.pid, signal.SIGKILL)
        await asyncio.sleep(scale.outage_s)
        await start(stand.postgres)
        return await calls.outcome("PostgreSQL killed")


async def frozen(stand: Stand, scale: Scale) -> Outcome:
    """The server's processes stand still: connections stay open, and nobody answers on them."""
    async with calling(stand, scale) as calls:
        await calls.confirmed(_EARLY)
        server = psutil.Process(stand.postgres.pid)
        server.suspend()  # first: from then on nobody is started
        workers = server.children(recursive=True)
        for worker in workers:
            worker.suspend()
        try:
            await asyncio.sleep(scale.freeze_s)
        finally:
            for process in (*workers, server):
                process.resume()
        return await calls.outcome(f"PostgreSQL frozen for {scale.freeze_s:g} s")


async def start(postgres: EmbeddedPostgres) -> None:
    """Start it again and wait until it takes connections, while all others go on.

    What is left of a server that was killed may be in the way for a moment: it is tried again.
    """
    while True:
        postgres.launch()
        with suppress(OSError, asyncpg.PostgresError):
            connection = await asyncpg.connect(postgres.url)
            await connection.close()
            return
        await asyncio.sleep(_PAUSE_S)
