"""Leaky buckets of points, one for each client, shared by all API processes.

A bucket that is full has no row, so that the table holds those alone who have asked for something
lately. It is UNLOGGED: what a crash loses are debts of a few seconds.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col

from domain.database import Database
from domain.dropping import dropped
from domain.tables import Table, moment

RESTORE_SECONDS = 20
"""How long an empty bucket takes to be full again, whatever its size."""

_KEPT = timedelta(hours=1)
"""Long after it is full, an old row tells nothing."""


class CostBucket(Table, table=True):
    """What a client may still spend: as it was at a moment, and more since."""

    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    client_id: UUID = Field(primary_key=True)
    available: float
    size: float
    restored_at: datetime = Field(sa_column=moment())


_LEVEL = f"""least(excluded.size, bucket.available + excluded.size / {RESTORE_SECONDS}
    * greatest(0, extract(epoch FROM excluded.restored_at - bucket.restored_at)))"""

# What is inserted stands for a change to a full bucket: a row that is there takes over the change.
_POST = f"""
INSERT INTO cost_bucket AS bucket (client_id, available, size, restored_at)
SELECT client_id, size + change, size, clock_timestamp()
FROM unnest($1::uuid[], $2::float8[], $3::float8[]) AS posted (client_id, size, change)
ORDER BY client_id
ON CONFLICT (client_id) DO UPDATE SET
    available = least(excluded.size, {_LEVEL} + excluded.available - excluded.size),
    size = excluded.size,
    restored_at = greatest(bucket.restored_at, excluded.restored_at)
RETURNING client_id::text, least(size, available)"""

# As much as is wanted, or as there is; nothing where that is less than what is needed.
_LEASE = f"""
INSERT INTO cost_bucket AS bucket (client_id, available, size, restored_at)
VALUES ($1, $2::float8 - CASE WHEN $2 >= $3::float8 THEN least($2, $4::float8) ELSE 0 END,
    $2, clock_timestamp())
ON CONFLICT (client_id) DO UPDATE SET
    available = {_LEVEL} - CASE WHEN {_LEVEL} >= $3 THEN least($4, {_LEVEL}) ELSE 0 END,
    size = excluded.size,
    restored_at = greatest(bucket.restored_at, excluded.restored_at)
RETURNING new.available, coalesce(least(new.size, old.available + new.size / {RESTORE_SECONDS}
    * greatest(0, extract(epoch FROM new.restored_at - old.restored_at))), new.size)
    - new.available"""


@dataclass(frozen=True, slots=True)
class Leased:
    """What came of asking for points.

    Parameters:
        points: that may be spent now; none where there were too few.
        available: points that are left for others.
    """

    points: float
    available: float


@dataclass(frozen=True, slots=True)
class Change:
    """Points to be put back into a client's bucket; to be taken out where they are negative."""

    client_id: UUID
    size: float
    points: float


async def lease(
    database: Database, client_id: UUID, size: float, *, need: float, want: float
) -> Leased:
    """Take points out of a client's bucket.

    Parameters:
        size: of the bucket.
        need: points without which nothing is taken.
        want: points to be taken where there are so many; not less than ``need``.
    Raises: asyncpg's errors.
    """
    (row,) = await database.rows(_LEASE, (client_id, size, need, want), once=True, primary=True)
    return Leased(row[1], row[0])


async def post(database: Database, changes: list[Change]) -> dict[UUID, float]:
    """Change several buckets in one statement; what is available in each then.

    A bucket may owe points afterwards: what was given on credit is taken out in any case.

    Raises: asyncpg's errors.
    """
    arguments: tuple[list[Any], ...] = (
        [one.client_id for one in changes],
        [one.size for one in changes],
        [one.points for one in changes],
    )
    rows = await database.rows(_POST, arguments, once=True, primary=True)
    return {UUID(row[0]): row[1] for row in rows}


async def prune(session: AsyncSession) -> int:
    """Drop the rows of buckets that have long been full.

    Returns: how many were dropped.
    """
    old = col(CostBucket.restored_at) < func.now() - _KEPT
    return await dropped(session, CostBucket, old)
