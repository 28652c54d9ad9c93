"""Telemetry's days: partitions are made ahead, and dropped when their time is over.

What no day takes, as no clock of ours will soon show it or it lies too far back, lies in the
default partition, so that a bridge never lacks one. When a day is made, the rows of that day move
there: the key that tells redelivery from news holds over both.

The functions in the database do it with its owner's rights (migration 0028): the service may write
telemetry, but neither make nor drop tables.
"""

import asyncio
from datetime import timedelta
from typing import Final

from sqlalchemy import Integer, Interval, bindparam, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from domain.database import Database

AHEAD_DAYS: Final = 7
"""How far ahead partitions are made: for so long a worker may be away."""

_TRIES: Final = 20
_PAUSE_S: Final = 0.5  # in which those who waited behind us go on
_LOCKED: Final = "55P03"


async def make_ahead(database: Database) -> int:
    """Make the partitions of today and of the next days.

    Returns: how many were made.
    Raises: DBAPIError where another transaction holds the default partition for a second.
    """
    made = 0
    for days in range(AHEAD_DAYS + 1):
        async with database.transaction("telemetry") as session:
            made += bool(await session.scalar(_MAKE, {"days": days}))
    return made


async def drop_days(database: Database, keep: timedelta) -> int:
    """Drop the partitions whose days are older than ``keep``, each in a transaction of its own:
    a bridge waits for the lock of a drop for 200 ms at most, and what cannot be had in so little
    time is tried again.

    Returns: how many were dropped.
    Raises: DBAPIError where that never succeeds.
    """
    dropped, tries = 0, 0
    while True:
        try:
            async with database.transaction("telemetry") as session:
                if not await session.scalar(_DROP, {"days": keep.days}):
                    return dropped
        except DBAPIError as failure:
            tries += 1
            if getattr(failure.orig, "sqlstate", None) != _LOCKED or tries == _TRIES:
                raise
            await asyncio.sleep(_PAUSE_S)
        else:
            dropped += 1


async def drop_strays(session: AsyncSession, keep: timedelta) -> int:
    """Drop the rows of the default partition that were received longer ago than ``keep``.

    Returns: how many there were.
    """
    return len((await session.execute(_DROP_STRAYS, {"keep": keep})).all())


_DROP_STRAYS = text(
    "DELETE FROM telemetry_default WHERE received_at < now() - :keep RETURNING 1"
).bindparams(bindparam("keep", type_=Interval()))
_MAKE = text("SELECT make_telemetry_day((now() AT TIME ZONE 'UTC')::date + :days)").bindparams(
    bindparam("days", type_=Integer())
)
_DROP = text("SELECT drop_telemetry_day((now() AT TIME ZONE 'UTC')::date - :days)").bindparams(
    bindparam("days", type_=Integer())
)
