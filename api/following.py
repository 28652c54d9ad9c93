"""A row that somebody waits for: as it is, then as it becomes, until nothing more comes of it.

It is no cursor into the outbox: each stream begins with what is, so nothing is lost between two.
What is looked at after the same news is read once for all who follow the same row with the same
rights.
"""

from collections.abc import AsyncGenerator, Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from api.context import Context
from api.plan.shapes import row_type_of
from api.plan.values import later
from domain.errors import NotFound

T = TypeVar("T")

_NOWHERE = -1
"""A position that the outbox's head never has: who is there is woken by every look."""

Marks = tuple[Any, ...]
"""What tells one look from the next: the state, then whatever grows."""


@dataclass(frozen=True)
class Followed:
    """Rows of a type, by what changes of them.

    Parameters:
        node: the declared type.
        topic: of the outbox's events that tell of them.
        marks: columns, the state first.
        going: states in which more may come.
    """

    node: type
    topic: str
    marks: tuple[Any, ...]
    going: Collection[Any]

    async def check(self, context: Context, key: UUID) -> None:
        """Raises: NotFound(id) for a row that is not to be seen."""
        if await self._marks(context, key) is None:
            raise NotFound("id")

    async def changes(
        self, context: Context, key: UUID, told: Callable[[Any], T]
    ) -> AsyncGenerator[T, None]:
        """The row as it is, then whenever it has changed; ends with it.

        Parameters:
            told: what is told of the row.
        """
        shown = None
        with context.feed.subscribed(_NOWHERE, topic=self.topic) as subscriber:
            while True:
                context.begin_look()
                try:
                    marks = await self._marks(context, key)
                except Exception as failure:
                    await subscriber.waits_out(failure, context.request_id)
                    continue
                if marks is None:
                    return
                if marks != shown:
                    context.begin_event(".".join(map(str, marks)))
                    context.stay_current()
                    yield told(later(context, row_type_of(self.node), key))
                    # What the client's rights kept back, its new rights are asked for.
                    shown = marks if context.was_delivered else None
                elif marks[0] in self.going:
                    await subscriber.woken()
                else:
                    return

    async def _marks(self, context: Context, key: UUID) -> Marks | None:
        """None where the actor sees no such row."""
        row_type, actor = row_type_of(self.node), context.actor

        async def read() -> Marks | None:
            statement = select(*self.marks).where(row_type.key == key, row_type.visible(actor))
            rows = await context.database.fetch(statement, primary=True)
            return tuple(rows[0]) if rows else None

        return await context.shared((self.topic, key, actor), read)
