"""Calls to the public emergency service: one an alarm."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from domain.tables import Table, moment, reference


class EmergencyCall(Table, table=True):
    """An alarm for which the emergency service is to be called, or was: written with the step that
    asks for it, taken by whichever worker comes first."""

    __table_args__ = (
        Index("emergency_call_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        CheckConstraint("tries >= 0", name="emergency_call_tries_not_negative"),
    )

    alarm_id: UUID = Field(sa_column=reference("alarm.id", primary_key=True))
    asked_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    due_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    tries: int = 0
    told_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
