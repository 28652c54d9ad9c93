"""Changes of alarms read from the outbox, for whoever waits on a stream and for whoever polls.

A reader is nothing but a position in the outbox. Each step reads what lies between its position
and the head, with the actor's predicate of that moment; so rights are checked at each delivery,
and a slow reader holds no memory.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Subquery, func, select, true
from sqlmodel import col

from api.alarms.types import Alarm
from api.context import Context
from api.describe import output
from api.plan.arguments import Arguments, out_of_reach
from api.plan.filters import Filter, Shape
from api.plan.plans import Scope, Statement
from api.plan.shapes import row_type_of
from api.plan.values import later
from api.relay import MAX_PAGE, decode_cursor, encode_cursor
from domain import outbox
from domain.alarms import models
from domain.alarms.service import TOPIC
from domain.errors import CursorExpired, InvalidInput
from domain.outbox import OutboxEvent
from domain.reasons import Reason

_BEFORE_ALL = 0
_SLICE = 2_000
"""Events looked through at a time, so that few of one's own among many cost no read of all."""
_LAST_POSSIBLE = 2**63 - 1  # PostgreSQL's bigint


@output
class AlarmChanged:
    """One change of one alarm."""

    cursor: str
    """Go on after this change by `alarmChanged(after:)` or `alarmChanges(after:)`."""
    change: models.AlarmChange
    """What befell the alarm."""
    at: datetime
    """When it was recorded."""
    alarm: Alarm
    """The alarm as it is now."""


@output
class AlarmChangePage:
    """Some changes of alarms, in the order of commit."""

    changes: list[AlarmChanged]
    """The changes; none where nothing has happened since that you may see."""
    cursor: str
    """Where to go on from, also when there are no changes: pass it as `after` the next time. It
    lies past what only others may see, and `alarmChanged(after:)` takes it too."""
    has_more: bool
    """Whether there is more to look through already: ask again at once, else after a while. True
    of a short or empty page too, where many changes lie between that only others may see."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one read found.

    Parameters:
        position: how far it got; what the actor may not see is behind it too.
        caught_up: whether that was all.
    """

    changes: list[AlarmChanged]
    position: int
    caught_up: bool


async def start_position(context: Context, after: str | None) -> int:
    """The outbox position to stream from; the head if ``after`` is None.

    Raises: InvalidInput for a text that is no cursor; CursorExpired where events after it have
    been dropped, or the cursor comes from elsewhere.
    """
    async with context.database.reading(primary=True) as connection:
        if after is None:
            return await outbox.head(connection)
        position = _position_in(after)
        await outbox.check_held(connection, position, "after")
        return position


async def page_of_changes(
    context: Context, after: str | None, first: int, filter: Filter | None
) -> AlarmChangePage:
    """Up to ``first`` changes after a cursor; from the oldest one held if ``after`` is None.

    Raises: InvalidInput for a text that is no cursor, or a size outside 1 to 200; CursorExpired
    as for ``start_position``.
    """
    if not 1 <= first <= MAX_PAGE:
        raise InvalidInput("first", reason=Reason.RANGE, least=1, most=MAX_PAGE)
    position = _BEFORE_ALL if after is None else _position_in(after)
    step = await next_step(context, position, filter, first)
    if after is not None:
        # Not before the read: what was dropped between the two would have been missed.
        async with context.database.reading(primary=True) as connection:
            await outbox.check_held(connection, position, "after")
    return AlarmChangePage(
        changes=step.changes, cursor=encode_cursor([step.position]), has_more=not step.caught_up
    )


async def next_step(context: Context, position: int, filter: Filter | None, at_most: int) -> Step:
    """The changes that follow a position, as far as the actor may see them.

    Raises: asyncpg's errors; TimeoutError.
    """
    shape = filter.shape() if filter else None
    statement = _statement(Scope.of(context.actor), type(filter) if filter else None, shape)
    values = [position, at_most + 1, *(filter.values() if filter else ())]
    context.stay_current()
    rows = await statement.rows(context, values)
    newest, reached = rows[0]["newest"], rows[0]["reached"]
    if reached is None:
        return Step([], newest, caught_up=True)
    found = [row for row in rows if row["position"] is not None]
    changes = [_change(context, row) for row in found[:at_most]]
    if len(found) > at_most:
        return Step(changes, found[at_most - 1]["position"], caught_up=False)
    return Step(changes, reached, caught_up=reached == newest)


@lru_cache(maxsize=256)
def _statement(scope: Scope, kind: type[Filter] | None, shape: Shape | None) -> Statement:
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
    seen = _seen(scope, arguments, kind, shape)
    found = (
        select(position, col(OutboxEvent.change), col(OutboxEvent.recorded_at), seen.c.id)
        .join(seen, seen.c.id == col(OutboxEvent.subject_id))
        .where(col(OutboxEvent.topic) == TOPIC, position > after, position <= reached)
        .order_by(position)
        .limit(arguments.value(1, BigInteger()))
        .subquery("found")
    )
    whole = select(*bounds.c, *found.c).select_from(bounds.outerjoin(found, true()))
    return Statement.of(whole.order_by(found.c.position), arguments, by_key=True)


def _seen(
    scope: Scope, arguments: Arguments, kind: type[Filter] | None, shape: Shape | None
) -> Subquery:
    """The alarms that the actor sees and the filter means."""
    alarms = row_type_of(Alarm)
    actor = arguments.actor(of_one_row=alarms.visible.asks_own_region(scope.role))
    conditions: list[ColumnElement[bool]] = []
    if kind is not None and shape is not None:
        types = kind.types_for(shape)
        bounds = [arguments.value(2 + place, out_of_reach(one)) for place, one in enumerate(types)]
        conditions = kind.conditions_for(actor, shape, bounds)
    return select(alarms.key).where(alarms.visible(actor), *conditions).subquery("seen")


def _change(context: Context, row: Any) -> AlarmChanged:
    return AlarmChanged(
        cursor=encode_cursor([row["position"]]),
        change=models.AlarmChange(row["change"]),
        at=row["recorded_at"],
        alarm=later(context, row_type_of(Alarm), UUID(row["id"])),
    )


def _position_in(cursor: str) -> int:
    (position,) = decode_cursor(cursor, [int])
    if not _BEFORE_ALL <= position <= _LAST_POSSIBLE:
        raise CursorExpired("after")
    return position
