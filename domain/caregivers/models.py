"""Certificates and training of those who look after elders, and whom they are assigned to."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Uuid, column, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from domain.tables import (
    Table,
    choice,
    moment,
    primary_key,
    reference,
    region_code,
    sealed,
    version,
)


class CertificateKind(StrEnum):
    """What a certificate says of who holds it."""

    CAREGIVER = "CAREGIVER"
    HEALTH = "HEALTH"
    NURSE = "NURSE"
    FIRST_AID = "FIRST_AID"


class CareAssignmentKind(StrEnum):
    """What a caregiver does for an elder."""

    PERSONAL_CARE = "PERSONAL_CARE"
    NURSING = "NURSING"
    COMPANY = "COMPANY"


class Certificate(Table, table=True):
    """A certificate that somebody who works in care holds, from a day on until before another.

    Rows are only ever added and withdrawn: a renewal is one more. Of what is believed, no two of a
    kind overlap. The number is sealed to who holds it.
    """

    __table_args__ = (
        ExcludeConstraint(
            (column("account_id", Uuid()), "="),
            (column("kind", String()), "="),
            (func.daterange(column("since"), column("until")), "&&"),
            name="certificate_once",
            using="gist",
            # The same rows as those with no withdrawn_at, which reads ask for: so PostgreSQL does
            # not read by this index, which it takes for cheaper than the others.
            where=text("withdrawn_by IS NULL"),
        ),
        CheckConstraint("until > since", name="certificate_period_forward"),
        CheckConstraint(
            "(kind = 'CAREGIVER') = (grade IS NOT NULL)", name="certificate_grade_of_caregivers"
        ),
        CheckConstraint("grade BETWEEN 1 AND 5", name="certificate_grade_known"),
        CheckConstraint(
            "num_nulls(withdrawn_at, withdrawn_by, withdrawn_because) IN (0, 3)",
            name="certificate_withdrawn_whole",
        ),
        Index("certificate_account_id_kind_until", "account_id", "kind", "until"),
        Index("certificate_region_code_until_id", "region_code", "until", "id"),
        Index("certificate_until_id", "until", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    # The account's, so that a region's certificates are a range.
    region_code: str = Field(sa_column=region_code())
    account_id: UUID = Field(sa_column=reference("account.id"))
    kind: CertificateKind = Field(sa_column=choice(CertificateKind, "certificate_kind_known"))
    # 1, the best, to 5; of caregivers alone.
    grade: int | None = None
    number_masked: str
    number_cipher: bytes = Field(sa_column=sealed(bound_to=("account_id",)))
    issued_by: str
    since: date
    until: date
    recorded_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    recorded_by: UUID = Field(sa_column=reference("account.id"))
    withdrawn_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    withdrawn_by: UUID | None = Field(
        default=None, sa_column=reference("account.id", nullable=True)
    )
    withdrawn_because: str | None = None


class CareAssignment(Table, table=True):
    """That a caregiver does something for an elder from a day on, until before another or still.

    Whether the caregiver's certificates are good is derived from them, day by day. One that was
    ended before it began is empty: it ends where it begins.
    """

    __table_args__ = (
        ExcludeConstraint(
            (column("elder_id", Uuid()), "="),
            (column("account_id", Uuid()), "="),
            (column("kind", String()), "="),
            (func.daterange(column("since"), column("until")), "&&"),
            name="care_assignment_once",
            using="gist",
        ),
        CheckConstraint("until IS NULL OR until >= since", name="care_assignment_period_forward"),
        CheckConstraint(
            "num_nulls(ended_at, ended_by) IN (0, 2)", name="care_assignment_ended_whole"
        ),
        Index("care_assignment_elder_id_id", "elder_id", "id"),
        Index("care_assignment_account_id_id", "account_id", "id"),
        Index("care_assignment_region_code_id", "region_code", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    account_id: UUID = Field(sa_column=reference("account.id"))
    # The caregiver's, so that a region's assignments are a range.
    region_code: str = Field(sa_column=region_code())
    kind: CareAssignmentKind = Field(
        sa_column=choice(CareAssignmentKind, "care_assignment_kind_known")
    )
    since: date
    until: date | None = None
    set_by: UUID = Field(sa_column=reference("account.id"))
    set_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    ended_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    version: int = Field(default=None, sa_column=version())


class TrainingRecord(Table, table=True):
    """Half hours that somebody was trained on a day. Rows are only ever added and withdrawn."""

    __table_args__ = (
        CheckConstraint("half_hours BETWEEN 1 AND 24", name="training_record_hours_bounded"),
        CheckConstraint(
            "num_nulls(withdrawn_at, withdrawn_by) IN (0, 2)",
            name="training_record_withdrawn_whole",
        ),
        Index("training_record_account_id_day_id", "account_id", "day", "id"),
        Index("training_record_region_code_day_id", "region_code", "day", "id"),
        Index("training_record_day_id", "day", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    # The account's, so that a region's records are a range.
    region_code: str = Field(sa_column=region_code())
    account_id: UUID = Field(sa_column=reference("account.id"))
    course: str
    half_hours: int
    day: date
    # The number of the paper that says so, or its like.
    proof: str | None = None
    recorded_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    recorded_by: UUID = Field(sa_column=reference("account.id"))
    withdrawn_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    withdrawn_by: UUID | None = Field(
        default=None, sa_column=reference("account.id", nullable=True)
    )
