"""Changes of one kind of object read from the outbox, for whoever waits on a stream and for whoever
polls.

A reader is nothing but a position in the outbox. Each step reads what lies between its position
and the head, with the actor's predicate of that moment; so rights are checked at each delivery,
and a slow reader holds no memory.

    CHANGES = Changes(TOPIC, Alarm, AlarmChange, AlarmChanged.of)
"""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Subquery, func, select, true
from sqlmodel import col

from api.context import Context
from api.gaps import Lag
from api.plan.arguments import Arguments, out_of_reach
from api.plan.filters import Filter, Shape
from api.plan.plans import Scope, Statement
from api.plan.shapes import RowType, row_type_of
from api.plan.values import later
from api.relay import decode_cursor, encode_cursor
from domain import outbox
from domain.errors import CursorExpired
from domain.outbox import OutboxEvent

BEFORE_ALL = 0
"""A position that every event lies after."""

_SLICE = 2_000
"""Events looked through at a time, so that few of one's own among many cost no read of all."""
_LAST_POSSIBLE = 2**63 - 1  # PostgreSQL's bigint
_AT_ONCE = 100

Changed = TypeVar("Changed")
"""What a client is told of one change; it has a ``cursor`` and says ``at`` when it was recorded."""


@dataclass(frozen=True, slots=True)
class Step(Generic[Changed]):
    """What one read found.

    Parameters:
        changes: each with its position.
        position: how far it got; what the actor may not see is behind it too.
        caught_up: whether that was all.
    """

    changes: list[tuple[int, Changed]]
    position: int
    caught_up: bool


def position_in(cursor: str) -> int:
    """The position that a cursor stands for.

    Raises: InvalidInput for a text that is no cursor; CursorExpired for one from elsewhere.
    """
    (position,) = decode_cursor(cursor, [int])
    if not BEFORE_ALL <= position <= _LAST_POSSIBLE:
        raise CursorExpired("after")
    return position


async def start_position(context: Context, after: str | None) -> int:
    """The outbox position to stream from; the head if ``after`` is None.

    Raises: InvalidInput for a text that is no cursor; CursorExpired where events after it have
    been dropped, or the cursor comes from elsewhere.
    """
    async with context.database.reading(primary=True) as connection:
        if after is None:
            return await outbox.head(connection)
        position = position_in(after)
        await outbox.check_held(connection, position, "after")
        return position


@dataclass(frozen=True)
class Changes(Generic[Changed]):
    """The changes of one kind of object.

    Parameters:
        topic: of the outbox.
        node: the object's declared type.
        words: what may befall it.
        told: makes what a client is told of the cursor, the word, the moment and the object.
    """

    topic: str
    node: type
    words: Callable[[str], StrEnum]
    told: Callable[[str, Any, datetime, Any], Changed]

    async def next_step(
        self, context: Context, position: int, filter: Filter | None, at_most: int
    ) -> Step[Changed]:
        """The changes that follow a position, as far as the actor may see them.

        Raises: asyncpg's errors; TimeoutError.
        """
        kind, shape = (type(filter), filter.shape()) if filter else (None, None)
        values = (position, at_most + 1, *(filter.values() if filter else ()))
        context.stay_current()
        row_type = row_type_of(self.node)
        statement = _statement(self.topic, self.node, Scope.of(context.actor), kind, shape)

        async def read() -> _Found:
            return _Found.of(await statement.rows(context, values))

        # Whoever asks the same of the same news, with the same rights, takes the same in hand.
        asked = statement.given(context.actor, context.subtree, values)
        found = await context.shared((statement, asked), read)
        changes = [
            (place, self.told(cursor, self.words(change), at, later(context, row_type, key)))
            for place, cursor, change, at, key in found.changes[:at_most]
        ]
        if found.reached is None:
            return Step([], found.newest, caught_up=True)
        if len(found.changes) > at_most:
            return Step(changes, changes[-1][0], caught_up=False)
        return Step(changes, found.reached, caught_up=found.reached == found.newest)

    async def stream(
        self, context: Context, position: int, filter: Filter | None
    ) -> AsyncGenerator[Changed, None]:
        """Every change after a position that the actor may see, for ever or up to the head."""
        lag = Lag(encode_cursor([position]))
        with context.feed.subscribed(
            position, topic=self.topic, reads_for=lambda: context.newest_actor
        ) as subscriber:
            while True:
                context.begin_look()
                try:
                    step = await self.next_step(context, position, filter, _AT_ONCE)
                except Exception as failure:
                    await subscriber.waits_out(failure, context.request_id)
                    continue
                for number, (place, told) in enumerate(step.changes):
                    if context.is_outdated or (number and context.look_is_old):
                        break  # other rights, or a reader who takes his time: look again from here
                    event: Any = told
                    context.begin_event(event.cursor)
                    context.gap = lag.before(event.at)
                    yield told
                    if not context.was_delivered:
                        break
                    lag.passed(event.cursor, context.gap)
                    position = subscriber.position = place
                else:
                    position = subscriber.position = step.position
                    context.reached = position
                    if step.caught_up:
                        if context.to_head:
                            return
                        lag.has_caught_up()
                        await subscriber.woken()
                        position = subscriber.position


