"""Who lives with whom: one transaction, one verb, one payload."""

from datetime import date

import strawberry

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
from domain.elders import households


@mutation_input
class HouseholdJoinInput(MutationInput):
    """Who lives with whom."""

    id: strawberry.ID
    """The elder."""
    other_id: strawberry.ID
    """The elder with whom they live, in whatever household that one lives."""
    since: date | None = None
    """The first day, today or a past one, on which both were born; today, by the district's clock,
    if null."""


@mutation_input
class HouseholdLeaveInput(MutationInput):
    """Who has moved out."""

    id: strawberry.ID
    """The elder."""
    until: date | None = None
    """The first day on which they lived there no longer, today or a past one; today if null."""


@mutation_payload
class HouseholdPayload(MutationPayload):
    """What mutations of a household answer."""

    elder: Elder | None
    """The elder after the change; null if there is none to be seen."""


@mutation_payload
class HouseholdJoinPayload(HouseholdPayload):
    """The elder in their household."""


@mutation_payload
class HouseholdLeavePayload(HouseholdPayload):
    """The elder who has moved out."""


@strawberry.type
class HouseholdMutations:
    """Root fields that say who lives with whom."""

    household_join = mutation(
        HouseholdJoinPayload,
        "Say that an elder lives with another; refused (ALREADY_EXISTS) where they live in a "
        "household on one of these days already.",
        node=Elder,
        asks=Permission.ELDER_REGISTER,
        given=HouseholdJoinInput,
        which="Who, with whom.",
        verb=lambda change, given: households.join(
            change.session,
            change.actor,
            change.key,
            key_of(given.other_id, "elder", "other_id"),
            given.since,
        ),
    )

    household_leave = mutation(
        HouseholdLeavePayload,
        "Say that an elder has moved out of their household.",
        node=Elder,
        asks=Permission.ELDER_REGISTER,
        given=HouseholdLeaveInput,
        which="Who, and when.",
        verb=lambda change, given: households.leave(
            change.session, change.actor, change.key, given.until
        ),
    )
