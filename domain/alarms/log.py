"""What befalls an alarm is noted twice: in its own log, and in the outbox for the stream."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import Actor
from domain.alarms.models import AlarmChange, AlarmLog
from domain.errors import InvalidInput
from domain.outbox import Event, record
from domain.reasons import Reason

TOPIC = "alarm"
"""The outbox topic of every change to an alarm."""

MAX_NOTE = 2000
"""Characters of a note in an alarm's log."""


def note_change(
    session: AsyncSession,
    alarm_id: UUID,
    change: AlarmChange,
    actor: Actor | None = None,
    note: str | None = None,
) -> None:
    """Write a change to an alarm's log and to the stream.

    Parameters:
        actor: who changed it; None for a device or for time.
        note: a person's word for the log.

    Raises: InvalidInput for a note that is too long.
    """
    if note is not None and len(note) > MAX_NOTE:
        raise InvalidInput("note", reason=Reason.TOO_LONG, most=MAX_NOTE)
    account_id = actor.id if actor else None
    session.add(AlarmLog(alarm_id=alarm_id, change=change, account_id=account_id, note=note))
    record(session, Event(TOPIC, alarm_id, change.value))
