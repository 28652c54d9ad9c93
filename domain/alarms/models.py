"""Alarms and their append-only log."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from domain.alarms.lifecycle import AlarmState
from domain.tables import (
    Table,
    choice,
    counter,
    facts,
    moment,
    primary_key,
    reference,
    region_code,
    version,
)


class AlarmType(StrEnum):
    """What happened to the elder."""

    SOS = "SOS"
    BRADYCARDIA = "BRADYCARDIA"
    TACHYCARDIA = "TACHYCARDIA"


class AlarmSeverity(StrEnum):
    """How urgent, the most urgent first."""

    CRITICAL = "CRITICAL"
    MAJOR = "MAJOR"
    MINOR = "MINOR"
    WARNING = "WARNING"


class ResolveReason(StrEnum):
    """What an alarm turned out to be."""

    TRUE_ALARM = "TRUE_ALARM"
    FALSE_ALARM = "FALSE_ALARM"
    DRILL = "DRILL"
    TEST = "TEST"
    DEVICE_FAULT = "DEVICE_FAULT"


class AlarmChange(StrEnum):
    """What befell an alarm: the word in its log and on the stream."""

    RAISED = "RAISED"
    REPEATED = "REPEATED"
    CLEARED = "CLEARED"
    ESCALATED = "ESCALATED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    DISPATCHED = "DISPATCHED"
    ARRIVED = "ARRIVED"
    RESOLVED = "RESOLVED"


class Alarm(Table, table=True):
    """A call for help. At most one is open per elder and type; a repeat counts up."""

    __table_args__ = (
        Index(
            "alarm_open_once",
            "elder_id",
            "type",
            unique=True,
            postgresql_where=text("state <> 'RESOLVED'"),
        ),
        Index("alarm_elder_id_id", "elder_id", "id"),
        Index("alarm_region_code_id", "region_code", "id"),
        # A duty desk's board: the few that are open, of very many.
        Index(
            "alarm_open_region_code_id",
            "region_code",
            "id",
            postgresql_where=text("state <> 'RESOLVED'"),
        ),
        CheckConstraint("level BETWEEN 0 AND 3", name="alarm_level_known"),
        CheckConstraint("repeat_count >= 0", name="alarm_repeat_count_not_negative"),
        CheckConstraint(
            "(state = 'RESOLVED') = (resolved_at IS NOT NULL AND resolve_reason IS NOT NULL)",
            name="alarm_resolved_with_reason",
        ),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    device_id: UUID = Field(sa_column=reference("device.id", index=True))
    region_code: str = Field(sa_column=region_code())
    type: AlarmType = Field(sa_column=choice(AlarmType, "alarm_type_known"))
    severity: AlarmSeverity = Field(sa_column=choice(AlarmSeverity, "alarm_severity_known"))
    state: AlarmState = Field(sa_column=choice(AlarmState, "alarm_state_known"))
    level: int
    raised_at: datetime = Field(sa_column=moment())
    stored_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    late: bool
    repeat_count: int = 0
    repeated_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    cleared_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    acknowledged_by: UUID | None = Field(
        default=None, sa_column=reference("account.id", nullable=True)
    )
    acknowledged_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    dispatched_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    arrived_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    resolved_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    resolve_reason: ResolveReason | None = Field(
        default=None, sa_column=choice(ResolveReason, "alarm_resolve_reason_known", nullable=True)
    )
    measures: dict[str, Any] = Field(sa_column=facts())
    version: int = Field(default=None, sa_column=version())


class AlarmLog(Table, table=True):
    """Who did what with an alarm, and when. Rows are only ever added."""

    __table_args__ = (Index("alarm_log_alarm_id_id", "alarm_id", "id"),)

    id: int = Field(default=None, sa_column=counter())
    alarm_id: UUID = Field(sa_column=reference("alarm.id"))
    at: datetime = Field(default=None, sa_column=moment(default_now=True))
    change: AlarmChange = Field(sa_column=choice(AlarmChange, "alarm_log_change_known"))
    account_id: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    note: str | None = None
