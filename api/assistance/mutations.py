"""What people do with a case: one transaction, one verb, one payload."""

from datetime import date
from typing import Annotated

import strawberry

from api.assistance.types import AssistanceCase
from api.context import Info
from api.describe import input_object, output
from api.errors import UserError
from api.mutations import changed
from api.permissions import asks
from api.relay import key_of
from domain.access import Permission
from domain.assistance import models, service


@input_object
class AssistanceCaseSubmitInput:
    """For whom to apply, and for what."""

    elder_id: strawberry.ID
    """The elder."""
    kind: models.AssistanceKind
    """What is applied for."""
    note: str | None = None
    """A word for its history, at most 2000 characters."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@input_object
class AssistanceCaseAcceptInput:
    """Which case has its papers complete, and since when."""

    id: strawberry.ID
    """The case."""
    accepted_on: date | None = None
    """受理日: the day on which the complete papers were there, from the day of submission to today,
    which null means."""
    note: str | None = None
    """A word for its history, at most 2000 characters."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@input_object
class AssistanceCaseRejectInput:
    """Which case to end, and why."""

    id: strawberry.ID
    """The case."""
    reason: str
    """Why, 1 to 2000 characters; the applicant reads it."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@output
class AssistanceCasePayload:
    """What every mutation of a case answers."""

    assistance_case: AssistanceCase | None
    """The case after the change; null if there is none to be seen."""
    user_errors: list[UserError]
    """Why nothing was changed; empty when it was."""
    client_mutation_id: str | None = None
    """As given in the input."""


@output
class AssistanceCaseSubmitPayload(AssistanceCasePayload):
    """The submitted case."""


@output
class AssistanceCaseAcceptPayload(AssistanceCasePayload):
    """The accepted case, with its clock."""


@output
class AssistanceCaseRejectPayload(AssistanceCasePayload):
    """The rejected case."""


@strawberry.type
class AssistanceMutations:
    """Root fields that change assistance cases."""

    @strawberry.mutation(description="Apply for assistance on behalf of an elder.")
    @asks(Permission.ASSISTANCE_CASE_SUBMIT)
    async def assistance_case_submit(
        self,
        info: Info,
        input: Annotated[
            AssistanceCaseSubmitInput, strawberry.argument(description="For whom and for what.")
        ],
    ) -> AssistanceCaseSubmitPayload:
        """A new case, SUBMITTED."""
        return await changed(
            info,
            AssistanceCaseSubmitPayload,
            AssistanceCase,
            input,
            lambda session: service.submit(
                session,
                info.context.actor,
                key_of(input.elder_id, "elder", "elder_id"),
                input.kind,
                input.note,
            ),
        )

    @strawberry.mutation(
        description="The papers of a submitted case are complete: the statutory clock starts. Not "
        "by whoever submitted it."
    )
    @asks(Permission.ASSISTANCE_CASE_ACCEPT)
    async def assistance_case_accept(
        self,
        info: Info,
        input: Annotated[
            AssistanceCaseAcceptInput, strawberry.argument(description="Which, and since when.")
        ],
    ) -> AssistanceCaseAcceptPayload:
        """SUBMITTED -> ACCEPTED."""
        return await changed(
            info,
            AssistanceCaseAcceptPayload,
            AssistanceCase,
            input,
            lambda session: service.accept(
                session,
                info.context.actor,
                key_of(input.id, "assistance_case"),
                input.accepted_on,
                input.note,
            ),
        )

    @strawberry.mutation(
        description="End a case that has not been decided, with a reason; the elder may apply "
        "again. Not by whoever submitted it."
    )
    @asks(Permission.ASSISTANCE_CASE_REJECT)
    async def assistance_case_reject(
        self,
        info: Info,
        input: Annotated[
            AssistanceCaseRejectInput, strawberry.argument(description="Which, and why.")
        ],
    ) -> AssistanceCaseRejectPayload:
        """Any undecided state -> REJECTED."""
        return await changed(
            info,
            AssistanceCaseRejectPayload,
            AssistanceCase,
            input,
            lambda session: service.reject(
                session, info.context.actor, key_of(input.id, "assistance_case"), input.reason
            ),
        )
