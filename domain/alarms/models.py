"""Alarms and their append-only log."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Text, false, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from domain.alarms.lifecycle import AlarmState, IncidentState
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
    """What happened to the elder, or to what protects her."""

    SOS = "SOS"
    FALL = "FALL"
    SMOKE = "SMOKE"
    GAS = "GAS"
    WATER_LEAK = "WATER_LEAK"
    ELECTRICAL_OVERLOAD = "ELECTRICAL_OVERLOAD"
    BRADYCARDIA = "BRADYCARDIA"
    TACHYCARDIA = "TACHYCARDIA"
    BRADYPNEA = "BRADYPNEA"
    TACHYPNEA = "TACHYPNEA"
    HYPOXEMIA = "HYPOXEMIA"
    HYPERTENSION = "HYPERTENSION"
    HYPOTENSION = "HYPOTENSION"
    FEVER = "FEVER"
    HYPOGLYCEMIA = "HYPOGLYCEMIA"
    HYPERGLYCEMIA = "HYPERGLYCEMIA"
    NO_MOTION = "NO_MOTION"
    NOT_BACK_IN_BED = "NOT_BACK_IN_BED"
    DOOR_LEFT_OPEN = "DOOR_LEFT_OPEN"
    NO_CONSUMPTION = "NO_CONSUMPTION"
    DEVICE_OFFLINE = "DEVICE_OFFLINE"
    UNCOVERED = "UNCOVERED"
    CHAIN_BROKEN = "CHAIN_BROKEN"


OF_EQUIPMENT = (AlarmType.DEVICE_OFFLINE, AlarmType.UNCOVERED, AlarmType.CHAIN_BROKEN)
"""What tells of what protects the elder, and nothing of the elder."""


class AlarmSeverity(StrEnum):
    """How urgent, the most urgent first."""

    CRITICAL = "CRITICAL"
    MAJOR = "MAJOR"
    MINOR = "MINOR"
    WARNING = "WARNING"


class AlarmPurpose(StrEnum):
    """What an alarm is rung for. Only real ones are counted, and only they may call for help."""

    REAL = "REAL"
    DRILL = "DRILL"
    CANARY = "CANARY"


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
    COMMENTED = "COMMENTED"
    ASSIGNED = "ASSIGNED"
    SNOOZED = "SNOOZED"
    MERGED = "MERGED"
    CANCELLED = "CANCELLED"
    REARMED = "REARMED"
    NOTIFIED = "NOTIFIED"
    NOTIFICATION_FAILED = "NOTIFICATION_FAILED"


class Incident(Table, table=True):
    """What befalls an elder, whichever devices tell of it: alarms that ring within minutes of each
    other. At most one of an elder and purpose takes further ones in."""

    __table_args__ = (
        Index(
            "incident_taking_once",
            "elder_id",
            "purpose",
            unique=True,
            postgresql_where=text("taking"),
        ),
        Index("incident_elder_id_id", "elder_id", "id"),
        Index("incident_region_code_id", "region_code", "id"),
        Index(
            "incident_open_region_code_id",
            "region_code",
            "id",
            postgresql_where=text("state <> 'RESOLVED'"),
        ),
        CheckConstraint(
            "(state = 'RESOLVED') = (resolved_at IS NOT NULL)", name="incident_resolved_since"
        ),
        CheckConstraint("NOT (taking AND state = 'RESOLVED')", name="incident_resolved_takes_none"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    region_code: str = Field(sa_column=region_code())
    purpose: AlarmPurpose = Field(sa_column=choice(AlarmPurpose, "incident_purpose_known"))
    severity: AlarmSeverity = Field(sa_column=choice(AlarmSeverity, "incident_severity_known"))
    state: IncidentState = Field(sa_column=choice(IncidentState, "incident_state_known"))
    taking: bool
    opened_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    last_alarm_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    resolved_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    version: int = Field(default=None, sa_column=version())


class Alarm(Table, table=True):
    """A call for help, of an elder or of a station. At most one of a type and purpose is open for
    either; a repeat counts up."""

    __table_args__ = (
        Index(
            "alarm_open_once",
            "elder_id",
            "station_id",
            "type",
            "purpose",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("state <> 'RESOLVED'"),
        ),
        Index("alarm_elder_id_id", "elder_id", "id"),
        Index(
            "alarm_station_id_id",
            "station_id",
            "id",
            postgresql_where=text("station_id IS NOT NULL"),
        ),
        Index("alarm_region_code_id", "region_code", "id"),
        # A duty desk's board: the few that are open, of very many.
        Index(
            "alarm_open_region_code_id",
            "region_code",
            "id",
            postgresql_where=text("state <> 'RESOLVED'"),
        ),
        CheckConstraint("num_nonnulls(elder_id, station_id) = 1", name="alarm_of_one"),
        # What one was sent to, or has been given: of very many the few that name somebody.
        Index(
            "alarm_dispatched_to_id",
            "dispatched_to",
            "id",
            postgresql_where=text("dispatched_to IS NOT NULL"),
        ),
        Index(
            "alarm_assigned_to_id",
            "assigned_to",
            "id",
            postgresql_where=text("assigned_to IS NOT NULL"),
        ),
        # Figures of a period.
        Index("alarm_stored_at", "stored_at"),
        # What is due next, for whoever looks each moment.
        Index(
            "alarm_escalate_at",
            "escalate_at",
            postgresql_where=text("escalate_at IS NOT NULL"),
        ),
        CheckConstraint("level BETWEEN 0 AND 3", name="alarm_level_known"),
        CheckConstraint("repeat_count >= 0", name="alarm_repeat_count_not_negative"),
        CheckConstraint(
            "(state = 'RESOLVED') = (resolved_at IS NOT NULL AND resolve_reason IS NOT NULL)",
            name="alarm_resolved_with_reason",
        ),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID | None = Field(default=None, sa_column=reference("elder.id", nullable=True))
    station_id: UUID | None = Field(default=None, sa_column=reference("station.id", nullable=True))
    device_id: UUID | None = Field(
        default=None, sa_column=reference("device.id", nullable=True, index=True)
    )
    region_code: str = Field(sa_column=region_code())
    type: AlarmType = Field(sa_column=choice(AlarmType, "alarm_type_known"))
    severity: AlarmSeverity = Field(sa_column=choice(AlarmSeverity, "alarm_severity_known"))
    purpose: AlarmPurpose = Field(
        default=None,
        sa_column=choice(AlarmPurpose, "alarm_purpose_known", default=AlarmPurpose.REAL),
    )
    family_too: bool = Field(
        default=False, sa_column=Column(Boolean(), nullable=False, server_default=false())
    )
    incident_id: UUID | None = Field(
        default=None, sa_column=reference("incident.id", nullable=True, index=True)
    )
    state: AlarmState = Field(sa_column=choice(AlarmState, "alarm_state_known"))
    level: int
    raised_at: datetime = Field(sa_column=moment())
    stored_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    late: bool
    escalate_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    rearmed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    repeat_count: int = 0
    repeated_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    cleared_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    acknowledged_by: UUID | None = Field(
        default=None, sa_column=reference("account.id", nullable=True)
    )
    acknowledged_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    assigned_to: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    dispatched_to: UUID | None = Field(
        default=None, sa_column=reference("account.id", nullable=True)
    )
    snoozed_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    dispatched_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    arrived_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    resolved_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    resolve_reason: ResolveReason | None = Field(
        default=None, sa_column=choice(ResolveReason, "alarm_resolve_reason_known", nullable=True)
    )
    measures: dict[str, Any] = Field(sa_column=facts())
    sources: list[str] = Field(
        default=None,
        sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    )
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
