"""Many new rows at once."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


class Keyed(Protocol):
    """A row whose key is a UUIDv7."""

    id: UUID


async def add_many(session: AsyncSession, rows: Sequence[Keyed]) -> None:
    """Write new rows of tables whose keys PostgreSQL makes.

    Of rows whose keys it does not know, SQLAlchemy sends each by itself, to tell whose key is
    which; so they are asked for first, all at once.
    """
    made = select(func.uuidv7()).select_from(func.generate_series(1, len(rows)))
    for row, key in zip(rows, await session.scalars(made), strict=True):
        row.id = key
    session.add_all(rows)
    await session.flush()
