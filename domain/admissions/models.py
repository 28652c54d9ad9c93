"""Applications for a bed, and what was done with them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from domain.admissions.lifecycle import AdmissionAction, AdmissionState
from domain.beds.models import BedKind
from domain.tables import (
    Table,
    choice,
    counter,
    moment,
    primary_key,
    reference,
    region_code,
    version,
)


class AdmissionApplication(Table, table=True):
    """An elder's wish for a bed of a kind in one home; there may be one for each home."""

    __table_args__ = (
        Index(
            "admission_application_open_once",
            "elder_id",
            "station_id",
            "kind",
            unique=True,
            postgresql_where=text("state NOT IN ('DISCHARGED', 'REJECTED', 'WITHDRAWN')"),
        ),
        Index(
            "admission_application_accepted_once",
            "elder_id",
            unique=True,
            postgresql_where=text("state = 'ACCEPTED'"),
        ),
        Index(
            "admission_application_stay_once",
            "stay_id",
            unique=True,
            postgresql_where=text("stay_id IS NOT NULL"),
        ),
        CheckConstraint(
            "state NOT IN ('OFFERED', 'ACCEPTED', 'ADMITTED', 'DISCHARGED') OR stay_id IS NOT NULL",
            name="admission_application_with_bed",
        ),
        CheckConstraint(
            "state IN ('DRAFT', 'WITHDRAWN') OR submitted_at IS NOT NULL",
            name="admission_application_submitted_at",
        ),
        CheckConstraint(
            "state <> 'REJECTED' OR reject_reason IS NOT NULL",
            name="admission_application_rejected_with_reason",
        ),
        Index("admission_application_elder_id_id", "elder_id", "id"),
        Index("admission_application_region_code_id", "region_code", "id"),
        Index("admission_application_station_id_id", "station_id", "id"),
        Index(
            "admission_application_waiting",
            "station_id",
            "kind",
            postgresql_where=text("state = 'WAITLISTED'"),
        ),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    station_id: UUID = Field(sa_column=reference("station.id"))
    # The station's: its staff decide.
    region_code: str = Field(sa_column=region_code())
    kind: BedKind = Field(sa_column=choice(BedKind, "admission_application_kind_known"))
    # Whether it must be a nursing bed, or must be none; None where it does not matter.
    nursing: bool | None = None
    wanted_from: date | None = None
    state: AdmissionState = Field(
        sa_column=choice(AdmissionState, "admission_application_state_known")
    )
    created_by: UUID = Field(sa_column=reference("account.id"))
    submitted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    # What was offered, and what became of it.
    stay_id: UUID | None = Field(default=None, sa_column=reference("bed_stay.id", nullable=True))
    reject_reason: str | None = None
    version: int = Field(default=None, sa_column=version())


class AdmissionApplicationLog(Table, table=True):
    """Who did what with an application, and when. Rows are only ever added."""

    __table_args__ = (Index("admission_application_log_application_id_id", "application_id", "id"),)

    id: int = Field(default=None, sa_column=counter())
    application_id: UUID = Field(sa_column=reference("admission_application.id"))
    at: datetime = Field(default=None, sa_column=moment(default_now=True))
    action: AdmissionAction = Field(
        sa_column=choice(AdmissionAction, "admission_application_log_action_known")
    )
    state: AdmissionState = Field(
        sa_column=choice(AdmissionState, "admission_application_log_state_known")
    )
    # None where time did it.
    account_id: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    note: str | None = None
