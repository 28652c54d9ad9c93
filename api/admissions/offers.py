"""What homes offer to those who wait."""

from datetime import date, datetime

import strawberry

from api.admissions.mutations import AdmissionApplicationPayload
from api.admissions.types import AdmissionApplication
from api.mutations import MutationInput, mutation, mutation_input, mutation_payload
from api.relay import key_of
from domain.access import Permission
from domain.admissions import offering


@mutation_input
class AdmissionApplicationOfferInput(MutationInput):
    """Which bed to keep for whom, and until when."""

    id: strawberry.ID
    """The application."""
    bed_id: strawberry.ID
    """A bed of the home, such as was applied for."""
    held_until: datetime
    """Until when the family may decide, 14 days ahead at most; then it runs out by itself."""
    starts_on: date | None = None
    """From which day the bed is kept, from today to a year ahead; today if null."""
    out_of_turn: str | None = None
    """Why this one is offered the bed although another who waits for such a one is before them, 1
    to 2000 characters; it stays in the history. Needed only then."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_input
class AdmissionApplicationOfferNextInput(MutationInput):
    """Which bed to keep for whoever's turn it is, and until when."""

    bed_id: strawberry.ID
    """The bed."""
    held_until: datetime
    """Until when the family may decide, 14 days ahead at most."""
    starts_on: date | None = None
    """From which day the bed is kept, from today to a year ahead; today if null."""


@mutation_payload
class AdmissionApplicationOfferPayload(AdmissionApplicationPayload):
    """The application, with the bed that is kept."""


@mutation_payload
class AdmissionApplicationOfferNextPayload(AdmissionApplicationPayload):
    """The application whose turn it was, with the bed that is kept."""


@strawberry.type
class AdmissionOfferMutations:
    """Root fields by which homes offer beds."""

    # ASSESSING and WAITLISTED -> OFFERED.
    admission_application_offer = mutation(
        AdmissionApplicationOfferPayload,
        "Keep a named bed for the elder until a moment by which they must have decided.",
        node=AdmissionApplication,
        asks=Permission.ADMISSION_DECIDE,
        given=AdmissionApplicationOfferInput,
        which="Which bed, for whom, until when.",
        verb=lambda change, given: offering.offer(
            change.session,
            change.actor,
            change.key,
            bed_id=key_of(given.bed_id, "bed", "bed_id"),
            held_until=given.held_until,
            starts_on=given.starts_on,
            out_of_turn=given.out_of_turn,
            expected_version=given.expected_version,
        ),
    )

    # The first WAITLISTED -> OFFERED.
    admission_application_offer_next = mutation(
        AdmissionApplicationOfferNextPayload,
        "Keep a bed for the first of those who wait for such a one, by the division's rule.",
        node=AdmissionApplication,
        asks=Permission.ADMISSION_DECIDE,
        given=AdmissionApplicationOfferNextInput,
        which="Which bed, until when.",
        verb=lambda change, given: offering.offer_next(
            change.session,
            change.actor,
            bed_id=key_of(given.bed_id, "bed", "bed_id"),
            held_until=given.held_until,
            starts_on=given.starts_on,
        ),
    )
