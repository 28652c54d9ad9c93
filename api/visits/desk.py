"""What desks do about visits: plan them, call them off, and say what became of them."""

from datetime import datetime

import strawberry

from api.mutations import MutationInput, mutation, mutation_input, mutation_payload
from api.relay import key_of
from api.visits.mutations import VisitPayload
from api.visits.types import VisitTask
from domain.access import Permission
from domain.visits import planning, service
from domain.visits.models import VisitKind
from domain.visits.planning import Planned
from domain.volunteers.lifecycle import VolunteerSkill


@mutation_input
class VisitPlanInput(MutationInput):
    """Whom to visit, how and when."""

    elder_id: strawberry.ID
    """The elder."""
    kind: VisitKind
    """How."""
    scheduled_from: datetime
    """When it is to begin: a moment to come, at most 366 days ahead."""
    scheduled_to: datetime
    """When it is to end, at most twelve hours later."""
    skills: list[VolunteerSkill] = strawberry.field(default_factory=list)
    """What whoever makes it must be able to do."""


@mutation_input
class VisitCancelInput(MutationInput):
    """Which visit is not to be."""

    id: strawberry.ID
    """The visit."""
    reason: str | None = None
    """Why, for its log; at most 2000 characters."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_input
class VisitVerifyInput(MutationInput):
    """Which visit was made as it should be, or was not."""

    id: strawberry.ID
    """The visit."""
    accepted: bool
    """Whether it was."""
    note: str | None = None
    """Why, for its log; at most 2000 characters."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_input
class VisitRejectInput(MutationInput):
    """Which visit was not made as it should be."""

    id: strawberry.ID
    """The visit."""
    reason: str
    """Why, for its log; at most 2000 characters."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_input
class VisitMissInput(MutationInput):
    """To which visit nobody came."""

    id: strawberry.ID
    """The visit."""
    note: str | None = None
    """What is known, for its log; at most 2000 characters."""


@mutation_payload
class VisitPlanPayload(VisitPayload):
    """The new visit, open."""


@mutation_payload
class VisitCancelPayload(VisitPayload):
    """The visit that is not to be."""


@mutation_payload
class VisitVerifyPayload(VisitPayload):
    """The visit, verified or rejected."""


@mutation_payload
class VisitRejectPayload(VisitPayload):
    """The visit that does not count."""


@mutation_payload
class VisitMissPayload(VisitPayload):
    """The visit to which nobody came."""


@strawberry.type
class VisitDeskMutations:
    """Root fields by which desks change visits."""

    # A new one, OPEN.
    visit_plan = mutation(
        VisitPlanPayload,
        "Plan a visit to an elder, for a volunteer of the region to claim.",
        node=VisitTask,
        asks=Permission.VISIT_PLAN,
        given=VisitPlanInput,
        which="To whom, how and when.",
        verb=lambda change, given: planning.plan(change.session, change.actor, _planned(given)),
    )

    # OPEN or CLAIMED -> CANCELLED.
    visit_cancel = mutation(
        VisitCancelPayload,
        "Call off a visit that has not begun.",
        node=VisitTask,
        asks=Permission.VISIT_CANCEL,
        given=VisitCancelInput,
        which="Which, and why.",
        verb=lambda change, given: planning.cancel(
            change.session, change.actor, change.key, given.reason, given.expected_version
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
            expected_version=given.expected_version,
        ),
    )

    # DONE or CHECKED_IN -> REJECTED.
    visit_reject = mutation(
        VisitRejectPayload,
        "Do not accept a visit that somebody else has made, or has begun and never ended.",
        node=VisitTask,
        asks=Permission.VISIT_VERIFY,
        given=VisitRejectInput,
        which="Which, and why.",
        verb=lambda change, given: service.verify(
            change.session,
            change.actor,
            change.key,
            accepted=False,
            note=given.reason,
            expected_version=given.expected_version,
        ),
    )

    # CLAIMED -> NO_SHOW.
    visit_miss = mutation(
        VisitMissPayload,
        "Say that whoever has claimed a visit did not come; a day after its time that is said by "
        "itself.",
        node=VisitTask,
        asks=Permission.VISIT_MISS,
        given=VisitMissInput,
        which="Which visit.",
        verb=lambda change, given: service.miss(
            change.session, change.actor, change.key, given.note
        ),
    )


def _planned(given: VisitPlanInput) -> Planned:
    return Planned(
        elder_id=key_of(given.elder_id, "elder", "elder_id"),
        kind=given.kind,
        scheduled_from=given.scheduled_from,
        scheduled_to=given.scheduled_to,
        skills=given.skills,
    )
