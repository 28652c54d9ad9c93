"""Lists around a point: pages of what lies there, the nearest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

import strawberry
from sqlalchemy import Select, func, select

from api.context import Context, Info
from api.describe import output
from api.relay import Connection, PageArguments, PageInfo, decode_cursor, encode_cursor
from domain.geo import nearest

T = TypeVar("T")


@dataclass(frozen=True)
class NearestPage:
    """A page of a list around a point.

    Parameters:
        rows: ``id``, ``metres`` and what else was selected, in the list's order.
        cursors: of each.
    """

    rows: Sequence[Any]
    cursors: Sequence[str]
    info: PageInfo


async def nearest_page(
    context: Context, found: Select[*tuple[Any, ...]], page: PageArguments
) -> NearestPage:
    """One statement.

    Parameters:
        found: the whole list, in no order: ``id``, ``metres`` and what else is wanted.
    """
    statement = nearest(
        found,
        page.size,
        after=_place(page.after, "after"),
        before=_place(page.before, "before"),
        backward=page.backward,
    )
    rows = list(await context.database.fetch(statement))
    more, kept = len(rows) > page.size, rows[: page.size]
    if page.backward:
        kept.reverse()
    cursors = [encode_cursor([row.metres, row.id]) for row in kept]
    info = PageInfo(
        has_next_page=page.before is not None if page.backward else more,
        has_previous_page=more if page.backward else page.after is not None,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )
    return NearestPage(kept, cursors, info)


async def count_all(context: Context, found: Select[*tuple[Any, ...]]) -> int:
    """How many rows the whole list has; one statement."""
    counted = select(func.count()).select_from(found.subquery())
    return (await context.database.fetch(counted))[0][0]


def _place(cursor: str | None, argument: str) -> tuple[float, UUID] | None:
    if cursor is None:
        return None
    metres, key = decode_cursor(cursor, [float, UUID], argument)
    return metres, key


@output
class NearestConnection(Connection[T], Generic[T]):
    """Rows near a point, the nearest first."""

    def of(self, found: Select[*tuple[Any, ...]]) -> Self:
        """The same, of the whole list that ``found`` selects."""
        self._found = found
        return self

    @strawberry.field(
        description="How many rows the whole list has for you; counted only when asked for."
    )
    async def total_count(self, info: Info) -> int:  # pyright: ignore[reportIncompatibleVariableOverride] # read where the others have it
        """One more statement."""
        return await count_all(info.context, self._found)
