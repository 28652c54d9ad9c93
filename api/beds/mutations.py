"""What people do about a stay: one transaction, one verb, one payload."""

from datetime import date

import strawberry

from api.beds.types import BedStay
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.beds import service


@mutation_input
class BedStayAdmitInput(MutationInput):
    """Which elder has which bed, and on which days."""

    bed_id: strawberry.ID
    """The bed."""
    elder_id: strawberry.ID
    """The elder."""
    starts_on: date | None = None
    """The first day, from 31 days ago (a late entry) to a year ahead (a reservation); today, by the
    district's clock, if null."""
    ends_on: date | None = None
    """The first day no more, as planned; if null, as it was reserved, else without an end."""


@mutation_input
class BedStayEndInput(MutationInput):
    """Which stay is over."""

    id: strawberry.ID
    """The stay."""
    ends_on: date | None = None
    """The first day no more, from the first day of the stay until today; today if null. A stay that
    has not begun gives all its days back, whatever is said here."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_input
class BedStayCloseInput(MutationInput):
    """Whose bed is clean again."""

    id: strawberry.ID
    """The stay."""


@mutation_payload
class BedStayPayload(MutationPayload):
    """What every mutation of a stay answers."""

    bed_stay: BedStay | None
    """The stay after the change; null if there is none to be seen."""


@mutation_payload
class BedStayAdmitPayload(BedStayPayload):
    """The stay of the admitted elder."""


@mutation_payload
class BedStayEndPayload(BedStayPayload):
    """The stay that has ended."""


@mutation_payload
class BedStayClosePayload(BedStayPayload):
    """The stay whose bed is clean."""


@strawberry.type
class BedMutations:
    """Root fields that change stays."""

    # A new stay, or HELD and RESERVED -> OCCUPIED.
    bed_stay_admit = mutation(
        BedStayAdmitPayload,
        "Give an elder a bed: occupied from today or earlier, reserved from later.",
        node=BedStay,
        asks=Permission.BED_STAY_ADMIT,
        given=BedStayAdmitInput,
        which="Who, where, when.",
        verb=lambda change, given: service.admit(
            change.session,
            change.actor,
            elder_id=key_of(given.elder_id, "elder", "elder_id"),
            bed_id=key_of(given.bed_id, "bed", "bed_id"),
            starts_on=given.starts_on,
            ends_on=given.ends_on,
        ),
    )

    # OCCUPIED and ON_LEAVE -> CLEANING; HELD and RESERVED -> CLOSED.
    bed_stay_end = mutation(
        BedStayEndPayload,
        "The elder has left, and the bed is to be cleaned; or does not come.",
        node=BedStay,
        asks=Permission.BED_STAY_END,
        given=BedStayEndInput,
        which="Which, and when.",
        verb=lambda change, given: service.end(
            change.session,
            change.actor,
            change.key,
            given.ends_on,
            given.expected_version,
        ),
    )

    # CLEANING -> CLOSED.
    bed_stay_close = mutation(
        BedStayClosePayload,
        "The bed is clean: the next may come.",
        node=BedStay,
        asks=Permission.BED_STAY_CLOSE,
        given=BedStayCloseInput,
        which="Which stay.",
        verb=lambda change, given: service.close(change.session, change.actor, change.key),
    )
