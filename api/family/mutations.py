"""Who looks after an elder, and what they see: one transaction, one verb, one payload."""

from datetime import datetime

import strawberry

from api.family.types import FamilyLink
from api.mutations import (
    Change,
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from domain.access import ConsentScope, Permission
from domain.accounts.models import Relation
from domain.family import models, service


@mutation_input
class FamilyLinkRequestInput(MutationInput):
    """Whom you ask to look after."""

    name: str
    """The elder's full name as on the citizen id."""
    id_number: str
    """The number of the elder's citizen id, 18 characters."""
    relation: Relation
    """What you are to the elder."""


@mutation_input
class FamilyLinkAcceptInput(MutationInput):
    """Whom to let look after you, and what to show them from the beginning."""

    id: strawberry.ID
    """The link."""
    scopes: list[ConsentScope] = strawberry.field(default_factory=list[ConsentScope])
    """What to show. Without any they see who you are, your contacts, visits and bed with what
    comes with it, who looks after you and where you belong, with whom you live, and who was shown
    what."""
    until: datetime | None = None
    """Until when to show it; null for until it is withdrawn."""
    paper: str | None = None
    """From station staff: a photo of what the elder has signed, JPEG or PNG of at most 160 KiB, in
    base64. From others nothing."""


@mutation_input
class FamilyLinkRefuseInput(MutationInput):
    """Whom not to let look after you."""

    id: strawberry.ID
    """The link."""


@mutation_input
class FamilyLinkEndInput(MutationInput):
    """Who shall look after the elder no longer."""

    id: strawberry.ID
    """The link."""
    paper: str | None = None
    """From station staff: a photo of what the elder has signed, as for `familyLinkAccept`."""


@mutation_input
class ConsentGrantInput(MutationInput):
    """What to show to one of the family."""

    id: strawberry.ID
    """The link."""
    scopes: list[ConsentScope]
    """What to show; what was shown until another moment is shown until this one."""
    until: datetime | None = None
    """Until when; null for until it is withdrawn."""
    paper: str | None = None
    """From station staff: a photo of what the elder has signed, as for `familyLinkAccept`."""


@mutation_input
class ConsentWithdrawInput(MutationInput):
    """What to show to one of the family no longer."""

    id: strawberry.ID
    """The link."""
    scopes: list[ConsentScope]
    """What to show no longer."""
    paper: str | None = None
    """From station staff: a photo of what the elder has signed, as for `familyLinkAccept`."""


@mutation_payload
class FamilyLinkPayload(MutationPayload):
    """What every mutation of a family link answers."""

    family_link: FamilyLink | None
    """The link after the change; null if there is none to be seen."""


@mutation_payload
class FamilyLinkRequestPayload(FamilyLinkPayload):
    """The link that was asked for."""


@mutation_payload
class FamilyLinkAcceptPayload(FamilyLinkPayload):
    """The link that now stands."""


@mutation_payload
class FamilyLinkRefusePayload(FamilyLinkPayload):
    """The link that was refused."""


@mutation_payload
class FamilyLinkEndPayload(FamilyLinkPayload):
    """The link that was ended."""


@mutation_payload
class ConsentGrantPayload(FamilyLinkPayload):
    """The link with what it shows now."""


@mutation_payload
class ConsentWithdrawPayload(FamilyLinkPayload):
    """The link with what it still shows."""


async def _requested(change: Change, given: FamilyLinkRequestInput) -> models.FamilyLink:
    await service.count_request(change.context.database, change.vault, change.actor)
    claim = service.Claim(given.name, given.id_number, given.relation)
    return await service.request(change.session, change.actor, change.vault, claim)


def _showing(given: FamilyLinkAcceptInput | ConsentGrantInput) -> service.Showing:
    return service.Showing(given.scopes, given.until, given.paper)


@strawberry.type
class FamilyMutations:
    """Root fields that change family links and consents."""

    # A new link, REQUESTED.
    family_link_request = mutation(
        FamilyLinkRequestPayload,
        "Ask to look after an elder. NOT_FOUND is the same for a number that nobody has and for "
        "another's name; after some tries it is TOO_MANY_ATTEMPTS.",
        node=FamilyLink,
        asks=Permission.FAMILY_LINK_REQUEST,
        given=FamilyLinkRequestInput,
        which="Whom.",
        verb=_requested,
    )

    # REQUESTED -> ACTIVE.
    family_link_accept = mutation(
        FamilyLinkAcceptPayload,
        "Let somebody look after the elder: by the elder, a guardian, or station staff with a "
        "signed paper.",
        node=FamilyLink,
        asks=Permission.FAMILY_LINK_DECIDE,
        given=FamilyLinkAcceptInput,
        which="Whom, and what they see.",
        verb=lambda change, given: service.accept(
            change.session, change.actor, change.vault, change.key, _showing(given)
        ),
    )

    # REQUESTED -> REFUSED.
    family_link_refuse = mutation(
        FamilyLinkRefusePayload,
        "Do not let them. They may ask again.",
        node=FamilyLink,
        asks=Permission.FAMILY_LINK_DECIDE,
        given=FamilyLinkRefuseInput,
        which="Whom.",
        verb=lambda change, _: service.refuse(change.session, change.actor, change.key),
    )

    # REQUESTED or ACTIVE -> ENDED.
    family_link_end = mutation(
        FamilyLinkEndPayload,
        "Let them look after the elder no longer, or look after the elder no longer yourself. All "
        "consents end with it.",
        node=FamilyLink,
        asks=Permission.FAMILY_LINK_END,
        given=FamilyLinkEndInput,
        which="Who.",
        verb=lambda change, given: service.end(
            change.session, change.actor, change.vault, change.key, given.paper
        ),
    )

    consent_grant = mutation(
        ConsentGrantPayload,
        "Show more to one of the family: by the elder, a guardian, or station staff with a signed "
        "paper.",
        node=FamilyLink,
        asks=Permission.CONSENT_GRANT,
        given=ConsentGrantInput,
        which="To whom, what, and until when.",
        verb=lambda change, given: service.grant(
            change.session, change.actor, change.vault, change.key, _showing(given)
        ),
    )

    consent_withdraw = mutation(
        ConsentWithdrawPayload,
        "Show less to one of the family, from the next read and the next event on; they may give "
        "it up themselves.",
        node=FamilyLink,
        asks=Permission.CONSENT_WITHDRAW,
        given=ConsentWithdrawInput,
        which="From whom, and what.",
        verb=lambda change, given: service.withdraw(
            change.session,
            change.actor,
            change.vault,
            change.key,
            scopes=given.scopes,
            paper=given.paper,
        ),
    )
