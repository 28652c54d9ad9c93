"""What people do with a case: one transaction, one verb, one payload."""

from datetime import date

import strawberry

from api.assistance.types import AssistanceCase
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.assistance import models, service


@mutation_input
class AssistanceCaseSubmitInput(MutationInput):
    """For whom to apply, and for what."""

    elder_id: strawberry.ID
    """The elder."""
    kind: models.AssistanceKind
    """What is applied for."""
    note: str | None = None
    """A word for its history, at most 2000 characters."""


@mutation_input
class AssistanceCaseAcceptInput(MutationInput):
    """Which case has its papers complete, and since when."""

    id: strawberry.ID
    """The case."""
    accepted_on: date | None = None
    """受理日: the day on which the complete papers were there, from the day of submission to today,
    which null means."""
    note: str | None = None
    """A word for its history, at most 2000 characters."""


@mutation_input
class AssistanceCaseRejectInput(MutationInput):
    """Which case to end, and why."""

    id: strawberry.ID
    """The case."""
    reason: str
    """Why, 1 to 2000 characters; the applicant reads it."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_payload
class AssistanceCasePayload(MutationPayload):
    """What every mutation of a case answers."""

    assistance_case: AssistanceCase | None
    """The case after the change; null if there is none to be seen."""


@mutation_payload
class AssistanceCaseSubmitPayload(AssistanceCasePayload):
    """The submitted case."""


@mutation_payload
class AssistanceCaseAcceptPayload(AssistanceCasePayload):
    """The accepted case, with its clock."""


@mutation_payload
class AssistanceCaseRejectPayload(AssistanceCasePayload):
    """The rejected case."""


@strawberry.type
class AssistanceMutations:
    """Root fields that change assistance cases."""

    # A new case, SUBMITTED.
    assistance_case_submit = mutation(
        AssistanceCaseSubmitPayload,
        "Apply for assistance on behalf of an elder.",
        node=AssistanceCase,
        asks=Permission.ASSISTANCE_CASE_SUBMIT,
        given=AssistanceCaseSubmitInput,
        which="For whom and for what.",
        verb=lambda change, given: service.submit(
            change.session,
            change.actor,
            key_of(given.elder_id, "elder", "elder_id"),
            given.kind,
            given.note,
        ),
    )

    # SUBMITTED -> ACCEPTED.
    assistance_case_accept = mutation(
        AssistanceCaseAcceptPayload,
        "The papers of a submitted case are complete: the statutory clock starts. Not "
        "by whoever submitted it.",
        node=AssistanceCase,
        asks=Permission.ASSISTANCE_CASE_ACCEPT,
        given=AssistanceCaseAcceptInput,
        which="Which, and since when.",
        verb=lambda change, given: service.accept(
            change.session,
            change.actor,
            change.key,
            given.accepted_on,
            given.note,
        ),
    )

    # Any undecided state -> REJECTED.
    assistance_case_reject = mutation(
        AssistanceCaseRejectPayload,
        "End a case that has not been decided, with a reason; the elder may apply "
        "again. Not by whoever submitted it.",
        node=AssistanceCase,
        asks=Permission.ASSISTANCE_CASE_REJECT,
        given=AssistanceCaseRejectInput,
        which="Which, and why.",
        verb=lambda change, given: service.reject(
            change.session,
            change.actor,
            change.key,
            given.reason,
            given.expected_version,
        ),
    )
