"""Whom a row concerns: it says so itself, or the row that it is a part of does."""

from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.audit.disclosures import ELDER

_WHOSE = "elder_id"


class _Part(NamedTuple):
    """A table whose rows are parts of an elder's.

    Parameters:
        of: its column that names the whole.
        whole: what that points at.
        elder: whose the whole is.
    """

    of: Column[Any]
    whole: Column[Any]
    elder: Column[Any]


async def elder_of(session: AsyncSession, row: Any) -> UUID | None:
    """The elder whom the audit trail names with a row; None where it is nobody's.

    Parameters:
        row: of any table, deleted by now maybe.
    """
    table: Table = row.__table__
    if table.name == ELDER:
        return row.id
    own: UUID | None = getattr(row, _WHOSE, None)
    part = _part(table) if own is None else None
    if part is None:
        return own
    return await session.scalar(select(part.elder).where(part.whole == getattr(row, part.of.key)))


@cache
def _part(table: Table) -> _Part | None:
    """By the foreign key that every row has to a table of which every row is somebody's."""
    for column in table.columns:
        for key in column.foreign_keys:
            elder = key.column.table.columns.get(_WHOSE)
            if elder is not None and not (column.nullable or elder.nullable):
                return _Part(column, key.column, elder)
    return None
