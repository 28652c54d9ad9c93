"""What befalls an application is noted twice: in its own log, and in the outbox."""

from sqlalchemy.ext.asyncio import AsyncSession

from domain import lines
from domain.access import Actor
from domain.admissions.lifecycle import AdmissionAction
from domain.admissions.models import AdmissionApplication, AdmissionApplicationLog
from domain.calendar import now
from domain.outbox import Event, record

TOPIC = "admission_application"
"""The outbox topic of every change to an application; the change is the state it has come to."""


def note_change(
    session: AsyncSession,
    application: AdmissionApplication,
    action: AdmissionAction,
    actor: Actor | None,
    note: str | None = None,
) -> None:
    """Write down who did what, and let the others know.

    Parameters:
        application: in its new state, with its key.
        actor: None for time.

    Raises: InvalidInput(note) for one that is too long.
    """
    session.add(
        AdmissionApplicationLog(
            application_id=application.id,
            # Not the default, the transaction's beginning: it may have waited for another's.
            at=now(),
            action=action,
            state=application.state,
            account_id=actor.id if actor else None,
            note=lines.note(note),
        )
    )
    record(session, Event(TOPIC, application.id, application.state.value))
