"""Beds and stays."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, column, func
from sqlmodel import Field

from domain.beds.lifecycle import StayState
from domain.tables import (
    Table,
    choice,
    moment,
    no_overlap,
    primary_key,
    reference,
    region_code,
    version,
)


class BedKind(StrEnum):
    """Where a bed stands and for how long a day it is somebody's."""

    INSTITUTION = "INSTITUTION"
    HOME = "HOME"
    DAY = "DAY"


class Bed(Table, table=True):
    """A bed that a place of care answers for. Whether it is free is derived, never stored."""

    __table_args__ = (Index("bed_label_once", "station_id", "label", unique=True),)

    id: UUID = Field(default=None, sa_column=primary_key())
    station_id: UUID = Field(sa_column=reference("station.id"))
    kind: BedKind = Field(sa_column=choice(BedKind, "bed_kind_known"))
    nursing: bool
    label: str


_DAYS = func.daterange(column("starts_on"), column("ends_on"))


class BedStay(Table, table=True):
    """An elder's time in a bed, from a day on until before another.

    Two stays overlap neither on a bed nor, day and night, on an elder: a day bed may be had beside
    another, so ``full_time`` tells which stays are meant.
    """

    __table_args__ = (
        no_overlap("bed_id", _DAYS, name="bed_stay_bed_once"),
        no_overlap("elder_id", _DAYS, name="bed_stay_elder_once", where="full_time"),
        CheckConstraint("ends_on >= starts_on", name="bed_stay_period_forward"),
        CheckConstraint(
            "state NOT IN ('CLEANING', 'CLOSED') OR ends_on IS NOT NULL",
            name="bed_stay_ended_with_day",
        ),
        Index("bed_stay_elder_id_id", "elder_id", "id"),
        Index("bed_stay_bed_id_id", "bed_id", "id"),
        Index("bed_stay_region_code_id", "region_code", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    bed_id: UUID = Field(sa_column=reference("bed.id"))
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    # The station's, so that a region's stays are a range.
    region_code: str = Field(sa_column=region_code())
    state: StayState = Field(sa_column=choice(StayState, "bed_stay_state_known"))
    full_time: bool
    starts_on: date
    ends_on: date | None = None
    admitted_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    admitted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    ended_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    version: int = Field(default=None, sa_column=version())
