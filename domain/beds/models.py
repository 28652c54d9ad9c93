"""Beds and stays."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, column, func, text
from sqlmodel import Field

from domain.beds.lifecycle import StayAction, StayState
from domain.tables import (
    Table,
    choice,
    counter,
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
    """A bed that a place of care answers for. Whether it is free is derived, never stored.

    What kind of bed it is never changes: one that becomes another is closed, and opened anew, so
    that figures of an earlier day stay as they were.
    """

    __table_args__ = (
        Index(
            "bed_label_once",
            "station_id",
            "label",
            unique=True,
            postgresql_where=text("closed_on IS NULL"),
        ),
        CheckConstraint("closed_on > opened_on", name="bed_closed_after_opened"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    station_id: UUID = Field(sa_column=reference("station.id"))
    kind: BedKind = Field(sa_column=choice(BedKind, "bed_kind_known"))
    nursing: bool
    label: str
    # None: for as long as anybody remembers.
    opened_on: date | None = None
    # The first day no more.
    closed_on: date | None = None


_DAYS = func.daterange(column("starts_on"), column("ends_on"))


class CoManagerRole(StrEnum):
    """What one of those who look after a fused bed answers for."""

    MEDICAL = "MEDICAL"
    REHABILITATION = "REHABILITATION"
    CARE = "CARE"


class BedStay(Table, table=True):
    """An elder's time in a bed, from a day on until before another.

    Two stays overlap neither on a bed nor, day and night, on an elder: a day bed may be had beside
    another, so ``full_time`` tells which stays are meant. What is only held is not the elder's yet:
    two homes may each keep a bed for the same days until the elder decides.
    """

    __table_args__ = (
        no_overlap("bed_id", _DAYS, name="bed_stay_bed_once"),
        no_overlap(
            "elder_id",
            _DAYS,
            name="bed_stay_elder_once",
            where="full_time AND state <> 'HELD'",
        ),
        CheckConstraint("ends_on >= starts_on", name="bed_stay_period_forward"),
        CheckConstraint(
            "state NOT IN ('CLEANING', 'CLOSED') OR ends_on IS NOT NULL",
            name="bed_stay_ended_with_day",
        ),
        CheckConstraint("held_until IS NULL OR state = 'HELD'", name="bed_stay_held_until_decided"),
        CheckConstraint("back_on IS NULL OR state = 'ON_LEAVE'", name="bed_stay_back_from_leave"),
        Index("bed_stay_held_until", "held_until", postgresql_where=text("held_until IS NOT NULL")),
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
    # Until when the bed is kept for one who has not decided.
    held_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    # On which day who is on leave wants to be back.
    back_on: date | None = None
    # The stay that this one goes on from, in another bed.
    moved_from: UUID | None = Field(default=None, sa_column=reference("bed_stay.id", nullable=True))
    admitted_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    admitted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    ended_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    version: int = Field(default=None, sa_column=version())


class BedStayLog(Table, table=True):
    """Who did what with a stay, and when. Rows are only ever added."""

    __table_args__ = (Index("bed_stay_log_stay_id_id", "stay_id", "id"),)

    id: int = Field(default=None, sa_column=counter())
    stay_id: UUID = Field(sa_column=reference("bed_stay.id"))
    at: datetime = Field(default=None, sa_column=moment(default_now=True))
    action: StayAction = Field(sa_column=choice(StayAction, "bed_stay_log_action_known"))
    # None where time did it.
    account_id: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    note: str | None = None


class BedStayManager(Table, table=True):
    """Who answers for one side of a fused bed (医康养一张床): one for each role, each with the
    consent of the elder or the guardian."""

    __table_args__ = (
        Index(
            "bed_stay_manager_role_once",
            "stay_id",
            "role",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint(
            "num_nulls(consented_by, consented_at) IN (0, 2)", name="bed_stay_manager_consent_whole"
        ),
        Index("bed_stay_manager_stay_id_id", "stay_id", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    stay_id: UUID = Field(sa_column=reference("bed_stay.id"))
    role: CoManagerRole = Field(sa_column=choice(CoManagerRole, "bed_stay_manager_role_known"))
    account_id: UUID = Field(sa_column=reference("account.id"))
    named_by: UUID = Field(sa_column=reference("account.id"))
    named_at: datetime = Field(sa_column=moment())
    consented_by: UUID | None = Field(
        default=None, sa_column=reference("account.id", nullable=True)
    )
    consented_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
