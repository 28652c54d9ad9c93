"""What stands instead of a kind's own thresholds, for one elder or in one division."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from domain.devices.models import DeviceKind
from domain.tables import Table, choice, moment, primary_key, reference, region_code, version


class RuleThreshold(Table, table=True):
    """One setting of one rule. What is replaced or taken back ends, and stays as history.

    ``raise_at`` and ``clear_at`` are in the measure's unit; of a count ``raise_at`` is how often.
    What is null is the kind's own.
    """

    __table_args__ = (
        Index(
            "rule_threshold_once",
            "elder_id",
            "region_code",
            "kind",
            "rule",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "rule_threshold_open_region_code",
            "region_code",
            postgresql_where=text("ended_at IS NULL AND region_code IS NOT NULL"),
        ),
        CheckConstraint("num_nonnulls(elder_id, region_code) = 1", name="rule_threshold_of_one"),
        CheckConstraint(
            "num_nonnulls(raise_at, clear_at, hold_seconds) > 0",
            name="rule_threshold_says_something",
        ),
        CheckConstraint("hold_seconds BETWEEN 0 AND 604800", name="rule_threshold_hold_bounded"),
        CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name="rule_threshold_ended_by_somebody"
        ),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    elder_id: UUID | None = Field(default=None, sa_column=reference("elder.id", nullable=True))
    region_code: str | None = Field(default=None, sa_column=region_code(nullable=True))
    kind: DeviceKind = Field(sa_column=choice(DeviceKind, "rule_threshold_kind_known"))
    rule: str
    raise_at: float | None = None
    clear_at: float | None = None
    hold_seconds: int | None = None
    set_by: UUID = Field(sa_column=reference("account.id"))
    set_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    ended_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    version: int = Field(default=None, sa_column=version())
