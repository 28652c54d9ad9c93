"""The types of alarms that all kinds of devices raise, and what else may befall an alarm."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_FIRST_TYPES = ("SOS", "BRADYCARDIA", "TACHYCARDIA")
_TYPES = (
    "SOS",
    "FALL",
    "SMOKE",
    "GAS",
    "WATER_LEAK",
    "ELECTRICAL_OVERLOAD",
    "BRADYCARDIA",
    "TACHYCARDIA",
    "BRADYPNEA",
    "TACHYPNEA",
    "HYPOXEMIA",
    "HYPERTENSION",
    "HYPOTENSION",
    "FEVER",
    "HYPOGLYCEMIA",
    "HYPERGLYCEMIA",
    "NO_MOTION",
    "NOT_BACK_IN_BED",
    "DOOR_LEFT_OPEN",
    "NO_CONSUMPTION",
    "DEVICE_OFFLINE",
    "UNCOVERED",
    "CHAIN_BROKEN",
)
_CHANGES = (
    "RAISED",
    "REPEATED",
    "CLEARED",
    "ESCALATED",
    "ACKNOWLEDGED",
    "DISPATCHED",
    "ARRIVED",
    "RESOLVED",
)
_MORE_CHANGES = (
    "COMMENTED",
    "ASSIGNED",
    "SNOOZED",
    "MERGED",
    "CANCELLED",
    "REARMED",
    "NOTIFIED",
    "NOTIFICATION_FAILED",
)


def _known(table: str, column: str, *values: str) -> None:
    name, known = f"{table}_{column}_known", ", ".join(f"'{value}'" for value in values)
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, f"{column} IN ({known})")


def upgrade() -> None:
    _known("alarm", "type", *_TYPES)
    _known("alarm_log", "change", *_CHANGES, *_MORE_CHANGES)


def downgrade() -> None:
    _known("alarm", "type", *_FIRST_TYPES)
    _known("alarm_log", "change", *_CHANGES)
