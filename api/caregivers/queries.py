"""Certificates, training and assignments as lists."""

from datetime import date

import strawberry
from sqlmodel import col

from api.caregivers.types import CareAssignment, Certificate, TrainingRecord
from api.plan.criteria import equal_id, holds, on_day, one_of, through, under, until
from api.plan.declare import ascending, descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.caregivers import models
from domain.caregivers.assignments import as_told, holds_on, lapsed_on
from domain.caregivers.certificates import renewed


@filter_input
class CertificateFilter(Filter):
    """Which certificates."""

    region: str | None = under(models.Certificate.region_code)
    """Only those of the subtree of the division with this code."""
    account: strawberry.ID | None = equal_id(models.Certificate.account_id, "account")
    """Only this account's."""
    kind: list[models.CertificateKind] | None = one_of(models.Certificate.kind)
    """Only those of one of these kinds; one alone needs no brackets."""
    expiring_before: date | None = until(models.Certificate.until)
    """Only those that end before this day."""
    renewed: bool | None = holds(renewed)
    """Only those that another of the kind follows that you see; if false, only those that none
    does."""
    withdrawn: bool | None = holds(lambda _: col(models.Certificate.withdrawn_at).is_not(None))
    """Only those that were withdrawn; if false, only the others."""


@filter_input
class TrainingRecordFilter(Filter):
    """Which training."""

    region: str | None = under(models.TrainingRecord.region_code)
    """Only that of the subtree of the division with this code."""
    account: strawberry.ID | None = equal_id(models.TrainingRecord.account_id, "account")
    """Only this account's."""


@filter_input
class CareAssignmentFilter(Filter):
    """Which assignments."""

    region: str | None = under(models.CareAssignment.region_code)
    """Only those of caregivers in the subtree of the division with this code."""
    elder: strawberry.ID | None = equal_id(models.CareAssignment.elder_id, "elder")
    """Only this elder's."""
    account: strawberry.ID | None = equal_id(models.CareAssignment.account_id, "account")
    """Only this caregiver's."""
    kind: list[models.CareAssignmentKind] | None = one_of(models.CareAssignment.kind)
    """Only those of one of these kinds; one alone needs no brackets."""
    on: date | None = on_day(holds_on)
    """Only those in force on this day."""
    lapsed_on: date | None = through(on_day(lapsed_on), as_told)
    """Only those in force on this day of which a certificate that they take is not good then; none,
    for those who do not see a caregiver's certificates."""


@strawberry.type
class CaregiverQueries:
    """Root fields on those who work in care."""

    certificate: Certificate | None = by_id(
        models.Certificate, description="A certificate by id; null if there is none to be seen."
    )
    certificates: Connection[Certificate] = listing(
        models.Certificate,
        order=ascending(models.Certificate.until, models.Certificate.id),
        filter=CertificateFilter,
        description="The certificates that you may see, those first that end first: with "
        "`renewed: false, withdrawn: false` those that have to be renewed.",
    )
    training_record: TrainingRecord | None = by_id(
        models.TrainingRecord,
        description="Hours of training by id; null if there are none to be seen.",
    )
    training_records: Connection[TrainingRecord] = listing(
        models.TrainingRecord,
        order=descending(models.TrainingRecord.day, models.TrainingRecord.id),
        filter=TrainingRecordFilter,
        description="The training that you may see, the latest first, what was taken back "
        "included.",
    )
    care_assignment: CareAssignment | None = by_id(
        models.CareAssignment,
        description="An assignment of a caregiver by id; null if there is none to be seen.",
    )
    care_assignments: Connection[CareAssignment] = listing(
        models.CareAssignment,
        order=descending(models.CareAssignment.id),
        filter=CareAssignmentFilter,
        description="The assignments of caregivers that you may see, those over included, newest "
        "first.",
    )