@dataclass(frozen=True, slots=True)
class _Found:
    """What a read found, for all who share it.

    Parameters:
        newest: where the outbox ends.
        reached: how far the look went; None where nothing followed.
        changes: position, cursor, what befell, when, and which object.
    """

    newest: int
    reached: int | None
    changes: list[tuple[int, str, str, datetime, UUID]]

    @classmethod
    def of(cls, rows: list[Any]) -> "_Found":
        """From the statement's rows."""
        return cls(
            rows[0]["newest"],
            rows[0]["reached"],
            [
                (
                    row["position"],
                    encode_cursor([row["position"]]),
                    row["change"],
                    row["recorded_at"],
                    UUID(row["id"]),
                )
                for row in rows
                if row["position"] is not None
            ],
        )


@lru_cache(maxsize=256)
def _statement(
    topic: str, node: type, scope: Scope, kind: type[Filter] | None, shape: Shape | None
) -> Statement:
    """What happened after a position, how far the look went, and where the outbox ends: of one
    moment.

    The values are the position, how many changes at most, and the filter's.
    """
    arguments = scope.arguments()
    position = col(OutboxEvent.position)
    after = arguments.value(0, BigInteger())
    following = select(position).where(position > after).order_by(position).limit(_SLICE).subquery()
    reached = select(func.max(following.c.position)).scalar_subquery()
    newest = select(func.coalesce(func.max(position), 0)).scalar_subquery()
    bounds = select(newest.label("newest"), reached.label("reached")).subquery("bounds")
    seen = _seen(row_type_of(node), scope, arguments, kind, shape)
    found = (
        select(position, col(OutboxEvent.change), col(OutboxEvent.recorded_at), seen.c.id)
        .join(seen, seen.c.id == col(OutboxEvent.subject_id))
        .where(col(OutboxEvent.topic) == topic, position > after, position <= reached)
        .order_by(position)
        .limit(arguments.value(1, BigInteger()))
        .subquery("found")
    )
    whole = select(*bounds.c, *found.c).select_from(bounds.outerjoin(found, true()))
    return Statement.of(whole.order_by(found.c.position), arguments, by_key=True)


def _seen(
    row_type: RowType,
    scope: Scope,
    arguments: Arguments,
    kind: type[Filter] | None,
    shape: Shape | None,
) -> Subquery:
    """The objects that the actor sees and the filter means."""
    actor = arguments.actor(of_one_row=row_type.visible.asks_own_region(scope.role))
    conditions: list[ColumnElement[bool]] = []
    if kind is not None and shape is not None:
        types = kind.types_for(shape)
        bounds = [arguments.value(2 + place, out_of_reach(one)) for place, one in enumerate(types)]
        conditions = kind.conditions_for(actor, shape, bounds)
    return select(row_type.key).where(row_type.visible(actor), *conditions).subquery("seen")
