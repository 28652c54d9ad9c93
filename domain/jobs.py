"""Durable jobs, enqueued in the transaction of the change that asks for them.

The queue is PgQueuer's, in the same database: a job of a transaction that rolled back never was.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Job:
    """Work to be done later, at least once.

    Parameters:
        name: the handler's name in the worker.
        arguments: JSON-able arguments.
        after: how long to wait.
        key: one job of a key waits at a time; a second is dropped.
    """

    name: str
    arguments: dict[str, Any]
    after: timedelta
    key: str


def enqueue(session: AsyncSession, job: Job) -> None:
    """Have a job written with the transaction."""
    session.info.setdefault("jobs", []).append(job)


async def write_enqueued(session: AsyncSession) -> None:
    """Write the transaction's jobs; the session is flushed and its transaction has begun."""
    jobs: list[Job] = session.info.pop("jobs", [])
    if not jobs:
        return
    # PgQueuer brings its command line along; a process that never enqueues need not wait for it.
    from pgqueuer.db import AsyncpgDriver
    from pgqueuer.queries import Queries

    raw = await (await session.connection()).get_raw_connection()
    assert raw.driver_connection is not None
    await Queries(AsyncpgDriver(raw.driver_connection)).enqueue(
        [job.name for job in jobs],
        [json.dumps(job.arguments).encode() for job in jobs],
        [0 for _ in jobs],
        [job.after for job in jobs],
        [job.key for job in jobs],
        on_conflict="skip",
    )
