"""What befalls a stay is noted twice: in its own log, and in the outbox for whoever follows."""

from sqlalchemy.ext.asyncio import AsyncSession

from domain import lines
from domain.access import Actor
from domain.beds.lifecycle import StayAction
from domain.beds.models import BedStay, BedStayLog
from domain.calendar import now
from domain.outbox import Event, record

TOPIC = "bed_stay"
"""The outbox topic of every change to a stay; the change is the state that it has come to."""


def note_change(
    session: AsyncSession,
    stay: BedStay,
    action: StayAction,
    actor: Actor | None,
    note: str | None = None,
) -> None:
    """Write down who did what, and let the others know.

    Parameters:
        stay: in its new state, with its key.
        actor: None for time.
        note: a person's word for the log.

    Raises: InvalidInput(note) for one that is too long.
    """
    account_id, said = actor.id if actor else None, lines.note(note)
    # Not the default, the transaction's beginning: it may have waited for the one logged before.
    session.add(
        BedStayLog(stay_id=stay.id, at=now(), action=action, account_id=account_id, note=said)
    )
    record(session, Event(TOPIC, stay.id, stay.state.value))
