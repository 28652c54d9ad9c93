"""Events in commit order: what happened, for whoever streams, notifies or reports upstream.

A transaction takes one advisory lock just before its outbox insert, its last statement, and
holds it until its commit is visible. So positions become visible in order, and a reader that
has seen position n will never be surprised by n-1.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Index, ScalarSelect, and_, false, func, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlmodel import Field, col

from domain.dropping import dropped
from domain.errors import CursorExpired
from domain.tables import Table, counter, moment

CHANNEL = "yiyang_outbox"
"""NOTIFY channel; it carries the topic alone: a reader that wakes asks the table."""

HEAD = "SELECT coalesce(max(position), 0) FROM outbox_event"
"""SQL for the newest visible position; 0 where nothing has happened yet."""

COMMIT_ORDER_LOCK = 0x59_49_59_41_4E_47  # "YIYANG"


class OutboxEvent(Table, table=True):
    """One thing that happened to one subject."""

    __table_args__ = (
        Index("outbox_event_subject", "topic", "subject_id", "position"),
        Index("outbox_event_recorded_at", "recorded_at"),
    )

    position: int = Field(default=None, sa_column=counter())
    topic: str
    subject_id: UUID
    change: str
    recorded_at: datetime = Field(default=None, sa_column=moment(default_now=True))


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell once the transaction commits.

    Parameters:
        topic: the kind of subject, for example ``alarm``.
        subject_id: the subject's key.
        change: what happened, in the topic's own words.
    """

    topic: str
    subject_id: UUID
    change: str


def record(session: AsyncSession, event: Event) -> None:
    """Have an event written as the transaction's last statement."""
    session.info.setdefault("events", []).append(event)


TELL = """
    locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(:lock)), told AS (
        INSERT INTO outbox_event (topic, subject_id, change)
        SELECT event.topic, event.subject_id, event.change
        FROM locked CROSS JOIN unnest(
            CAST(:topics AS text[]), CAST(:subjects AS uuid[]), CAST(:changes AS text[])
        ) WITH ORDINALITY AS event (topic, subject_id, change, number)
        ORDER BY event.number
        RETURNING topic
    )
    SELECT pg_notify(:channel, topic) FROM (SELECT DISTINCT topic FROM told) AS topics
"""
"""A row has its position once it is inserted, which is after the lock: one statement for three. It
goes behind ``WITH``, and nothing else may follow in the transaction."""


def take_recorded(session: AsyncSession) -> dict[str, Any] | None:
    """What TELL is run with; None where nothing has been recorded."""
    events: list[Event] = session.info.pop("events", [])
    if not events:
        return None
    return {
        "lock": COMMIT_ORDER_LOCK,
        "channel": CHANNEL,
        "topics": [event.topic for event in events],
        "subjects": [event.subject_id for event in events],
        "changes": [event.change for event in events],
    }


async def head(connection: AsyncConnection) -> int:
    """The newest visible position; 0 where nothing has happened yet."""
    newest = await connection.scalar(select(func.max(col(OutboxEvent.position))))
    return newest or 0


async def reach(connection: AsyncConnection, position: int, events: int) -> int:
    """The position of the last of the next so many events; ``position`` where none follows.

    Parameters:
        events: how many at most.
    """
    following = (
        select(col(OutboxEvent.position))
        .where(col(OutboxEvent.position) > position)
        .order_by(col(OutboxEvent.position))
        .limit(events)
        .subquery()
    )
    last = await connection.scalar(select(func.max(following.c.position)))
    return last or position


async def oldest(connection: AsyncConnection) -> int:
    """The oldest position still held; 0 where nothing is."""
    first = await connection.scalar(select(func.min(col(OutboxEvent.position))))
    return first or 0


async def check_held(connection: AsyncConnection, position: int, field: str) -> None:
    """Whether what follows a position can be read.

    Raises: CursorExpired(field) where events after it have been dropped, or it is from elsewhere.
    """
    newest = await head(connection)
    if position > newest or position + 1 < await oldest(connection):
        raise CursorExpired(field)


async def prune(
    session: AsyncSession,
    keep: timedelta,
    *,
    held_after: ScalarSelect[int] | None = None,
    held: timedelta = timedelta(0),
) -> int:
    """Drop events older than ``keep``, but never the newest one: it marks where the log stands.

    Parameters:
        held_after: events after this position somebody still waits for; NULL for nobody.
        held: they are dropped when they are older than this.
    Returns: how many were dropped.
    """
    newest = select(func.max(col(OutboxEvent.position))).scalar_subquery()
    recorded_at, position = col(OutboxEvent.recorded_at), col(OutboxEvent.position)
    old = recorded_at < func.now() - keep
    if held_after is not None:
        awaited = and_(
            func.coalesce(position > held_after, false()), recorded_at >= func.now() - held
        )
        old = and_(old, not_(awaited))
    return await dropped(session, OutboxEvent, old, position < newest)
