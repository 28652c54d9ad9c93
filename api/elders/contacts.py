"""What is done about an elder's contacts: one transaction, one verb, one payload."""

import strawberry

from api.elders.records import Contact
from api.elders.types import Elder
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.accounts.models import Relation
from domain.elders import contacts
from domain.elders.contacts import Callee


@mutation_input
class ContactAddInput(MutationInput):
    """Whom to call for whom; at most ten for one elder."""

    elder_id: strawberry.ID
    """The elder."""
    name: str
    """Full name: 1 to 50 characters."""
    relation: Relation
    """How they are related to the elder."""
    phone: str
    """Mobile phone."""
    calling_order: int | None = None
    """Their place in the order of calling, from 1; last if null."""


@mutation_input
class ContactUpdateInput(MutationInput):
    """What is to be changed of whom; what is null stays as it is."""

    id: strawberry.ID
    """The contact."""
    name: str | None = None
    """Full name."""
    relation: Relation | None = None
    """How they are related to the elder."""
    phone: str | None = None
    """Mobile phone."""


@mutation_input
class ContactRemoveInput(MutationInput):
    """Whom to call no longer."""

    id: strawberry.ID
    """The contact."""


@mutation_input
class ContactReorderInput(MutationInput):
    """In which order to call."""

    id: strawberry.ID
    """The elder."""
    contact_ids: list[strawberry.ID]
    """All contacts of the elder, each once, in the order in which they are to be called."""


@mutation_payload
class ContactPayload(MutationPayload):
    """What mutations of a contact answer."""

    contact: Contact | None
    """The contact after the change; null if there is none to be seen."""


@mutation_payload
class ContactAddPayload(ContactPayload):
    """The new contact."""


@mutation_payload
class ContactUpdatePayload(ContactPayload):
    """The contact as it is now."""


@mutation_payload
class ContactRemovePayload(ContactPayload):
    """What is left of it: nothing."""


@mutation_payload
class ContactReorderPayload(MutationPayload):
    """The elder with the contacts in their new order."""

    elder: Elder | None
    """The elder; null if there is none to be seen."""


@strawberry.type
class ContactMutations:
    """Root fields that change whom to call for an elder."""

    contact_add = mutation(
        ContactAddPayload,
        "Add somebody to call for an elder; who was called after that place comes one later.",
        node=Contact,
        asks=Permission.ELDER_REGISTER,
        given=ContactAddInput,
        which="Whom, for whom.",
        verb=lambda change, given: contacts.add_contact(
            change.session,
            change.vault,
            change.actor,
            key_of(given.elder_id, "elder", "elder_id"),
            Callee(given.name, given.relation, given.phone),
            given.calling_order,
        ),
    )

    contact_update = mutation(
        ContactUpdatePayload,
        "Change who a contact is, or how to reach them.",
        node=Contact,
        asks=Permission.ELDER_REGISTER,
        given=ContactUpdateInput,
        which="Whom, and what.",
        verb=lambda change, given: contacts.update_contact(
            change.session,
            change.vault,
            change.actor,
            change.key,
            Callee(given.name, given.relation, given.phone),
        ),
    )

    contact_remove = mutation(
        ContactRemovePayload,
        "Call somebody no longer; who was called after them comes one earlier.",
        node=Contact,
        asks=Permission.ELDER_REGISTER,
        given=ContactRemoveInput,
        which="Whom.",
        verb=lambda change, _: contacts.remove_contact(change.session, change.actor, change.key),
    )

    contact_reorder = mutation(
        ContactReorderPayload,
        "Call an elder's contacts in another order.",
        node=Elder,
        asks=Permission.ELDER_REGISTER,
        given=ContactReorderInput,
        which="Whose, and the order.",
        verb=lambda change, given: contacts.reorder_contacts(
            change.session,
            change.actor,
            change.key,
            [key_of(one, "contact", "contact_ids") for one in given.contact_ids],
        ),
    )
