"""The kinds of devices that a home may have, and the vital signs that they measure."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_FIRST_KINDS = ("SOS_BUTTON", "SLEEP_BAND")
_MORE_KINDS = (
    "FALL_RADAR",
    "DOOR_CONTACT",
    "MOTION_SENSOR",
    "SMOKE_DETECTOR",
    "GAS_DETECTOR",
    "WATER_LEAK_DETECTOR",
    "WATER_METER",
    "ELECTRICITY_METER",
    "WATCH",
    "BLOOD_PRESSURE_METER",
    "HEALTH_STATION",
)
_FIRST_SIGNS = ("HEART_RATE", "RESPIRATORY_RATE")
_MORE_SIGNS = (
    "OXYGEN_SATURATION",
    "SYSTOLIC_BLOOD_PRESSURE",
    "DIASTOLIC_BLOOD_PRESSURE",
    "BODY_TEMPERATURE",
    "GLUCOSE",
)


def _known(table: str, *values: str, go_back: bool = False) -> None:
    name, known = f"{table}_kind_known", ", ".join(f"'{value}'" for value in values)
    op.drop_constraint(name, table)
    # Going back, rows that were known stay: nobody's devices are thrown away.
    op.create_check_constraint(name, table, f"kind IN ({known})", postgresql_not_valid=go_back)


def upgrade() -> None:
    _known("device", *_FIRST_KINDS, *_MORE_KINDS)
    _known("vital_sign", *_FIRST_SIGNS, *_MORE_SIGNS)


def downgrade() -> None:
    _known("device", *_FIRST_KINDS, go_back=True)
    _known("vital_sign", *_FIRST_SIGNS, go_back=True)
