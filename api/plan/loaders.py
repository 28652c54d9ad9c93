"""The DataLoaders of one operation: siblings share statements, and nothing outlives the answer."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Protocol, TypeAlias

from sqlalchemy import ColumnElement, Row, Select
from sqlalchemy.dialects import postgresql
from strawberry.dataloader import DataLoader

from api.plan import consents, statements
from api.plan.shapes import (
    Listing,
    Many,
    One,
    OneBack,
    Order,
    RowType,
    source_of,
    target_of,
)
from api.relay import Page, PageArguments, PageInfo, encode_cursor
from domain import outbox
from domain.access import Actor
from domain.database import Database

Loader: TypeAlias = DataLoader[Any, Any]
AnyRow: TypeAlias = Row[*tuple[Any, ...]]


class ReadBeside(Protocol):
    """Reads something of rows beside their columns."""

    def __call__(
        self, database: Database, keys: Collection[Any], *, primary: bool = False
    ) -> Awaitable[Mapping[Any, Any]]:
        """What there is, by the rows' keys."""
        ...


class SharedLoader(DataLoader[Any, Any]):
    """A DataLoader whose loads are shared by fields that know nothing of each other: one that is
    cancelled, because a field beside it failed, takes nothing from the others."""

    def load(self, key: Any) -> Awaitable[Any]:  # pyright: ignore[reportIncompatibleMethodOverride]  # a future of its own is what matters
        """What ``key`` stands for."""
        return asyncio.shield(super().load(key))


