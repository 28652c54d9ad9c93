"""What became of a call for help, for the device that made it: somebody has seen it, somebody is on
the way.

It is read from the outbox, from a cursor in the database on: so a bridge that was away tells late,
and leaves nothing out.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Text, Uuid, cast, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import Alarm, AlarmPurpose, AlarmType
from domain.devices.models import AnswerCursor, DeviceEvent
from domain.devices.service import by_column, rows_of, unnested
from domain.outbox import OutboxEvent


class Progress(StrEnum):
    """How far people have got with a call, in the words of its device."""

    SEEN = "seen"
    ON_THE_WAY = "on_the_way"


class Answer(NamedTuple):
    """What one device is to be told of one of its messages.

    Parameters:
        event_id: the message's id, the device's own.
    """

    device_id: UUID
    event_id: str
    progress: Progress


class Call(NamedTuple):
    """An event that has raised or repeated an alarm of an elder's."""

    device_id: UUID
    event_id: str
    elder_id: UUID
    type: AlarmType


async def link_events(session: AsyncSession, calls: Sequence[Call]) -> None:
    """Note which alarm each event has raised or repeated: the open one of its type."""
    if calls:
        await session.execute(_LINK_EVENTS, by_column(calls, Call._fields))


async def hold_cursor(session: AsyncSession, tenant: str) -> int | None:
    """Up to which event of the outbox devices have been told, held until the transaction ends; a
    cursor that is not there yet begins at the newest event.

    Returns: None where another bridge holds it at this moment.
    """
    newest = select(func.coalesce(func.max(col(OutboxEvent.position)), 0)).scalar_subquery()
    fresh = insert(rows_of(AnswerCursor)).values(tenant=tenant, position=newest)
    await session.execute(fresh.on_conflict_do_nothing())
    held = select(col(AnswerCursor.position)).where(col(AnswerCursor.tenant) == tenant)
    return await session.scalar(held.with_for_update(skip_locked=True))


async def move_cursor(session: AsyncSession, tenant: str, position: int) -> None:
    """Devices have been told of everything up to a position."""
    moved = update(AnswerCursor).where(col(AnswerCursor.tenant) == tenant)
    await session.execute(moved.values(position=position))


async def answers_after(
    session: AsyncSession, position: int, events: int
) -> tuple[int, Sequence[Answer]]:
    """What devices are to be told after an event.

    Of several messages of one device that have become one alarm, its newest is answered: that is
    the one it waits with. Who repeats a call that has been answered is told so at once.

    Parameters:
        events: how many events are looked through at most.
    Returns: the position that was reached, and the answers in order.
    """
    rows = (await session.execute(_ANSWERS, {"after": position, "events": events})).all()
    reached = max((row.reached for row in rows), default=position)
    found = [row for row in rows if row.device_id is not None]
    return reached, [Answer(row.device_id, row.event_id, Progress(row.progress)) for row in found]


_given_calls = unnested(device_id=Uuid(), event_id=Text(), elder_id=Uuid(), type=Text())
_LINK_EVENTS = (
    update(rows_of(DeviceEvent))
    .where(
        col(DeviceEvent.device_id) == _given_calls.c.device_id,
        col(DeviceEvent.event_id) == _given_calls.c.event_id,
        col(Alarm.elder_id) == _given_calls.c.elder_id,
        cast(col(Alarm.type), Text()) == _given_calls.c.type,
        col(Alarm.purpose) == AlarmPurpose.REAL,
        col(Alarm.state) != AlarmState.RESOLVED,
    )
    .values(alarm_id=col(Alarm.id))
)

_ANSWERS: Final = text("""
WITH following AS (
    SELECT position, topic, subject_id, change FROM outbox_event
    WHERE position > :after ORDER BY position LIMIT :events
), reached AS (SELECT max(position) AS reached FROM following)
SELECT reached.reached, called.device_id, called.event_id, called.progress
FROM reached LEFT JOIN (
    SELECT following.position, newest.device_id, newest.event_id,
        CASE WHEN following.change = 'ACKNOWLEDGED' THEN 'seen'
             WHEN following.change = 'DISPATCHED' THEN 'on_the_way'
             WHEN alarm.state = 'ACKNOWLEDGED' THEN 'seen'
             ELSE 'on_the_way' END AS progress
    FROM following
    JOIN alarm ON alarm.id = following.subject_id
    JOIN LATERAL (
        SELECT DISTINCT ON (device_id) device_id, event_id FROM device_event
        WHERE device_event.alarm_id = alarm.id
        ORDER BY device_id, received_at DESC, boot DESC, seq DESC
    ) AS newest ON true
    WHERE following.topic = 'alarm' AND (
        following.change IN ('ACKNOWLEDGED', 'DISPATCHED')
        OR following.change = 'REPEATED'
            AND alarm.state IN ('ACKNOWLEDGED', 'DISPATCHED', 'ARRIVED')
    )
) AS called ON true
WHERE reached.reached IS NOT NULL
ORDER BY called.position
""")
