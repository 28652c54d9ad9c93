"""Assessments are submitted, confirmed and taken back: one transaction, one verb, one payload."""

import strawberry

from api.assessments.scale import AssessmentPreviewInput
from api.assessments.types import Assessment
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.assessments import service


@mutation_input
class AssessmentSubmitInput(AssessmentPreviewInput, MutationInput):
    """Whom you have assessed, and what you have found."""

    elder_id: strawberry.ID
    """The elder."""
    note: str | None = None
    """A word for its history, at most 2000 characters."""


@mutation_input
class AssessmentConfirmInput(MutationInput):
    """Which assessment to sign."""

    id: strawberry.ID
    """The assessment."""
    note: str | None = None
    """A word for its history, at most 2000 characters."""


@mutation_input
class AssessmentWithdrawInput(MutationInput):
    """Which assessment to take back."""

    id: strawberry.ID
    """The assessment."""
    note: str | None = None
    """A word for its history, at most 2000 characters."""


@mutation_payload
class AssessmentPayload(MutationPayload):
    """What every mutation of an assessment answers."""

    assessment: Assessment | None
    """The assessment after the change; null if there is none to be seen."""


@mutation_payload
class AssessmentSubmitPayload(AssessmentPayload):
    """The submitted assessment."""


@mutation_payload
class AssessmentConfirmPayload(AssessmentPayload):
    """The signed assessment; CONFIRMED with the last signature that it needs."""


@mutation_payload
class AssessmentWithdrawPayload(AssessmentPayload):
    """The assessment that was taken back."""


@strawberry.type
class AssessmentMutations:
    """Root fields that change assessments."""

    # A new assessment, SUBMITTED.
    assessment_submit = mutation(
        AssessmentSubmitPayload,
        "Hand in an assessment as its first assessor; one of an elder waits at a time.",
        node=Assessment,
        asks=Permission.ASSESSMENT_SUBMIT,
        given=AssessmentSubmitInput,
        which="Whose, and what was found.",
        verb=lambda change, given: service.submit(
            change.session,
            change.actor,
            change.vault,
            key_of(given.elder_id, "elder", "elder_id"),
            given.answers(),
            given.note,
        ),
    )

    # SUBMITTED -> CONFIRMED, with the last signature.
    assessment_confirm = mutation(
        AssessmentConfirmPayload,
        "Sign an assessment as another assessor. With the last signature that it needs it counts: "
        "the elder has its level, and it replaces the one before.",
        node=Assessment,
        asks=Permission.ASSESSMENT_CONFIRM,
        given=AssessmentConfirmInput,
        which="Which.",
        verb=lambda change, given: service.confirm(
            change.session, change.actor, change.key, given.note
        ),
    )

    # SUBMITTED -> WITHDRAWN.
    assessment_withdraw = mutation(
        AssessmentWithdrawPayload,
        "Take back an assessment that has not been confirmed; another may be submitted.",
        node=Assessment,
        asks=Permission.ASSESSMENT_WITHDRAW,
        given=AssessmentWithdrawInput,
        which="Which.",
        verb=lambda change, given: service.withdraw(
            change.session, change.actor, change.key, given.note
        ),
    )
