"""Whom a row concerns: it says so itself, or the row that it is a part of does."""

from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Table, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import get_history

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
        row: of any table, deleted by now maybe; what was just taken from an elder is still theirs.
    """
    table: Table = row.__table__
    if table.name == ELDER:
        return row.id
    if (own := getattr(row, _WHOSE, None)) is not None:
        return own
    if _WHOSE in table.columns:
        return taken_from(row)
    if (part := _part(table)) is None:
        return None
    return await session.scalar(select(part.elder).where(part.whole == getattr(row, part.of.key)))


def taken_from(row: Any) -> UUID | None:
    """The elder from whom a row was just taken, whose ever it is now; None for nobody.

    Parameters:
        row: as above, not flushed since.
    """
    if _WHOSE not in row.__table__.columns:
        return None
    return next(iter(get_history(row, _WHOSE).deleted or ()), None)


@cache
def _part(table: Table) -> _Part | None:
    """By the foreign key that every row has to a table of which every row is somebody's."""
    for column in table.columns:
        for key in column.foreign_keys:
            elder = key.column.table.columns.get(_WHOSE)
            if elder is not None and not (column.nullable or elder.nullable):
                return _Part(column, key.column, elder)
    return None
