"""Rows that belong to an elder, whatever their table: found by what the tables declare, so that a
new table cannot be forgotten, and moved from one elder to the other.

PostgreSQL is the referee twice: whether a row may stand beside those of the other elder its own
constraint says, and that nothing was forgotten the foreign keys, when the duplicate's row is
deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    LargeBinary,
    Table,
    Uuid,
    any_,
    bindparam,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from domain.constraints import constraint_name
from domain.crypto import Vault, place
from domain.metadata import METADATA
from domain.rotation import SealedColumn, sealed_columns
from domain.tables import POINTS_TO

ELDER = "elder.id"

STAYS: Mapping[str, str] = {
    "audit_entry": "says of which entry it was; it is chained, and never written again",
    "elder_merge.duplicate_id": "says which entry it was",
}
"""What goes on pointing at a duplicate that is gone, and why."""

ONLY_ADDED = ("ledger_account", "ledger_transfer")
"""Tables of a book: what was posted is never written again, so who has an account is not merged
away."""


@dataclass(frozen=True)
class Belonging:
    """A column that tells whose a row is."""

    column: Column[Any]

    @property
    def table(self) -> Table:
        """Whose column it is."""
        return self.column.table

    @property
    def name(self) -> str:
        """Names it where rows are remembered."""
        usual = self.column.name == "elder_id"
        return self.table.name if usual else f"{self.table.name}.{self.column.name}"

    @property
    def key(self) -> tuple[Column[Any], ...]:
        """The table's primary key."""
        return tuple(self.table.primary_key.columns)

    def sealed(self) -> list[SealedColumn]:
        """Columns whose values are bound to the elder."""
        return [
            one
            for one in sealed_columns(METADATA)
            if one.table is self.table and self.column in one.bound_to
        ]


def belongings() -> list[Belonging]:
    """Every column of every table that holds an elder's key."""
    return [
        Belonging(column)
        for table in METADATA.sorted_tables
        for column in table.columns
        if column.info.get(POINTS_TO) == ELDER
        or any(key.target_fullname == ELDER for key in column.foreign_keys)
    ]


def moving() -> list[Belonging]:
    """Those of rows that go with the elder."""
    return [one for one in belongings() if one.name not in STAYS]


async def move(
    session: AsyncSession, vault: Vault, one: Belonging, whose: UUID, to: UUID, keys: Sequence[Any]
) -> list[Any]:
    """Give rows to another elder; what is sealed to the one is sealed to the other.

    Parameters:
        keys: of which rows.

    Returns: the keys that they have then, for one may be part of them.
    Raises: DBAPIError where a constraint does not let them stand beside the other's.
    """
    for column in one.sealed():
        await _seal(session, vault, column, whose, to, keys)
    same = " AND ".join(f"this.{key.name} = chosen.{key.name}" for key in one.key)
    statement = text(
        f"UPDATE {one.table.name} AS this SET {one.column.name} = :to"
        f" FROM jsonb_populate_recordset(null::{one.table.name}, :keys) AS chosen"
        f" WHERE this.{one.column.name} = :whose AND {same}"
        f" RETURNING {key_of(one)}"
    ).bindparams(bindparam("keys", type_=JSONB))
    moved = await session.execute(statement, {"to": to, "whose": whose, "keys": list(keys)})
    return list(moved.scalars())


async def keys_of(session: AsyncSession, one: Belonging, whose: UUID) -> list[Any]:
    """The keys of an elder's rows, locked."""
    rows = await session.execute(
        text(
            f"SELECT {key_of(one)} FROM {one.table.name} AS this"
            f" WHERE this.{one.column.name} = :whose FOR UPDATE"
        ),
        {"whose": whose},
    )
    return list(rows.scalars())


async def try_to_move(
    session: AsyncSession, vault: Vault, one: Belonging, whose: UUID, to: UUID, keys: Sequence[Any]
) -> list[Any] | None:
    """``move``, or None where the rows, or one of them, cannot stand beside the other elder's: then
    all are as they were."""
    try:
        async with session.begin_nested():
            return await move(session, vault, one, whose, to, keys)
    except DBAPIError as failure:
        if constraint_name(failure) is None:
            raise
        return None


async def set_aside(
    session: AsyncSession, one: Belonging, whose: UUID, keys: Sequence[Any]
) -> list[Any]:
    """Take rows out that cannot stand beside another elder's. Returns: the rows, whole."""
    same = " AND ".join(f"this.{key.name} = chosen.{key.name}" for key in one.key)
    statement = text(
        f"DELETE FROM {one.table.name} AS this"
        f" USING jsonb_populate_recordset(null::{one.table.name}, :keys) AS chosen"
        f" WHERE this.{one.column.name} = :whose AND {same} RETURNING to_jsonb(this)"
    ).bindparams(bindparam("keys", type_=JSONB))
    return list((await session.execute(statement, {"whose": whose, "keys": list(keys)})).scalars())


async def put_back(session: AsyncSession, table: str, rows: Sequence[Any]) -> None:
    """The same rows again. Raises: DBAPIError where they cannot stand there any more."""
    statement = text(
        f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(null::{table}, :rows)"
    ).bindparams(bindparam("rows", type_=JSONB))
    await session.execute(statement, {"rows": list(rows)})


async def _seal(
    session: AsyncSession,
    vault: Vault,
    column: SealedColumn,
    whose: UUID,
    to: UUID,
    keys: Sequence[Any],
) -> None:
    """Seal values to another elder, of rows that are still the one's."""
    (whom,), (key,) = column.bound_to, column.key
    # A list would be a parameter each, of which a statement has 32,767 at most.
    wanted = key == any_(literal([UUID(one[key.name]) for one in keys], ARRAY(Uuid())))
    rows = await session.execute(
        select(key, column.column).where(whom == whose, wanted, column.column.is_not(None))
    )
    before, after = place(str(column), whose), place(str(column), to)
    fresh = [
        {"of": row[0], "anew": vault.seal_bytes(vault.open_bytes(row[1], before), after)}
        for row in rows
    ]
    if fresh:
        statement = update(column.table).where(key == bindparam("of"))
        statement = statement.values({column.column.name: bindparam("anew", type_=LargeBinary())})
        await (await session.connection()).execute(statement, fresh)


def key_of(one: Belonging) -> str:
    """SQL of the primary key of ``this``, as rows are remembered by."""
    parts = ", ".join(f"'{key.name}', this.{key.name}" for key in one.key)
    return f"jsonb_build_object({parts})"
