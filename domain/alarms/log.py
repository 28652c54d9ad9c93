"""What befalls an alarm is noted twice: in its own log, and in the outbox for the stream."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain import lines
from domain.access import Actor
from domain.alarms.models import AlarmChange, AlarmLog
from domain.outbox import Event, record

TOPIC = "alarm"
"""The outbox topic of every change to an alarm."""


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
    account_id, said = actor.id if actor else None, lines.note(note)
    session.add(AlarmLog(alarm_id=alarm_id, change=change, account_id=account_id, note=said))
    record(session, Event(TOPIC, alarm_id, change.value))
