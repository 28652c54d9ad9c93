"""What people do about a visit: one transaction, one verb, one payload."""

import strawberry

from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.visits.types import VisitTask
from domain.access import Permission
from domain.visits import service
from domain.visits.proof import Fix


@mutation_input
class VisitClaimInput(MutationInput):
    """Which visit to take on."""

    id: strawberry.ID
    """The visit."""


@mutation_input
class VisitReleaseInput(MutationInput):
    """Which visit to give back."""

    id: strawberry.ID
    """The visit."""
    reason: str | None = None
    """Why, for its log, which other volunteers do not read; at most 2000 characters."""


@mutation_input
class VisitCheckInInput(MutationInput):
    """Which visit begins, and where the volunteer is.

    A visit at home begins with a place, in degrees of GCJ-02. Of a visit by phone or video no place
    is asked for, and none is kept.
    """

    id: strawberry.ID
    """The visit."""
    longitude: float | None = None
    """Degrees east."""
    latitude: float | None = None
    """Degrees north."""
    accuracy_m: float | None = None
    """Metres around that place within which the phone is, 0 to 100000."""


@mutation_input
class VisitCheckOutInput(MutationInput):
    """Which visit has been made."""

    id: strawberry.ID
    """The visit."""
    note: str | None = None
    """How it went; at most 2000 characters."""


@mutation_input
class VisitVerifyInput(MutationInput):
    """Which visit was made as it should be, or was not."""

    id: strawberry.ID
    """The visit."""
    accepted: bool
    """Whether it was."""
    note: str | None = None
    """Why, for its log; at most 2000 characters."""


@mutation_payload
class VisitPayload(MutationPayload):
    """What every visit mutation answers."""

    visit_task: VisitTask | None
    """The visit after the change; null if there is none to be seen."""


@mutation_payload
class VisitClaimPayload(VisitPayload):
    """The claimed visit, with its elder and the address."""


@mutation_payload
class VisitReleasePayload(VisitPayload):
    """The visit, open again."""


@mutation_payload
class VisitCheckInPayload(VisitPayload):
    """The visit that has begun."""


@mutation_payload
class VisitCheckOutPayload(VisitPayload):
    """The visit that has been made; its elder is seen no longer."""


@mutation_payload
class VisitVerifyPayload(VisitPayload):
    """The visit, verified or rejected."""


@strawberry.type
class VisitMutations:
    """Root fields that change visits."""

    # OPEN -> CLAIMED.
    visit_claim = mutation(
        VisitClaimPayload,
        "Take on an open visit; the first who asks gets it.",
        node=VisitTask,
        asks=Permission.VISIT_CLAIM,
        given=VisitClaimInput,
        which="Which visit.",
        verb=lambda change, given: service.claim(change.session, change.actor, change.key),
    )

    # CLAIMED -> OPEN.
    visit_release = mutation(
        VisitReleasePayload,
        "Give a claimed visit back to the other volunteers.",
        node=VisitTask,
        asks=Permission.VISIT_RELEASE,
        given=VisitReleaseInput,
        which="Which, and why.",
        verb=lambda change, given: service.release(
            change.session, change.actor, change.key, given.reason
        ),
    )

    # CLAIMED -> CHECKED_IN.
    visit_check_in = mutation(
        VisitCheckInPayload,
        "Begin a claimed visit.",
        node=VisitTask,
        asks=Permission.VISIT_CHECK_IN,
        given=VisitCheckInInput,
        which="Which, and where.",
        verb=lambda change, given: service.check_in(
            change.session,
            change.actor,
            change.key,
            Fix.of(given.longitude, given.latitude, given.accuracy_m),
        ),
    )

    # CHECKED_IN -> DONE.
    visit_check_out = mutation(
        VisitCheckOutPayload,
        "End a visit that has begun.",
        node=VisitTask,
        asks=Permission.VISIT_CHECK_OUT,
        given=VisitCheckOutInput,
        which="Which visit.",
        verb=lambda change, given: service.check_out(
            change.session, change.actor, change.key, given.note
        ),
    )

    # DONE -> VERIFIED or REJECTED.
    visit_verify = mutation(
        VisitVerifyPayload,
        "Confirm a visit that somebody else has made, or do not.",
        node=VisitTask,
        asks=Permission.VISIT_VERIFY,
        given=VisitVerifyInput,
        which="Which, and whether.",
        verb=lambda change, given: service.verify(
            change.session,
            change.actor,
            change.key,
            accepted=given.accepted,
            note=given.note,
        ),
    )
