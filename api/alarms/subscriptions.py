"""The live stream of alarms: first what was missed since the cursor, then what happens.

A subscriber is nothing but a position in the outbox. Each step reads what lies between its
position and the head, with the actor's predicate of that moment; so rights are checked at each
delivery, and a slow reader holds no memory.
"""

import logging
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Annotated, Any

import strawberry
from sqlalchemy import ColumnElement, select
from sqlmodel import col

from api.alarms.queries import AlarmFilter
from api.alarms.types import Alarm
from api.context import Context, Info
from api.describe import output
from api.feed import woken
from api.plan.shapes import row_type_of
from api.relay import decode_cursor, encode_cursor
from domain import outbox
from domain.alarms import models
from domain.alarms.service import TOPIC
from domain.errors import CursorExpired
from domain.outage import is_outage
from domain.outbox import OutboxEvent

log = logging.getLogger("yiyang.stream")

_AT_ONCE = 100


@output
class AlarmChanged:
    """One change of one alarm."""

    cursor: str
    """Resume after this change by `alarmChanged(after:)`."""
    change: models.AlarmChange
    """What befell the alarm."""
    at: datetime
    """When it was recorded."""
    alarm: Alarm
    """The alarm as it is now."""


async def start_position(context: Context, after: str | None) -> int:
    """The outbox position to stream from.

    Raises: InvalidInput for a text that is no cursor; CursorExpired where events after it have
    been dropped, or the cursor comes from elsewhere.
    """
    async with context.database.reading(primary=True) as connection:
        newest = await outbox.head(connection)
        if after is None:
            return newest
        (position,) = decode_cursor(after, [int])
        if position > newest or position + 1 < await outbox.oldest(connection):
            raise CursorExpired("after")
        return position


async def changes(
    context: Context, position: int, conditions: Sequence[ColumnElement[bool]]
) -> AsyncGenerator[AlarmChanged, None]:
    """Every change after a position that the actor may see, for ever."""
    with context.feed.subscribed() as wake:
        while True:
            try:
                events, position, caught_up = await _next(context, position, conditions)
            except Exception as failure:
                if not is_outage(failure):
                    raise
                # The database is away: the position keeps, so nothing is missed.
                log.warning("request %s cannot read changes yet: %s", context.request_id, failure)
                await woken(wake)
                continue
            for event in events:
                context.begin_event()
                yield event
            if caught_up:
                await woken(wake)


async def _next(
    context: Context, position: int, conditions: Sequence[ColumnElement[bool]]
) -> tuple[list[AlarmChanged], int, bool]:
    """Some changes after a position, the position then reached, and whether that is the head."""
    row_type = row_type_of(Alarm)
    statement = (
        select(
            col(OutboxEvent.position),
            col(OutboxEvent.change),
            col(OutboxEvent.recorded_at),
            *row_type.columns(),
        )
        .join(models.Alarm, col(models.Alarm.id) == col(OutboxEvent.subject_id))
        .where(col(OutboxEvent.topic) == TOPIC, col(OutboxEvent.position) > position)
        .where(row_type.visible(context.actor), *conditions)
        .order_by(col(OutboxEvent.position))
        .limit(_AT_ONCE)
    )
    async with context.database.reading(primary=True) as connection:
        # The head first: what commits between the two reads is read again, not skipped.
        newest = await outbox.head(connection)
        if newest == position:
            return [], position, True
        rows = (await connection.execute(statement)).all()
    events = [_event(row._mapping) for row in rows]  # pyright: ignore[reportPrivateUsage]
    if len(rows) == _AT_ONCE:
        return events, rows[-1].position, False
    reached = max(newest, rows[-1].position) if rows else newest
    return events, reached, True


def _event(values: Any) -> AlarmChanged:
    return AlarmChanged(
        cursor=encode_cursor([values["position"]]),
        change=models.AlarmChange(values["change"]),
        at=values["recorded_at"],
        alarm=row_type_of(Alarm).instance(dict(values)),
    )


@strawberry.type
class AlarmSubscriptions:
    """Root fields that stream alarms."""

    @strawberry.subscription(
        description="Every change of every alarm that you may see, in the order of commit: first "
        "what happened after the cursor, then live."
    )
    async def alarm_changed(
        self,
        info: Info,
        after: Annotated[
            str | None,
            strawberry.argument(
                description="Resume after this cursor: of an earlier event, or an "
                "`AlarmConnection.streamCursor`; live from now if null."
            ),
        ] = None,
        filter: Annotated[
            AlarmFilter | None, strawberry.argument(description="Which alarms.")
        ] = None,
    ) -> AsyncGenerator[AlarmChanged, None]:
        """Refuses a bad cursor before the stream begins."""
        position = await start_position(info.context, after)
        return changes(info.context, position, filter.conditions() if filter else [])
