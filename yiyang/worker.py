"""``yiyang work``: runs the durable jobs that transactions have asked for.

A job is taken by one worker at a time and may run twice if a worker dies over it, so each
handler changes nothing the second time.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import asyncpg
from pgqueuer import PgQueuer, RetryRequested
from pgqueuer.models import Job, Schedule

from domain import outbox
from domain.alarms import service as alarms
from domain.database import Database

log = logging.getLogger("yiyang.worker")

OUTBOX_KEPT = timedelta(days=7)
"""How far back a subscriber may resume."""

_LONGEST_SLEEP = timedelta(seconds=1)
_RETRY_SECONDS = 2
_RETRY_AFTER = timedelta(seconds=2)


async def work(database_url: str, ready: Callable[[], None]) -> None:
    """Run jobs until cancelled; a database that goes away is waited for.

    Parameters:
        ready: called each time the worker has begun to take jobs.
    """
    database = Database(database_url, pool_size=5)
    try:
        while True:
            try:
                await _work_on_one_connection(database, ready)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("The database is away, trying again: %s", error)
            await asyncio.sleep(_RETRY_SECONDS)
    finally:
        await database.close()


async def _work_on_one_connection(database: Database, ready: Callable[[], None]) -> None:
    connection = await asyncpg.connect(database.url)
    try:
        queue = PgQueuer.from_asyncpg_connection(connection)
        _register(queue, database)
        ready()
        await queue.run(dequeue_timeout=_LONGEST_SLEEP)
    finally:
        connection.terminate()


def _register(queue: PgQueuer, database: Database) -> None:
    @queue.entrypoint(alarms.ESCALATE_JOB)
    async def escalate(job: Job) -> None:  # pyright: ignore[reportUnusedFunction] # registered
        arguments = json.loads(job.payload or b"{}")
        try:
            async with database.transaction("worker") as session:
                await alarms.escalate(session, UUID(arguments["alarm_id"]), arguments["level"])
        except Exception as failure:
            # Without this the queue would give the job up, and with it someone's call for help.
            log.exception("job %s failed and is tried again", job.id)
            raise RetryRequested(_RETRY_AFTER) from failure

    @queue.schedule("outbox.prune", "17 * * * *")
    async def prune(_: Schedule) -> None:  # pyright: ignore[reportUnusedFunction] # registered
        async with database.transaction("worker") as session:
            dropped = await outbox.prune(session, OUTBOX_KEPT)
        log.info("dropped %d events older than %s", dropped, OUTBOX_KEPT)
