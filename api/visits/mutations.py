"""What people do about a visit: one transaction, one verb, one payload."""

from typing import Annotated

import strawberry

from api.context import Info
from api.describe import input_object, output
from api.errors import UserError
from api.mutations import changed
from api.permissions import asks
from api.relay import key_of
from api.visits.types import VisitTask
from domain.access import Permission
from domain.visits import service
from domain.visits.proof import Fix


@input_object
class VisitClaimInput:
    """Which visit to take on."""

    id: strawberry.ID
    """The visit."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@input_object
class VisitReleaseInput:
    """Which visit to give back."""

    id: strawberry.ID
    """The visit."""
    reason: str | None = None
    """Why, for its log, which other volunteers do not read; at most 2000 characters."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@input_object
class VisitCheckInInput:
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
    client_mutation_id: str | None = None
    """Given back in the payload."""


@input_object
class VisitCheckOutInput:
    """Which visit has been made."""

    id: strawberry.ID
    """The visit."""
    note: str | None = None
    """How it went; at most 2000 characters."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@input_object
class VisitVerifyInput:
    """Which visit was made as it should be, or was not."""

    id: strawberry.ID
    """The visit."""
    accepted: bool
    """Whether it was."""
    note: str | None = None
    """Why, for its log; at most 2000 characters."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@output
class VisitPayload:
    """What every visit mutation answers."""

    visit_task: VisitTask | None
    """The visit after the change; null if there is none to be seen."""
    user_errors: list[UserError]
    """Why nothing was changed; empty when it was."""
    client_mutation_id: str | None = None
    """As given in the input."""


@output
class VisitClaimPayload(VisitPayload):
    """The claimed visit, with its elder and the address."""


@output
class VisitReleasePayload(VisitPayload):
    """The visit, open again."""


@output
class VisitCheckInPayload(VisitPayload):
    """The visit that has begun."""


@output
class VisitCheckOutPayload(VisitPayload):
    """The visit that has been made; its elder is seen no longer."""


@output
class VisitVerifyPayload(VisitPayload):
    """The visit, verified or rejected."""


@strawberry.type
class VisitMutations:
    """Root fields that change visits."""

    @strawberry.mutation(description="Take on an open visit; the first who asks gets it.")
    @asks(Permission.VISIT_CLAIM)
    async def visit_claim(
        self,
        info: Info,
        input: Annotated[VisitClaimInput, strawberry.argument(description="Which visit.")],
    ) -> VisitClaimPayload:
        """OPEN -> CLAIMED."""
        return await changed(
            info,
            VisitClaimPayload,
            VisitTask,
            input,
            lambda session: service.claim(
                session, info.context.actor, key_of(input.id, "visit_task")
            ),
        )

    @strawberry.mutation(description="Give a claimed visit back to the other volunteers.")
    @asks(Permission.VISIT_RELEASE)
    async def visit_release(
        self,
        info: Info,
        input: Annotated[VisitReleaseInput, strawberry.argument(description="Which, and why.")],
    ) -> VisitReleasePayload:
        """CLAIMED -> OPEN."""
        return await changed(
            info,
            VisitReleasePayload,
            VisitTask,
            input,
            lambda session: service.release(
                session, info.context.actor, key_of(input.id, "visit_task"), input.reason
            ),
        )

    @strawberry.mutation(description="Begin a claimed visit.")
    @asks(Permission.VISIT_CHECK_IN)
    async def visit_check_in(
        self,
        info: Info,
        input: Annotated[VisitCheckInInput, strawberry.argument(description="Which, and where.")],
    ) -> VisitCheckInPayload:
        """CLAIMED -> CHECKED_IN."""
        return await changed(
            info,
            VisitCheckInPayload,
            VisitTask,
            input,
            lambda session: service.check_in(
                session,
                info.context.actor,
                key_of(input.id, "visit_task"),
                Fix.of(input.longitude, input.latitude, input.accuracy_m),
            ),
        )

    @strawberry.mutation(description="End a visit that has begun.")
    @asks(Permission.VISIT_CHECK_OUT)
    async def visit_check_out(
        self,
        info: Info,
        input: Annotated[VisitCheckOutInput, strawberry.argument(description="Which visit.")],
    ) -> VisitCheckOutPayload:
        """CHECKED_IN -> DONE."""
        return await changed(
            info,
            VisitCheckOutPayload,
            VisitTask,
            input,
            lambda session: service.check_out(
                session, info.context.actor, key_of(input.id, "visit_task"), input.note
            ),
        )

    @strawberry.mutation(description="Confirm a visit that somebody else has made, or do not.")
    @asks(Permission.VISIT_VERIFY)
    async def visit_verify(
        self,
        info: Info,
        input: Annotated[VisitVerifyInput, strawberry.argument(description="Which, and whether.")],
    ) -> VisitVerifyPayload:
        """DONE -> VERIFIED or REJECTED."""
        return await changed(
            info,
            VisitVerifyPayload,
            VisitTask,
            input,
            lambda session: service.verify(
                session,
                info.context.actor,
                key_of(input.id, "visit_task"),
                accepted=input.accepted,
                note=input.note,
            ),
        )
