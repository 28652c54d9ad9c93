"""What is kept of those who work in care: one transaction, one verb, one payload."""

from datetime import date

import strawberry

from api.alarms.mutations import account_key
from api.caregivers.types import CareAssignment, Certificate, TrainingRecord
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.relay import key_of
from domain.access import Permission
from domain.caregivers import assignments, certificates, models, training
from domain.caregivers.assignments import Wish
from domain.caregivers.certificates import Paper
from domain.caregivers.training import Attended


@mutation_input
class CertificateAddInput(MutationInput):
    """Whose certificate, and what it says."""

    account_id: strawberry.ID
    """An account of a caregiver, a station or an advisor."""
    kind: models.CertificateKind
    """What it says of them."""
    grade: int | None = None
    """Of a caregiver's: 1 (the best) to 5; null for any other."""
    number: str
    """Its number, 1 to 60 characters."""
    issued_by: str
    """Who has issued it, 1 to 60 characters."""
    since: date
    """From which day on it is good."""
    until: date
    """The day on which it is good no more."""


@mutation_input
class CertificateRenewInput(MutationInput):
    """Which certificate is followed by which; kind, grade and holder stay."""

    id: strawberry.ID
    """The certificate that is renewed; it stays good until its last day."""
    number: str
    """The new one's number, 1 to 60 characters."""
    issued_by: str
    """Who has issued it, 1 to 60 characters."""
    since: date
    """From which day on the new one is good: not before the other ends."""
    until: date
    """The day on which it is good no more."""


@mutation_input
class CertificateWithdrawInput(MutationInput):
    """Which certificate is not good, and why."""

    id: strawberry.ID
    """The certificate."""
    because: str
    """Why, 1 to 200 characters."""


@mutation_input
class TrainingRecordAddInput(MutationInput):
    """Who was trained in what, and for how long."""

    account_id: strawberry.ID
    """An account of a caregiver, a station or an advisor."""
    course: str
    """In what, 1 to 100 characters."""
    hours: float
    """For how long, 0.5 to 12, in half hours."""
    day: date
    """On which day, none to come."""
    proof: str | None = None
    """The number of the paper that says so, at most 60 characters."""


@mutation_input
class TrainingRecordWithdrawInput(MutationInput):
    """What was entered wrongly."""

    id: strawberry.ID
    """The record of training."""


@mutation_input
class CareAssignmentAddInput(MutationInput):
    """Which caregiver does what for whom."""

    elder_id: strawberry.ID
    """The elder."""
    account_id: strawberry.ID
    """The caregiver's account."""
    kind: models.CareAssignmentKind
    """What they do."""
    since: date | None = None
    """From which day on; today if null."""
    until: date | None = None
    """The day on which they do it no more; null where no end is set."""


