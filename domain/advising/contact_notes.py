"""Advisors note when and how they were in touch with an elder; notes are added and withdrawn."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, cast, false, func, literal, select
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import lines
from domain.access import Actor, Permission
from domain.advising.models import Caseload, ContactChannel, ContactNote
from domain.advising.visibility import contact_note_visible
from domain.calendar import now
from domain.crypto import Vault, place
from domain.elders.locks import lock_visible_elder
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.reasons import Reason

MAX_NOTE: Final = 500
"""Characters of what was said: it is a note, no report."""

LATE_DAYS: Final = 31
"""How long after it a contact may be noted."""

USUAL_DAYS: Final = 30
"""*Fixture*: after how many days without a contact an advisor sees to it."""

NOTE: Final = "contact_note.note_cipher"


@dataclass(frozen=True, slots=True)
class Contact:
    """That somebody was in touch with an elder.

    Parameters:
        at: when; None for now.
        note: what was said; None for nothing to say.
    """

    channel: ContactChannel
    at: datetime | None = None
    note: str | None = None


async def add(
    session: AsyncSession, vault: Vault, actor: Actor, elder_id: UUID, contact: Contact
) -> ContactNote:
    """Note a contact with an elder whom the actor sees.

    Raises: NotFound(elder_id), PermissionDenied, InvalidInput(contacted_at) for a moment to come or
        more than 31 days ago, InvalidInput(note).
    """
    await lock_visible_elder(session, actor, elder_id)
    _require(actor)
    moment = now()
    if contact.at is not None and contact.at > moment:
        raise InvalidInput("contacted_at", reason=Reason.AFTER_NOW)
    if contact.at is not None and contact.at < moment - timedelta(days=LATE_DAYS):
        raise InvalidInput("contacted_at", reason=Reason.DAYS_LATE, most=LATE_DAYS)
    text = lines.note(contact.note, most=MAX_NOTE)
    noted = ContactNote(
        elder_id=elder_id,
        channel=contact.channel,
        contacted_at=contact.at or moment,
        note_cipher=None if text is None else vault.seal(text, place(NOTE, elder_id)),
        noted_by=actor.id,
        noted_at=moment,
    )
    session.add(noted)
    await session.flush()
    return noted


async def withdraw(session: AsyncSession, actor: Actor, note_id: UUID) -> ContactNote:
    """Take back what was noted wrongly: it counts as no contact any more, and stays to be read.

    Raises: NotFound, PermissionDenied, InvalidInput(id) for what was taken back before.
    """
    seen = select(ContactNote).where(col(ContactNote.id) == note_id, contact_note_visible(actor))
    found = await session.scalar(seen.with_for_update(of=ContactNote))
    if found is None:
        raise NotFound("id")
    _require(actor)
    if found.withdrawn_at is not None:
        raise InvalidInput("id", reason=Reason.WITHDRAWN_ALREADY)
    found.withdrawn_at, found.withdrawn_by = now(), actor.id
    return found


def out_of_touch(actor: Actor, days: Any) -> ColumnElement[bool]:
    """Cases of elders with whom nobody has noted a contact in the last so many days, by the notes
    that the actor sees; none for a role that sees no notes, to whom it would be all of them.

    Parameters:
        days: SQL of a whole number.
    """
    if contact_note_visible.words(actor.role) is None:
        return false()
    lately = cast(days, Integer) * literal(timedelta(days=1), INTERVAL())
    in_touch = select(col(ContactNote.elder_id)).where(
        col(ContactNote.contacted_at) > func.now() - lately,
        col(ContactNote.withdrawn_at).is_(None),
        contact_note_visible(actor),
    )
    return col(Caseload.elder_id).not_in(in_touch)


def _require(actor: Actor) -> None:
    if not actor.may(Permission.CONTACT_NOTE_KEEP):
        raise PermissionDenied(action=Permission.CONTACT_NOTE_KEEP.value)
