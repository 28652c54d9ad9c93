"""Key rotation: what was sealed with an old key is sealed anew with the current one.

It runs beside the service. A batch locks its rows for as long as it takes to seal them, and passes
over rows that somebody else has locked: it never waits, so it is never part of a deadlock, and
nobody's change is lost. Whatever it has done is done: it may be stopped at any moment, and goes on
with what is left. PIPL article 51; GM/T and NIST SP 800-57 both bound the life of a key.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    MetaData,
    RowMapping,
    Table,
    and_,
    bindparam,
    func,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from domain.crypto import Vault, place
from domain.database import Database
from domain.tables import SEALED

BATCH = 100
"""Rows that are sealed anew in one transaction; the largest have half a megabyte."""

_KEY_ID_BYTES = 4
_WRITER = "keys rotate"


@dataclass(frozen=True)
class SealedColumn:
    """A column of ciphertext.

    Parameters:
        bound_to: columns of the row that its values are bound to.
    """

    column: Column[bytes]
    bound_to: tuple[Column[Any], ...]

    def __str__(self) -> str:
        return f"{self.table.name}.{self.column.name}"

    @property
    def table(self) -> Table:
        """Whose column it is."""
        return self.column.table

    @property
    def key(self) -> tuple[Column[Any], ...]:
        """The table's primary key."""
        return tuple(column for column in self.table.columns if column.primary_key)

    @property
    def key_id(self) -> ColumnElement[bytes]:
        """SQL of the id of the key that a value was sealed with."""
        return func.substr(self.column, 1, _KEY_ID_BYTES, type_=LargeBinary)

    def place(self, row: RowMapping) -> str:
        """Where the value of a row is sealed for."""
        return place(str(self), *(row[column.name] for column in self.bound_to))

    def name_of(self, row: RowMapping) -> str:
        """Names a value, for an operator who has to look after it."""
        return f"{self} of {', '.join(str(row[column.name]) for column in self.key)}"


def sealed_columns(metadata: MetaData) -> list[SealedColumn]:
    """Every column of ciphertext, as the models declare them."""
    return [
        SealedColumn(column, _columns(table, column.info[SEALED]))
        for table in metadata.sorted_tables
        for column in table.columns
        if SEALED in column.info
    ]


def _columns(table: Table, names: tuple[str, ...]) -> tuple[Column[Any], ...]:
    return tuple(table.columns[name] for name in names)


async def counted(database: Database, column: SealedColumn) -> dict[str, int]:
    """How many values of a column each key has sealed, by the key's id."""
    kept = select(column.key_id, func.count()).where(column.column.is_not(None))
    statement = kept.group_by(text("1"))
    rows = await database.fetch(statement, primary=True)
    return {Vault.key_id(key): number for key, number in rows}


@dataclass
class Rotation:
    """Seals one column anew.

    Parameters:
        done: is told of how many rows have been looked at, after each batch.
    """

    database: Database
    vault: Vault
    column: SealedColumn
    done: Callable[[int], None]

    async def run(self) -> list[str]:
        """Go once through the rows that an old key has sealed.

        Rows that somebody else was writing are passed over: ``counted`` tells whether there are
        any, and another run finds them.

        Returns: names of the values that do not open: their key is not here, or they have been
            tampered with.
        """
        broken: list[str] = []
        after: Sequence[Any] | None = None
        while True:
            async with self.database.transaction(_WRITER) as session:
                rows = await self._locked(session, after)
                fresh = [self._anew(row, broken) for row in rows]
                await self._write(session, [values for values in fresh if values])
            if not rows:
                return broken
            after = [rows[-1][column.name] for column in self.column.key]
            self.done(len(rows))

    async def _locked(
        self, session: AsyncSession, after: Sequence[Any] | None
    ) -> Sequence[RowMapping]:
        column, key = self.column, self.column.key
        old = and_(column.column.is_not(None), column.key_id != self.vault.current.encode())
        statement = select(*dict.fromkeys((*key, *column.bound_to, column.column))).where(old)
        if after is not None:
            statement = statement.where(tuple_(*key) > tuple_(*after))
        # Rows may still be pointed at meanwhile: no key of theirs is changed.
        statement = statement.with_for_update(skip_locked=True, key_share=True)
        return (await session.execute(statement.order_by(*key).limit(BATCH))).mappings().all()

    def _anew(self, row: RowMapping, broken: list[str]) -> dict[str, Any] | None:
        """The values for a row's update; None for one that does not open."""
        where = self.column.place(row)
        try:
            plain = self.vault.open_bytes(row[self.column.column.name], where)
        except (KeyError, InvalidTag):
            broken.append(self.column.name_of(row))
            return None
        key = {f"key_{one.name}": row[one.name] for one in self.column.key}
        return {**key, "anew": self.vault.seal_bytes(plain, where)}

    async def _write(self, session: AsyncSession, fresh: list[dict[str, Any]]) -> None:
        if not fresh:
            return
        column = self.column
        rows = and_(*(one == bindparam(f"key_{one.name}", type_=one.type) for one in column.key))
        statement = update(column.table).where(rows).values({column.column: bindparam("anew")})
        await (await session.connection()).execute(statement, fresh)
