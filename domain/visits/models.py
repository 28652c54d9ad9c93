"""Volunteers and the visits that they claim."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    Text,
    column,
    func,
    text,
)
from sqlmodel import Field

from domain.tables import (
    Table,
    choice,
    counter,
    flag,
    moment,
    no_overlap,
    primary_key,
    reference,
    region_code,
    version,
)
from domain.visits.lifecycle import Allocation, VisitAction, VisitReleaseCause, VisitState
from domain.volunteers.lifecycle import CheckState, VolunteerSkill

_MOMENT: DateTime = DateTime(timezone=True)


class VisitKind(StrEnum):
    """How an elder is visited."""

    HOME = "HOME"
    PHONE = "PHONE"
    VIDEO = "VIDEO"


_ANY_SKILLS = ", ".join(f"'{skill.value}'" for skill in VolunteerSkill)


def _several(kind: Any) -> Any:
    """Some values of a kind, none unless they are said."""
    return Column(ARRAY(kind), nullable=False, server_default=text("'{}'"))


class Volunteer(Table, table=True):
    """Someone who visits elders; the key is their account's."""

    __table_args__ = (
        Index("volunteer_region_code_id", "region_code", "id"),
        CheckConstraint(f"skills <@ ARRAY[{_ANY_SKILLS}]", name="volunteer_skills_known"),
        CheckConstraint(
            "cardinality(weekly_from) = cardinality(weekly_to)", name="volunteer_week_whole"
        ),
        CheckConstraint(
            "cardinality(except_from) = cardinality(except_to)"
            " AND cardinality(except_from) = cardinality(except_free)",
            name="volunteer_exceptions_whole",
        ),
        CheckConstraint(
            "check_state <> 'CLEARED' OR cleared_until IS NOT NULL",
            name="volunteer_cleared_until",
        ),
        CheckConstraint(
            "check_state NOT IN ('NOT_CHECKED', 'REJECTED') OR cleared_until IS NULL",
            name="volunteer_not_cleared",
        ),
        CheckConstraint(
            "num_nulls(suspended_at, suspended_by) IN (0, 2)"
            " AND (suspended_until IS NULL OR suspended_until > suspended_at)",
            name="volunteer_suspended_whole",
        ),
    )

    id: UUID = Field(sa_column=reference("account.id", primary_key=True))
    name: str
    # Where they live; their account's region is where they may claim.
    region_code: str = Field(sa_column=region_code())
    registered_on: date
    skills: list[str] = Field(default_factory=list, sa_column=_several(Text))
    # When they have time: see ``domain.volunteers.availability``.
    weekly_from: list[int] = Field(default_factory=list, sa_column=_several(Integer))
    weekly_to: list[int] = Field(default_factory=list, sa_column=_several(Integer))
    except_from: list[datetime] = Field(default_factory=list, sa_column=_several(_MOMENT))
    except_to: list[datetime] = Field(default_factory=list, sa_column=_several(_MOMENT))
    except_free: list[bool] = Field(default_factory=list, sa_column=_several(Boolean))
    check_state: CheckState = Field(
        default=CheckState.NOT_CHECKED,
        sa_column=choice(CheckState, "volunteer_check_state_known", default=CheckState.NOT_CHECKED),
    )
    # The day on which the certificate was issued that was submitted last.
    certificate_on: date | None = None
    # Who has submitted it last; somebody else decides about it.
    submitted_by: UUID | None = Field(
        default=None, sa_column=reference("account.id", nullable=True)
    )
    # The last day on which they are cleared to visit, whatever has been submitted since.
    cleared_until: date | None = None
    suspended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    suspended_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    suspended_by: UUID | None = Field(
        default=None, sa_column=reference("account.id", nullable=True)
    )
    version: int = Field(default=None, sa_column=version())


