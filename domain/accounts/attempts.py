"""Tries at doors where tokens are given out, counted by all processes together.

Each thing that is counted has a bucket that leaks: so many tries at once, then one in so many
seconds. One moment says how full it is, the moment at which it will be empty; who has not tried
lately has no row. The table is UNLOGGED: what a crash loses is a minute's counting.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col

from domain.database import Database
from domain.dropping import dropped
from domain.errors import TooManyAttempts
from domain.tables import Table, keyed_hash, moment


class AuthAttempt(Table, table=True):
    """One thing that was tried lately: an address, or what is attacked from it."""

    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: bytes = Field(sa_column=keyed_hash(primary_key=True))
    empty_at: datetime = Field(sa_column=moment())


@dataclass(frozen=True, slots=True)
class Limit:
    """How often something may be tried.

    Parameters:
        at_once: tries without a pause.
        seconds: after which one more is free.
    """

    at_once: int
    seconds: float


# A try that finds the bucket full leaves it as it is: who hammers on waits no longer for it.
_SPEND = """
INSERT INTO auth_attempt AS known (key, empty_at)
VALUES ($1, clock_timestamp() + $3::interval)
ON CONFLICT (key) DO UPDATE SET empty_at = CASE
    WHEN known.empty_at > clock_timestamp() + $3 * ($2::integer - 1) THEN known.empty_at
    ELSE greatest(known.empty_at, clock_timestamp()) + $3 END
RETURNING old.empty_at IS NOT DISTINCT FROM new.empty_at,
    extract(epoch FROM new.empty_at - $3 * ($2 - 1) - clock_timestamp())::float8"""

_GIVE_BACK = """
UPDATE auth_attempt SET empty_at = empty_at - $2::interval WHERE key = $1 RETURNING 1"""


async def spend(database: Database, key: bytes, limit: Limit) -> int | None:
    """Count one try.

    Parameters:
        key: of what is tried, hashed.
    Returns: None if it may be made; else after how many seconds to come again.
    Raises: asyncpg's errors.
    """
    every = timedelta(seconds=limit.seconds)
    (row,) = await database.rows(_SPEND, (key, limit.at_once, every), once=True, primary=True)
    is_full, wait = row
    return max(1, math.ceil(wait)) if is_full else None


async def count(database: Database, tried: Sequence[tuple[bytes, Limit]]) -> None:
    """Count one try of each of some things.

    Raises: TooManyAttempts(seconds); asyncpg's errors.
    """
    for key, limit in tried:
        wait = await spend(database, key, limit)
        if wait is not None:
            raise TooManyAttempts(seconds=wait)


async def give_back(database: Database, spent: Sequence[tuple[bytes, Limit]]) -> None:
    """Count a try no longer: it was no attack.

    Raises: asyncpg's errors.
    """
    for key, limit in spent:
        every = timedelta(seconds=limit.seconds)
        await database.rows(_GIVE_BACK, (key, every), once=True, primary=True)


async def prune(session: AsyncSession) -> int:
    """Drop the rows of buckets that are empty.

    Returns: how many were dropped.
    """
    empty = col(AuthAttempt.empty_at) < func.now()
    return await dropped(session, AuthAttempt, empty)
