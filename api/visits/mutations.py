"""What volunteers do about a visit: one transaction, one verb, one payload."""

from datetime import datetime

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
    at: datetime | None = None
    """When it began by the phone's own clock, where that had no network then: at most seven days
    ago, after the claim, and at a time when the volunteer was nowhere else. Now if null."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_input
class VisitCheckOutInput(MutationInput):
    """Which visit has been made."""

    id: strawberry.ID
    """The visit."""
    note: str | None = None
    """How it went; at most 2000 characters."""
    at: datetime | None = None
    """When it ended by the phone's own clock, where that had no network then: at most seven days
    ago, after it began, and the volunteer was nowhere else meanwhile. Now if null."""


@mutation_input
class VisitRefuseInput(MutationInput):
    """Which visit the elder does not want."""

    id: strawberry.ID
    """The visit."""
    reason: str | None = None
    """What the elder said, for its log; at most 2000 characters."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


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
class VisitRefusePayload(VisitPayload):
    """The visit that the elder did not want."""


@strawberry.type
class VisitMutations:
    """Root fields by which volunteers change visits."""

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

    # CLAIMED -> CHECKED_IN; so is NO_SHOW, by the phone's own clock.
    visit_check_in = mutation(
        VisitCheckInPayload,
        "Begin a claimed visit, or enter afterwards when it began.",
        node=VisitTask,
        asks=Permission.VISIT_CHECK_IN,
        given=VisitCheckInInput,
        which="Which, and where.",
        verb=lambda change, given: service.check_in(
            change.session,
            change.actor,
            change.key,
            Fix.of(given.longitude, given.latitude, given.accuracy_m),
            given.at,
            given.expected_version,
        ),
    )

    # CHECKED_IN -> DONE.
    visit_check_out = mutation(
        VisitCheckOutPayload,
        "End a visit that has begun, or enter afterwards when it ended.",
        node=VisitTask,
        asks=Permission.VISIT_CHECK_OUT,
        given=VisitCheckOutInput,
        which="Which visit.",
        verb=lambda change, given: service.check_out(
            change.session, change.actor, change.key, given.note, given.at
        ),
    )

    # CLAIMED or CHECKED_IN -> REFUSED; so is NO_SHOW, of who was there without a network.
    visit_refuse = mutation(
        VisitRefusePayload,
        "The elder does not want the visit that you have claimed.",
        node=VisitTask,
        asks=Permission.VISIT_REFUSE,
        given=VisitRefuseInput,
        which="Which, and why.",
        verb=lambda change, given: service.refuse(
            change.session, change.actor, change.key, given.reason, given.expected_version
        ),
    )
