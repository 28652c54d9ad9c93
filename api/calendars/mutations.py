"""What people do about their calendars' addresses."""

import strawberry

from api.calendars.types import CalendarLink
from api.mutations import (
    Change,
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from domain.access import Permission
from domain.calendars import models, service


@mutation_input
class CalendarLinkCreateInput(MutationInput):
    """Nothing needs to be said."""


@mutation_input
class CalendarLinkRevokeInput(MutationInput):
    """Which address is to lead nowhere any more."""

    id: strawberry.ID
    """The address."""


@mutation_payload
class CalendarLinkPayload(MutationPayload):
    """What every mutation of an address answers."""

    calendar_link: CalendarLink | None
    """The address after the change; null if there is none to be seen."""


@mutation_payload
class CalendarLinkCreatePayload(CalendarLinkPayload):
    """The new address, with the path that is shown once."""


@mutation_payload
class CalendarLinkRevokePayload(CalendarLinkPayload):
    """The address that leads nowhere any more."""


async def _create(change: Change, _: CalendarLinkCreateInput) -> models.CalendarLink:
    link, secret = await service.create(change.session, change.actor)
    change.context.shown_once[link.id] = secret
    return link


@strawberry.type
class CalendarMutations:
    """Root fields that change calendars' addresses."""

    # A new one; the one before is revoked.
    calendar_link_create = mutation(
        CalendarLinkCreatePayload,
        "Make a secret address for your calendar, to give to a calendar app. The one that you had "
        "before leads nowhere any more.",
        node=CalendarLink,
        asks=Permission.CALENDAR_LINK_KEEP,
        given=CalendarLinkCreateInput,
        which="Nothing but what every mutation takes.",
        verb=_create,
    )

    # Leading somewhere -> revoked.
    calendar_link_revoke = mutation(
        CalendarLinkRevokePayload,
        "Have an address of your calendar lead nowhere any more.",
        node=CalendarLink,
        asks=Permission.CALENDAR_LINK_KEEP,
        given=CalendarLinkRevokeInput,
        which="Which address.",
        verb=lambda change, _: service.revoke(change.session, change.actor, change.key),
    )
