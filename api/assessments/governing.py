"""Divisions say who may assess and what it takes: one transaction, one verb, one payload."""

from datetime import date

import strawberry

from api.alarms.mutations import account_key
from api.assessments.types import AssessmentPolicy, Assessor
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from domain.access import Permission
from domain.assessments import assessors, policies
from domain.assessments.assessors import Appointment
from domain.assessments.policies import Rule


@mutation_input
class AssessorAppointInput(MutationInput):
    """Who may assess, and from when until when."""

    account_id: strawberry.ID
    """An account of a station or of a caregiver."""
    clinical: bool
    """Whether as a clinical assessor: a doctor or a nurse."""
    certificate: str
    """The certificate's number, 1 to 60 characters."""
    since: date
    """From which day on it is good."""
    until: date
    """The day on which it is good no more."""


@mutation_input
class AssessorEndInput(MutationInput):
    """Which certificate is good no more."""

    id: strawberry.ID
    """The assessor."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_input
class AssessmentPolicySetInput(MutationInput):
    """What assessments need, and where."""

    region_code: str
    """The division, with all below it that has set nothing of its own."""
    assessors: int = 2
    """How many assessors have to sign one, 2 to 5."""
    clinical_assessors: int = 1
    """How many of these have to be clinical ones, at least 1."""
    valid_months: int = 12
    """How many months by the calendar it is valid, 1 to 24."""


@mutation_input
class AssessmentPolicyRemoveInput(MutationInput):
    """What to take back."""

    id: strawberry.ID
    """What a division has set."""
    expected_version: int | None = None
    """As for `assessorEnd`."""


@mutation_payload
class AssessorAppointPayload(MutationPayload):
    """The new assessor."""

    assessor: Assessor | None
    """The assessor; null if nothing was entered."""


@mutation_payload
class AssessorEndPayload(MutationPayload):
    """The assessor who was."""

    assessor: Assessor | None
    """The assessor after the change; null if there is none to be seen."""


@mutation_payload
class AssessmentPolicySetPayload(MutationPayload):
    """What counts now."""

    assessment_policy: AssessmentPolicy | None
    """The division's; null if nothing was set."""


@mutation_payload
class AssessmentPolicyRemovePayload(MutationPayload):
    """What is left of it: nothing."""

    assessment_policy: AssessmentPolicy | None
    """Null, once it is taken back."""


@strawberry.type
class AssessmentGovernance:
    """Root fields by which divisions say who assesses and what it takes."""

    assessor_appoint = mutation(
        AssessorAppointPayload,
        "Enter somebody's certificate to assess elders.",
        node=Assessor,
        asks=Permission.ASSESSOR_KEEP,
        given=AssessorAppointInput,
        which="Whose, and from when until when it is good.",
        verb=lambda change, given: assessors.appoint(
            change.session,
            change.actor,
            Appointment(
                account_key(given.account_id),
                given.clinical,
                given.certificate,
                given.since,
                given.until,
            ),
        ),
    )

    assessor_end = mutation(
        AssessorEndPayload,
        "Let a certificate be good no more from today on; what was signed with it stays.",
        node=Assessor,
        asks=Permission.ASSESSOR_KEEP,
        given=AssessorEndInput,
        which="Which.",
        verb=lambda change, given: assessors.end(
            change.session, change.actor, change.key, given.expected_version
        ),
    )

    assessment_policy_set = mutation(
        AssessmentPolicySetPayload,
        "Set what assessments need in a division and below it, instead of what was set there "
        "before; those that have been submitted keep what they began with.",
        node=AssessmentPolicy,
        asks=Permission.ASSESSMENT_POLICY_SET,
        given=AssessmentPolicySetInput,
        which="What, and where.",
        verb=lambda change, given: policies.put(
            change.session,
            change.actor,
            given.region_code,
            Rule(given.assessors, given.clinical_assessors, given.valid_months),
        ),
    )

    assessment_policy_remove = mutation(
        AssessmentPolicyRemovePayload,
        "Take back what a division has set: what one above it has set counts again, at last the "
        "rules.",
        node=AssessmentPolicy,
        asks=Permission.ASSESSMENT_POLICY_SET,
        given=AssessmentPolicyRemoveInput,
        which="What to take back.",
        verb=lambda change, given: policies.remove(
            change.session, change.actor, change.key, given.expected_version
        ),
    )
