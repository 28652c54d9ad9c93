"""Changes of alarms read from the outbox, for whoever waits on a stream and for whoever polls.

A reader is nothing but a position in the outbox. Each step reads what lies between its position
and the head, with the actor's predicate of that moment; so rights are checked at each delivery,
and a slow reader holds no memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from api.alarms.types import Alarm
from api.context import Context
from api.describe import output
from api.plan.shapes import row_type_of
from api.relay import MAX_PAGE, decode_cursor, encode_cursor
from domain import outbox
from domain.access import Actor
from domain.alarms import models
from domain.alarms.service import TOPIC
from domain.errors import CursorExpired, InvalidInput
from domain.outbox import OutboxEvent

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
        await _check_held(connection, position)
        return position


async def page_of_changes(
    context: Context, after: str | None, first: int, conditions: Sequence[ColumnElement[bool]]
) -> AlarmChangePage:
    """Up to ``first`` changes after a cursor; from the oldest one held if ``after`` is None.

    Raises: InvalidInput for a text that is no cursor, or a size outside 1 to 200; CursorExpired
    as for ``start_position``.
    """
    if not 1 <= first <= MAX_PAGE:
        raise InvalidInput("first", reason=f"1 to {MAX_PAGE}")
    position = _BEFORE_ALL if after is None else _position_in(after)
    async with context.database.reading(primary=True) as connection:
        step = await next_step(connection, context.actor, position, conditions, first)
        if after is not None:
            # Not before the read: what was dropped between the two would have been missed.
            await _check_held(connection, position)
    return AlarmChangePage(
        changes=step.changes, cursor=encode_cursor([step.position]), has_more=not step.caught_up
    )


async def next_step(
    connection: AsyncConnection,
    actor: Actor,
    position: int,
    conditions: Sequence[ColumnElement[bool]],
    at_most: int,
) -> Step:
    """The changes that follow a position, as far as the actor may see them."""
    newest = await outbox.head(connection)
    if newest == position:
        return Step([], position, caught_up=True)
    far = newest - position > _SLICE
    end = await outbox.reach(connection, position, _SLICE) if far else newest
    statement = _visible_between(actor, position, end, conditions).limit(at_most + 1)
    rows = (await connection.execute(statement)).all()
    found = [_change(row._mapping) for row in rows[:at_most]]  # pyright: ignore[reportPrivateUsage]
    if len(rows) > at_most:
        return Step(found, rows[at_most - 1].position, caught_up=False)
    return Step(found, end, caught_up=end == newest)


def _visible_between(
    actor: Actor, position: int, end: int, conditions: Sequence[ColumnElement[bool]]
) -> Select[*tuple[Any, ...]]:
    row_type = row_type_of(Alarm)
    return (
        select(
            col(OutboxEvent.position),
            col(OutboxEvent.change),
            col(OutboxEvent.recorded_at),
            *row_type.columns(),
        )
        .join(models.Alarm, col(models.Alarm.id) == col(OutboxEvent.subject_id))
        .where(col(OutboxEvent.topic) == TOPIC)
        .where(col(OutboxEvent.position) > position, col(OutboxEvent.position) <= end)
        .where(row_type.visible(actor), *conditions)
        .order_by(col(OutboxEvent.position))
    )


def _change(values: Any) -> AlarmChanged:
    return AlarmChanged(
        cursor=encode_cursor([values["position"]]),
        change=models.AlarmChange(values["change"]),
        at=values["recorded_at"],
        alarm=row_type_of(Alarm).instance(dict(values)),
    )


def _position_in(cursor: str) -> int:
    (position,) = decode_cursor(cursor, [int])
    if not _BEFORE_ALL <= position <= _LAST_POSSIBLE:
        raise CursorExpired("after")
    return position


async def _check_held(connection: AsyncConnection, position: int) -> None:
    newest = await outbox.head(connection)
    if position > newest or position + 1 < await outbox.oldest(connection):
        raise CursorExpired("after")
