"""What a division sets instead of the rules' times."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from domain.alarms.models import AlarmSeverity
from domain.tables import Table, choice, primary_key, reference, region_code, version


class EscalationPolicy(Table, table=True):
    """How soon alarms of one severity pass on in a division and below it; the most specific one
    counts. For what may cost a life nobody can set more time than the rules give."""

    __table_args__ = (
        Index("escalation_policy_once", "region_code", "severity", unique=True),
        CheckConstraint(
            "street_after_seconds BETWEEN 10 AND 86400", name="escalation_policy_street_bounded"
        ),
        CheckConstraint(
            "district_after_seconds BETWEEN street_after_seconds + 10 AND 172800",
            name="escalation_policy_district_after_street",
        ),
        CheckConstraint(
            "rearm_after_seconds BETWEEN 60 AND 86400", name="escalation_policy_rearm_bounded"
        ),
        CheckConstraint(
            "severity <> 'CRITICAL' OR"
            " (street_after_seconds <= 60 AND district_after_seconds <= 180"
            " AND rearm_after_seconds <= 600)",
            name="escalation_policy_critical_no_later",
        ),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    region_code: str = Field(sa_column=region_code())
    severity: AlarmSeverity = Field(
        sa_column=choice(AlarmSeverity, "escalation_policy_severity_known")
    )
    street_after_seconds: int
    district_after_seconds: int
    rearm_after_seconds: int
    set_by: UUID = Field(sa_column=reference("account.id"))
    version: int = Field(default=None, sa_column=version())
