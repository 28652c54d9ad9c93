"""The rows of a table that are about one elder, by the way that ``holdings`` names."""

from uuid import UUID

from sqlalchemy import Column, ColumnElement, Select, Table, and_, select

from domain.metadata import METADATA
from domain.rights.holdings import HOLDINGS


def rows_about(name: str, elder_id: UUID, *, alone: bool = False) -> ColumnElement[bool]:
    """The rows of a table that are about an elder.

    Parameters:
        name: the table's.
        alone: but for rows that are somebody else's, too: whoever was also a volunteer, say.
    """
    table, via = METADATA.tables[name], HOLDINGS[name].via
    if "." in via:
        about = _key(table).in_(_pointing(via, elder_id))
        others = _key(table).not_in(_pointing(via, elder_id, others=True))
        return and_(about, others) if alone else about
    column = table.c[via]
    target = _target(column)
    if name == "elder" or target is None or target.name == "elder":
        return column == elder_id
    theirs = rows_about(target.name, elder_id, alone=alone)
    return column.in_(select(_key(target)).where(theirs))


def _pointing(via: str, elder_id: UUID, *, others: bool = False) -> Select[tuple[UUID]]:
    """The keys that an elder's rows of another table point to; or that the others do."""
    pointing, _, name = via.partition(".")
    column = METADATA.tables[pointing].c[name]
    about = rows_about(pointing, elder_id)
    # An account of nobody's has no elder: "not the elder's" must hold for it, too.
    chosen = about.is_not(True) if others else about
    return select(column).where(chosen, column.is_not(None))


def _target(column: Column[UUID]) -> Table | None:
    """The table that a column points to; None where it points to none."""
    return next((key.column.table for key in column.foreign_keys), None)


def _key(table: Table) -> Column[UUID]:
    (key,) = table.primary_key.columns
    return key
