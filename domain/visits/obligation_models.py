"""The table of visits that key elders are due."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from domain.tables import Table, choice, moment, primary_key, reference, region_code


class WaiverReason(StrEnum):
    """Why a visit is due no longer."""

    DIED = "DIED"
    MOVED_AWAY = "MOVED_AWAY"
    MISTAKE = "MISTAKE"


class VisitObligation(Table, table=True):
    """The one visit that a key elder is due in a month; whether it was made, the visits say.

    The region is where the elder lived when it became due: who moves within the month is still
    this station's to see to.
    """

    __table_args__ = (
        Index("visit_obligation_once", "elder_id", "month", unique=True),
        CheckConstraint("extract(day from month) = 1", name="visit_obligation_month_first"),
        CheckConstraint(
            "num_nulls(waived_at, waived_by, waiver) IN (0, 3)",
            name="visit_obligation_waived_whole",
        ),
        Index("visit_obligation_region_code_id", "region_code", "id"),
        Index("visit_obligation_month_region_code", "month", "region_code"),
        Index("visit_obligation_due_since", "due_since"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    region_code: str = Field(sa_column=region_code())
    month: date
    # The day on which the elder was found to be a key elder.
    due_since: date
    recorded_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    waiver: WaiverReason | None = Field(
        default=None, sa_column=choice(WaiverReason, "visit_obligation_waiver_known", nullable=True)
    )
    waived_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    waived_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