class VisitTask(Table, table=True):
    """One visit that an elder is due.

    The place is the community's, not the home's: it is shown before anyone has claimed.
    """

    __table_args__ = (
        no_overlap(
            "claimed_by",
            func.tstzrange(column("scheduled_from"), column("scheduled_to")),
            name="visit_task_volunteer_once",
            where="claimed_by IS NOT NULL AND state NOT IN ('REJECTED', 'NO_SHOW', 'CANCELLED')",
        ),
        no_overlap(
            "claimed_by",
            func.tstzrange(column("checked_in_at"), column("checked_out_at")),
            name="visit_task_made_once",
            where="checked_in_at IS NOT NULL AND checked_out_at IS NOT NULL"
            " AND state IN ('DONE', 'VERIFIED')",
        ),
        CheckConstraint("scheduled_to > scheduled_from", name="visit_task_time_forward"),
        # What is cancelled may have been claimed before, or not.
        CheckConstraint(
            "(state = 'OPEN') = (claimed_by IS NULL) OR state = 'CANCELLED'",
            name="visit_task_claimed",
        ),
        CheckConstraint("checked_out_at >= checked_in_at", name="visit_task_made_forward"),
        CheckConstraint(f"skills <@ ARRAY[{_ANY_SKILLS}]", name="visit_task_skills_known"),
        CheckConstraint(
            "allocation <> 'FAIR' OR window_id IS NOT NULL", name="visit_task_fair_by_window"
        ),
        Index("visit_task_window_id_scheduled_from_id", "window_id", "scheduled_from", "id"),
        CheckConstraint("verified_by <> claimed_by", name="visit_task_verifier_differs"),
        Index("visit_task_scheduled_from_id", "scheduled_from", "id"),
        Index("visit_task_state_scheduled_from_id", "state", "scheduled_from", "id"),
        Index("visit_task_region_code_scheduled_from_id", "region_code", "scheduled_from", "id"),
        # A volunteer's list: what is open in a region, or one's own.
        Index("visit_task_open", "region_code", postgresql_where=text("state = 'OPEN'")),
        Index("visit_task_latitude_longitude", "latitude", "longitude"),
        Index("visit_task_elder_id_scheduled_from_id", "elder_id", "scheduled_from", "id"),
        Index("visit_task_claimed_by_scheduled_from_id", "claimed_by", "scheduled_from", "id"),
        # Who was visited in a month, from the index alone.
        Index(
            "visit_task_made",
            "checked_in_at",
            "elder_id",
            postgresql_where=text("check_out_recorded_at IS NOT NULL"),
        ),
        # Whose time is over and nobody has noticed yet; who may never have come.
        Index(
            "visit_task_unended",
            "scheduled_to",
            postgresql_where=text("state IN ('OPEN', 'CLAIMED', 'CHECKED_IN')"),
        ),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    region_code: str = Field(sa_column=region_code())
    kind: VisitKind = Field(sa_column=choice(VisitKind, "visit_task_kind_known"))
    state: VisitState = Field(sa_column=choice(VisitState, "visit_task_state_known"))
    scheduled_from: datetime = Field(sa_column=moment())
    scheduled_to: datetime = Field(sa_column=moment())
    longitude: float
    latitude: float
    claimed_by: UUID | None = Field(
        default=None, sa_column=reference("volunteer.id", nullable=True)
    )
    claimed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    checked_in_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    check_in_recorded_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    check_in_longitude: float | None = None
    check_in_latitude: float | None = None
    check_in_accuracy_m: float | None = None
    check_in_far: bool | None = None
    checked_out_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    check_out_recorded_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    # By the phone's own clock, some time afterwards.
    entered_late: bool = Field(default=False, sa_column=flag())
    verified_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    verified_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    note: str | None = None
    planned_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    overdue_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    # What whoever makes it must be able to do.
    skills: list[str] = Field(default_factory=list, sa_column=_several(Text))
    allocation: Allocation = Field(
        default=Allocation.FIRST_COME,
        sa_column=choice(Allocation, "visit_task_allocation_known", default=Allocation.FIRST_COME),
    )
    # For which it was applied last.
    window_id: UUID | None = Field(
        default=None, sa_column=reference("visit_window.id", nullable=True)
    )
    version: int = Field(default=None, sa_column=version())


class VisitTaskLog(Table, table=True):
    """Who did what with a visit, and when: also who gave it back. Rows are only ever added."""

    __table_args__ = (Index("visit_task_log_task_id_id", "task_id", "id"),)

    id: int = Field(default=None, sa_column=counter())
    task_id: UUID = Field(sa_column=reference("visit_task.id"))
    at: datetime = Field(default=None, sa_column=moment(default_now=True))
    action: VisitAction = Field(sa_column=choice(VisitAction, "visit_task_log_action_known"))
    # None where nobody did it: its time was over.
    account_id: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    note: str | None = None
    because: VisitReleaseCause | None = Field(
        default=None,
        sa_column=choice(VisitReleaseCause, "visit_task_log_because_known", nullable=True),
    )
