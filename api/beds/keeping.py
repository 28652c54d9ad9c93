"""Which beds there are: opened and closed by the day."""

from datetime import date

import strawberry

from api.beds.types import Bed
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.beds import keeping, models


@mutation_input
class BedOpenInput(MutationInput):
    """Which bed there is from now on. What kind of bed it is never changes: one that becomes
    another is closed, and opened anew."""

    station_id: strawberry.ID
    """The place of care that answers for it."""
    kind: models.BedKind
    """Where it stands."""
    nursing: bool
    """Whether it is a nursing bed (护理型床位)."""
    label: str
    """Its name in its place of care, 1 to 40 characters."""
    opened_on: date | None = None
    """The first day that it is there, a year ahead at most; today if null."""


@mutation_input
class BedCloseInput(MutationInput):
    """Which bed there is no more."""

    id: strawberry.ID
    """The bed."""
    closed_on: date | None = None
    """The first day that it is there no more, a year ahead at most; today if null."""


@mutation_payload
class BedPayload(MutationPayload):
    """What every mutation of a bed answers."""

    bed: Bed | None
    """The bed after the change; null if there is none to be seen."""


@mutation_payload
class BedOpenPayload(BedPayload):
    """The new bed."""


@mutation_payload
class BedClosePayload(BedPayload):
    """The closed bed."""


@strawberry.type
class BedKeepingMutations:
    """Root fields that change which beds there are."""

    bed_open = mutation(
        BedOpenPayload,
        "Set up a bed.",
        node=Bed,
        asks=Permission.BED_KEEP,
        given=BedOpenInput,
        which="Which, and since when.",
        verb=lambda change, given: keeping.open_bed(
            change.session,
            change.actor,
            key_of(given.station_id, "station", "station_id"),
            given.kind,
            nursing=given.nursing,
            label=given.label,
            opened_on=given.opened_on,
        ),
    )

    bed_close = mutation(
        BedClosePayload,
        "Close a bed from a day on, on which nobody has it, or is promised it.",
        node=Bed,
        asks=Permission.BED_KEEP,
        given=BedCloseInput,
        which="Which, and from when.",
        verb=lambda change, given: keeping.close_bed(
            change.session, change.actor, change.key, given.closed_on
        ),
    )