class Loaders:
    """Reads declared rows for one actor.

    Parameters:
        database: where from; every batch borrows a connection of its own.
        actor: whose predicate every statement carries.

    Attributes:
        statement_count: of what has been read.
        batches: each loader's, in the order in which they were loaded, and for how many keys.
    """

    def __init__(self, database: Database, actor: Actor) -> None:
        self._database = database
        self._actor = actor
        self._loaders: dict[Hashable, Loader] = {}
        self._primary = False
        self._ran: list[Select[*tuple[Any, ...]]] = []
        self.statement_count = 0
        self.batches: list[dict[str, Any]] = []

    @property
    def statements(self) -> list[str]:
        """The SQL that was run, except for the stream's head."""
        dialect = postgresql.asyncpg.dialect()
        return [str(statement.compile(dialect=dialect)) for statement in self._ran]

    def forget(self) -> None:
        """Read anew from here on."""
        self._loaders.clear()

    def begin_anew(self) -> None:
        """Forget also what has been done."""
        self.forget()
        self._ran.clear()
        self.batches.clear()
        self.statement_count = 0

    def forget_after_write(self) -> None:
        """Read anew from here on, and where the write is sure to be seen."""
        self._primary = True
        self.forget()

    def by_key(self, row_type: RowType) -> Loader:
        """Key -> instance, or None where there is none to be seen."""

        async def load(keys: list[Any]) -> Sequence[Any]:
            statement = statements.rows_by_key(row_type, self._actor, keys)
            rows = await self._fetch(statement)
            name = row_type.key.key
            found = {getattr(row, name): _instance(row_type, row) for row in rows}
            return [found.get(key) for key in keys]

        return self._loader(("key", row_type.prefix or row_type.table.name), row_type, load)

    def one(self, declaration: One) -> Loader:
        """Key of the row pointed to -> instance or None."""
        return self.by_key(target_of(declaration.column))

    def many(self, declaration: Many, day: date | None = None) -> Loader:
        """Parent's key -> list of instances, or of values.

        Parameters:
            day: of which they are asked for, where the declaration is of a day.
        """
        target = source_of(declaration.column)

        async def load(parents: list[Any]) -> Sequence[Any]:
            rows = await self._fetch(statements.children(declaration, self._actor, parents, day))
            found: dict[Any, list[Any]] = defaultdict(list)
            for row in rows:
                child = row[1] if declaration.value is not None else _instance(target, row)
                found[row[0]].append(child)
            return [found[parent] for parent in parents]

        return self._loader((declaration, day), target, load)

    def one_back(self, declaration: OneBack) -> Loader:
        """Parent's key -> instance, or None where there is none to be seen."""
        target = source_of(declaration.column)

        async def load(parents: list[Any]) -> Sequence[Any]:
            rows = await self._fetch(statements.first_children(declaration, self._actor, parents))
            found = {row[0]: _instance(target, row) for row in rows}
            return [found.get(parent) for parent in parents]

        return self._loader(declaration, target, load)

    def consents(self) -> Loader:
        """Elder's key -> what they let the actor see, as one of the family."""
        links = source_of(consents.ELDER)

        async def load(elders: list[Any]) -> Sequence[Any]:
            found = await self._fetch(consents.statement(self._actor, elders))
            scopes = {row[0]: consents.scopes_of(row) for row in found}
            return [scopes.get(elder, frozenset()) for elder in elders]

        return self._loader("consents", links, load)

    def own(self) -> Loader:
        """Account's key, or None -> whether it is the actor's, or the same person's."""
        accounts = source_of(statements.ACCOUNT)

        async def load(keys: list[Any]) -> Sequence[Any]:
            mine = {row[0] for row in await self._fetch(statements.own(self._actor, keys))}
            return [key in mine for key in keys]

        return self._loader("own", accounts, load)

    def beside(self, row_type: RowType, read: ReadBeside) -> Loader:
        """Key -> what is read of a row beside its columns, or None.

        Parameters:
            read: in a bounded number of statements.
        """

        async def load(keys: list[Any]) -> Sequence[Any]:
            self.statement_count += 1
            found = await read(self._database, keys, primary=self._primary)
            return [found.get(key) for key in keys]

        return self._loader(("beside", read), row_type, load)

    def pages(self, declaration: Listing, arguments: PageArguments) -> Loader:
        """Parent's key -> page of the rows that point to it."""
        column = declaration.column
        target = source_of(column)

        async def load(parents: list[Any]) -> Sequence[Any]:
            position = await self._stream_position(target)
            statement = statements.pages_of_parents(
                target, self._actor, declaration.order, arguments, column, parents
            )
            found: dict[Any, list[AnyRow]] = defaultdict(list)
            for row in await self._fetch(statement):
                found[row[0]].append(row)
            return [
                self._page(
                    target,
                    declaration.order,
                    arguments,
                    found[parent],
                    partial(self._counts(declaration).load, parent),
                    position,
                )
                for parent in parents
            ]

        return self._loader((declaration, arguments), target, load)

    async def page(
        self,
        row_type: RowType,
        order: Order,
        arguments: PageArguments,
        conditions: Sequence[ColumnElement[bool]] = (),
    ) -> Page:
        """A page of a whole table, as far as the actor sees it."""
        position = await self._stream_position(row_type)
        rows = await self._fetch(
            statements.page(row_type, self._actor, order, arguments, conditions)
        )

        async def total() -> int:
            counted = await self._fetch(statements.count(row_type, self._actor, conditions))
            return counted[0][0]

        return self._page(row_type, order, arguments, rows, total, position)

    def _counts(self, declaration: Listing) -> Loader:
        """Parent's key -> how many rows point to it."""
        target = source_of(declaration.column)

        async def load(parents: list[Any]) -> Sequence[Any]:
            statement = statements.counts_of_parents(
                target, self._actor, declaration.column, parents
            )
            found: dict[Any, int] = {row[0]: row[1] for row in await self._fetch(statement)}
            return [found.get(parent, 0) for parent in parents]

        return self._loader(("count", declaration), target, load)

    def _page(
        self,
        row_type: RowType,
        order: Order,
        arguments: PageArguments,
        rows: Sequence[AnyRow],
        count: Callable[[], Awaitable[int]],
        position: int,
    ) -> Page:
        more = len(rows) > arguments.size
        kept = rows[: arguments.size]
        if arguments.backward:
            kept = kept[::-1]
        names = [column.key for column in order.columns]
        cursors = [encode_cursor([getattr(row, name) for name in names]) for row in kept]

        return Page(
            nodes=[_instance(row_type, row) for row in kept],
            cursors=cursors,
            page_info=PageInfo(
                has_next_page=arguments.before is not None if arguments.backward else more,
                has_previous_page=more if arguments.backward else arguments.after is not None,
                start_cursor=cursors[0] if cursors else None,
                end_cursor=cursors[-1] if cursors else None,
            ),
            count=count,
            stream_position=position,
        )

    async def _stream_position(self, row_type: RowType) -> int:
        """Where the stream stood before the page was read: a subscriber who resumes from there
        misses nothing that the page does not show."""
        if not row_type.streamed:
            return 0
        self.statement_count += 1
        async with self._database.reading(primary=self._primary) as connection:
            return await outbox.head(connection)

    async def _fetch(self, statement: Select[*tuple[Any, ...]]) -> Sequence[AnyRow]:
        self.statement_count += 1
        self._ran.append(statement)
        return await self._database.fetch(statement, primary=self._primary)

    def _loader(
        self, key: Hashable, row_type: RowType, load: Callable[[list[Any]], Awaitable[Any]]
    ) -> Loader:
        loader = self._loaders.get(key)
        if loader is None:

            async def noted(keys: list[Any]) -> Any:
                self.batches.append({"table": row_type.table.name, "keys": len(keys)})
                return await load(keys)

            loader = self._loaders[key] = SharedLoader(load_fn=noted)
        return loader


def _instance(row_type: RowType, row: AnyRow) -> Any:
    return row_type.instance(dict(row._mapping))  # pyright: ignore[reportPrivateUsage]  # public API
