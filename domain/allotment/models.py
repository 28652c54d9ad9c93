"""Windows in which volunteers apply for visits, and their applications."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from domain.allotment.lifecycle import ApplicationState, Because, WindowState
from domain.tables import Table, choice, moment, primary_key, reference, region_code


class VisitWindow(Table, table=True):
    """Until when applications for some visits are taken, to be allotted then.

    The region is the smallest division that all the visits lie in.
    """

    __table_args__ = (
        CheckConstraint("(state = 'OPEN') = (ended_at IS NULL)", name="visit_window_ended_at"),
        CheckConstraint("closes_at > opened_at", name="visit_window_forward"),
        Index("visit_window_region_code_id", "region_code", "id"),
        # Whose time has come.
        Index("visit_window_open", "closes_at", postgresql_where=text("state = 'OPEN'")),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    region_code: str = Field(sa_column=region_code())
    state: WindowState = Field(sa_column=choice(WindowState, "visit_window_state_known"))
    opened_by: UUID = Field(sa_column=reference("account.id"))
    opened_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    closes_at: datetime = Field(sa_column=moment())
    # What lots are drawn by: random, shown once all is decided; before, only its digest.
    seed: str
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    # None where its time had come.
    ended_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))


class VisitApplication(Table, table=True):
    """A volunteer asks for a visit of a window; and what was decided by."""

    __table_args__ = (
        Index("visit_application_once", "task_id", "window_id", "volunteer_id", unique=True),
        Index(
            "visit_application_allotted_once",
            "task_id",
            "window_id",
            unique=True,
            postgresql_where=text("state = 'ALLOTTED'"),
        ),
        CheckConstraint(
            "(state = 'APPLIED') = (ended_at IS NULL)", name="visit_application_ended_at"
        ),
        CheckConstraint(
            "(state IN ('ALLOTTED', 'NOT_ALLOTTED')) = (because IS NOT NULL)",
            name="visit_application_because_decided",
        ),
        Index("visit_application_region_code_id", "region_code", "id"),
        Index("visit_application_volunteer_id_id", "volunteer_id", "id"),
        Index("visit_application_window_id_id", "window_id", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    window_id: UUID = Field(sa_column=reference("visit_window.id"))
    task_id: UUID = Field(sa_column=reference("visit_task.id"))
    volunteer_id: UUID = Field(sa_column=reference("volunteer.id"))
    # The visit's.
    region_code: str = Field(sa_column=region_code())
    state: ApplicationState = Field(
        sa_column=choice(ApplicationState, "visit_application_state_known")
    )
    applied_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    because: Because | None = Field(
        default=None, sa_column=choice(Because, "visit_application_because_known", nullable=True)
    )
    # What it was decided by, in that order; None where it was not looked at.
    visits_before: int | None = None
    has_time: bool | None = None
    steps_away: int | None = None
    lot: int | None = None