@mutation_input
class CareAssignmentEndInput(MutationInput):
    """Which assignment ends."""

    id: strawberry.ID
    """The assignment."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_payload
class CertificatePayload(MutationPayload):
    """What every mutation of a certificate answers."""

    certificate: Certificate | None
    """The certificate after the change; null if there is none to be seen."""


@mutation_payload
class CertificateAddPayload(CertificatePayload):
    """The new certificate."""


@mutation_payload
class CertificateRenewPayload(CertificatePayload):
    """The new certificate; if there is none, the one that was to be renewed."""


@mutation_payload
class CertificateWithdrawPayload(CertificatePayload):
    """The withdrawn certificate."""


@mutation_payload
class TrainingRecordPayload(MutationPayload):
    """What every mutation of a record of training answers."""

    training_record: TrainingRecord | None
    """The record after the change; null if there is none to be seen."""


@mutation_payload
class TrainingRecordAddPayload(TrainingRecordPayload):
    """The new record."""


@mutation_payload
class TrainingRecordWithdrawPayload(TrainingRecordPayload):
    """The record that was taken back."""


@mutation_payload
class CareAssignmentPayload(MutationPayload):
    """What every mutation of an assignment answers."""

    care_assignment: CareAssignment | None
    """The assignment after the change; null if there is none to be seen."""


@mutation_payload
class CareAssignmentAddPayload(CareAssignmentPayload):
    """The new assignment."""


@mutation_payload
class CareAssignmentEndPayload(CareAssignmentPayload):
    """The assignment that was ended."""


@strawberry.type
class CaregiverMutations:
    """Root fields that change what is kept of those who work in care."""

    certificate_add = mutation(
        CertificateAddPayload,
        "Enter a certificate of somebody who works in care; refused (ALREADY_EXISTS) where they "
        "hold one of the kind on one of these days.",
        node=Certificate,
        asks=Permission.CERTIFICATE_KEEP,
        given=CertificateAddInput,
        which="Whose, and what it says.",
        verb=lambda change, given: certificates.add(
            change.session,
            change.vault,
            change.actor,
            account_key(given.account_id),
            given.kind,
            given.grade,
            Paper(given.number, given.issued_by, given.since, given.until),
        ),
    )

    certificate_renew = mutation(
        CertificateRenewPayload,
        "Enter the certificate that follows another of the same kind and grade.",
        node=Certificate,
        asks=Permission.CERTIFICATE_KEEP,
        given=CertificateRenewInput,
        which="Which, and what the new one says.",
        verb=lambda change, given: certificates.renew(
            change.session,
            change.vault,
            change.actor,
            change.key,
            Paper(given.number, given.issued_by, given.since, given.until),
        ),
    )

    certificate_withdraw = mutation(
        CertificateWithdrawPayload,
        "Say that a certificate is not good: it was revoked, or never was. Assignments that take "
        "it lapse.",
        node=Certificate,
        asks=Permission.CERTIFICATE_KEEP,
        given=CertificateWithdrawInput,
        which="Which, and why.",
        verb=lambda change, given: certificates.withdraw(
            change.session, change.actor, change.key, given.because
        ),
    )

    training_record_add = mutation(
        TrainingRecordAddPayload,
        "Enter hours of training.",
        node=TrainingRecord,
        asks=Permission.TRAINING_RECORD_KEEP,
        given=TrainingRecordAddInput,
        which="Whose, and what.",
        verb=lambda change, given: training.add(
            change.session,
            change.actor,
            account_key(given.account_id),
            Attended(given.course, given.hours, given.day, given.proof),
        ),
    )

    training_record_withdraw = mutation(
        TrainingRecordWithdrawPayload,
        "Take back training that was entered wrongly; what was said of an earlier day stays.",
        node=TrainingRecord,
        asks=Permission.TRAINING_RECORD_KEEP,
        given=TrainingRecordWithdrawInput,
        which="Which.",
        verb=lambda change, _: training.withdraw(change.session, change.actor, change.key),
    )

    care_assignment_add = mutation(
        CareAssignmentAddPayload,
        "Assign a caregiver to an elder; refused (CERTIFICATE_MISSING, CERTIFICATE_EXPIRED) where "
        "a certificate that it takes is not good on the first day.",
        node=CareAssignment,
        asks=Permission.CARE_ASSIGNMENT_KEEP,
        given=CareAssignmentAddInput,
        which="Whom, to whom, and for what.",
        verb=lambda change, given: assignments.add(
            change.session,
            change.actor,
            Wish(
                key_of(given.elder_id, "elder", "elder_id"),
                account_key(given.account_id),
                given.kind,
                given.since,
                given.until,
            ),
        ),
    )

    care_assignment_end = mutation(
        CareAssignmentEndPayload,
        "End an assignment today; one that has not begun never does.",
        node=CareAssignment,
        asks=Permission.CARE_ASSIGNMENT_KEEP,
        given=CareAssignmentEndInput,
        which="Which.",
        verb=lambda change, given: assignments.end(
            change.session, change.actor, change.key, given.expected_version
        ),
    )
