"""When advisors were in touch with elders, in the schema."""

from datetime import datetime

import strawberry
from sqlmodel import col

from api.accounts.types import Account
from api.context import Context
from api.describe import enumeration
from api.elders.types import Elder
from api.mutations import MutationInput, MutationPayload, mutation, mutation_input, mutation_payload
from api.plan.criteria import equal_id, holds, one_of, since, until
from api.plan.declare import computed, descending, node, one
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection, Node, key_of
from domain.access import Permission
from domain.advising import contact_notes, models
from domain.advising.contact_notes import NOTE, Contact
from domain.advising.visibility import contact_note_visible
from domain.crypto import place

enumeration(
    models.ContactChannel,
    "How an advisor was in touch with an elder.",
    HOME="上门 at the elder's home.",
    OFFICE="来访 the elder or the family came.",
    PHONE="电话 by phone.",
    VIDEO="视频 by video.",
    MESSAGE="消息 by messages, with an answer.",
)


def _note(noted: models.ContactNote, context: Context) -> str | None:
    if noted.note_cipher is None:
        return None
    return context.vault.open(noted.note_cipher, place(NOTE, noted.elder_id))


@node(models.ContactNote, visible=contact_note_visible)
class ContactNote(Node):
    """That an advisor, or who stood in for one, was in touch with an elder. It never changes: one
    that was wrong is taken back."""

    elder: Elder | None = one(models.ContactNote.elder_id)
    """With whom; null where you may not see the elder."""
    channel: models.ContactChannel
    """How."""
    contacted_at: datetime
    """When."""
    note: str | None = computed(
        _note,
        needs=[models.ContactNote.elder_id, models.ContactNote.note_cipher],
        discloses=models.ContactNote.elder_id,
    )
    """What was said; null where nothing was written. Who is shown it is in the audit trail."""
    noted_at: datetime
    """When it was noted."""
    noted_by: Account | None = one(models.ContactNote.noted_by)
    """Who noted it; null where you may not see them."""
    withdrawn_at: datetime | None
    """When it was taken back; null where it was not."""
    withdrawn_by: Account | None = one(models.ContactNote.withdrawn_by)
    """Who took it back; null where you may not see them."""


@filter_input
class ContactNoteFilter(Filter):
    """Which notes."""

    elder: strawberry.ID | None = equal_id(models.ContactNote.elder_id, "elder")
    """Only of contacts with this elder."""
    account: strawberry.ID | None = equal_id(models.ContactNote.noted_by, "account")
    """Only those that this account noted."""
    channel: list[models.ContactChannel] | None = one_of(models.ContactNote.channel)
    """Only of contacts in one of these ways; one alone needs no brackets."""
    since: datetime | None = since(models.ContactNote.contacted_at)
    """Only of contacts at this moment or later."""
    until: datetime | None = until(models.ContactNote.contacted_at)
    """Only of contacts before this moment."""
    withdrawn: bool | None = holds(lambda _: col(models.ContactNote.withdrawn_at).is_not(None))
    """Only those that were taken back; if false, only the others."""


@strawberry.type
class ContactNoteQueries:
    """Root fields on advisors' contacts."""

    contact_note: ContactNote | None = by_id(
        models.ContactNote,
        description="A note of a contact by id; null if there is none to be seen.",
    )
    contact_notes: Connection[ContactNote] = listing(
        models.ContactNote,
        order=descending(models.ContactNote.contacted_at, models.ContactNote.id),
        filter=ContactNoteFilter,
        description="When advisors were in touch with elders, as far as you may see it, the latest "
        "first, what was taken back included.",
    )


@mutation_input
class ContactNoteAddInput(MutationInput):
    """With whom you were in touch, how and when."""

    elder_id: strawberry.ID
    """The elder."""
    channel: models.ContactChannel
    """How."""
    contacted_at: datetime | None = None
    """When; now if null, and no more than 31 days ago."""
    note: str | None = None
    """What was said, at most 500 characters."""


@mutation_input
class ContactNoteWithdrawInput(MutationInput):
    """What was noted wrongly."""

    id: strawberry.ID
    """The note."""


@mutation_payload
class ContactNotePayload(MutationPayload):
    """What every mutation of a note of a contact answers."""

    contact_note: ContactNote | None
    """The note after the change; null if there is none to be seen."""


@mutation_payload
class ContactNoteAddPayload(ContactNotePayload):
    """The new note."""


@mutation_payload
class ContactNoteWithdrawPayload(ContactNotePayload):
    """The note that was taken back."""


@strawberry.type
class ContactNoteMutations:
    """Root fields that note contacts."""

    contact_note_add = mutation(
        ContactNoteAddPayload,
        "Note that you were in touch with an elder.",
        node=ContactNote,
        asks=Permission.CONTACT_NOTE_KEEP,
        given=ContactNoteAddInput,
        which="With whom, how and when.",
        verb=lambda change, given: contact_notes.add(
            change.session,
            change.vault,
            change.actor,
            key_of(given.elder_id, "elder", "elder_id"),
            Contact(given.channel, given.contacted_at, given.note),
        ),
    )

    contact_note_withdraw = mutation(
        ContactNoteWithdrawPayload,
        "Take back what was noted wrongly: it counts as no contact any more, and stays to be read.",
        node=ContactNote,
        asks=Permission.CONTACT_NOTE_KEEP,
        given=ContactNoteWithdrawInput,
        which="Which.",
        verb=lambda change, _: contact_notes.withdraw(change.session, change.actor, change.key),
    )
