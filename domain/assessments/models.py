"""Assessments and their log, who may assess, and what divisions ask for."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, column, func, text
from sqlmodel import Field

from domain.assessments.lifecycle import AssessmentAction, AssessmentState
from domain.elders.models import CareLevel
from domain.tables import (
    Table,
    choice,
    counter,
    moment,
    no_overlap,
    primary_key,
    reference,
    region_code,
    sealed,
    version,
)


class Assessor(Table, table=True):
    """Somebody who has a certificate to assess elders, from a day on until before another. One that
    was ended before it began is empty: it ends where it begins."""

    __table_args__ = (
        no_overlap(
            "account_id",
            func.daterange(column("since"), column("until")),
            name="assessor_account_once",
        ),
        CheckConstraint("until >= since", name="assessor_period_forward"),
        Index("assessor_region_code_id", "region_code", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    # The account's, so that a region's assessors are a range.
    region_code: str = Field(sa_column=region_code())
    account_id: UUID = Field(sa_column=reference("account.id"))
    clinical: bool
    certificate: str
    since: date
    until: date
    set_by: UUID = Field(sa_column=reference("account.id"))
    version: int = Field(default=None, sa_column=version())


class AssessmentPolicy(Table, table=True):
    """How many assessors an assessment needs in a division and below it, and how long it is good;
    the most specific one counts."""

    __table_args__ = (
        Index("assessment_policy_once", "region_code", unique=True),
        CheckConstraint("assessors BETWEEN 2 AND 5", name="assessment_policy_assessors_bounded"),
        CheckConstraint(
            "clinical_assessors BETWEEN 1 AND assessors", name="assessment_policy_clinical_bounded"
        ),
        CheckConstraint("valid_months BETWEEN 1 AND 24", name="assessment_policy_months_bounded"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    region_code: str = Field(sa_column=region_code())
    assessors: int
    clinical_assessors: int
    valid_months: int
    set_by: UUID = Field(sa_column=reference("account.id"))
    version: int = Field(default=None, sa_column=version())


class Assessment(Table, table=True):
    """What assessors found of an elder's ability. What was found never changes (a trigger,
    ``assessment_stays``, sees to that): a new one replaces it.

    Items, diagnoses and accidents are sealed to the elder: moved to another's row they do not open.
    """

    __table_args__ = (
        Index(
            "assessment_open_once",
            "elder_id",
            unique=True,
            postgresql_where=text("state = 'SUBMITTED'"),
        ),
        Index(
            "assessment_counting_once",
            "elder_id",
            unique=True,
            postgresql_where=text("state = 'CONFIRMED'"),
        ),
        CheckConstraint("total >= 0", name="assessment_total_not_negative"),
        CheckConstraint("valid_through >= assessed_on", name="assessment_validity_forward"),
        CheckConstraint(
            "(confirmed_at IS NULL) = (state IN ('SUBMITTED', 'WITHDRAWN'))",
            name="assessment_confirmed_at",
        ),
        CheckConstraint(
            "assessors_needed >= 2 AND clinical_needed BETWEEN 1 AND assessors_needed",
            name="assessment_assessors_needed",
        ),
        Index("assessment_elder_id_id", "elder_id", "id"),
        Index("assessment_valid_through_id", "valid_through", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    scale: str
    state: AssessmentState = Field(sa_column=choice(AssessmentState, "assessment_state_known"))
    assessed_on: date
    # The last day on which it is good, once it is confirmed.
    valid_through: date
    total: int
    level_by_total: CareLevel = Field(
        sa_column=choice(CareLevel, "assessment_level_by_total_known")
    )
    level: CareLevel = Field(sa_column=choice(CareLevel, "assessment_level_known"))
    answers_cipher: bytes = Field(sa_column=sealed(bound_to=("elder_id",)))
    # As the division had it on the day of submission.
    assessors_needed: int
    clinical_needed: int
    submitted_by: UUID = Field(sa_column=reference("account.id"))
    submitted_at: datetime = Field(sa_column=moment())
    confirmed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class AssessmentLog(Table, table=True):
    """Who did what with an assessment, and when. Rows are only ever added."""

    __table_args__ = (
        Index("assessment_log_assessment_id_id", "assessment_id", "id"),
        Index(
            "assessment_log_signer_once",
            "assessment_id",
            "account_id",
            unique=True,
            postgresql_where=text("action IN ('SUBMIT', 'CONFIRM')"),
        ),
        CheckConstraint(
            "(clinical IS NULL) = (action NOT IN ('SUBMIT', 'CONFIRM'))",
            name="assessment_log_signed_as",
        ),
    )

    id: int = Field(default=None, sa_column=counter())
    assessment_id: UUID = Field(sa_column=reference("assessment.id"))
    at: datetime = Field(default=None, sa_column=moment(default_now=True))
    action: AssessmentAction = Field(
        sa_column=choice(AssessmentAction, "assessment_log_action_known")
    )
    state: AssessmentState = Field(sa_column=choice(AssessmentState, "assessment_log_state_known"))
    account_id: UUID = Field(sa_column=reference("account.id"))
    # Of an assessor who signed: whether as a clinical one.
    clinical: bool | None = None
    note: str | None = None
