"""Divisions and elders may have thresholds of their own; what is replaced stays as history."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_KINDS = (
    "SOS_BUTTON",
    "SLEEP_BAND",
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

_COUNTED = """
CREATE TRIGGER count_version BEFORE UPDATE ON rule_threshold
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_version()
"""


def upgrade() -> None:
    op.create_table(
        "rule_threshold",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(collation="C"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                *_KINDS,
                name="rule_threshold_kind_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("raise_at", sa.Float(), nullable=True),
        sa.Column("clear_at", sa.Float(), nullable=True),
        sa.Column("hold_seconds", sa.Integer(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column(
            "set_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("num_nonnulls(elder_id, region_code) = 1", name="rule_threshold_of_one"),
        sa.CheckConstraint(
            "num_nonnulls(raise_at, clear_at, hold_seconds) > 0",
            name="rule_threshold_says_something",
        ),
        sa.CheckConstraint("hold_seconds BETWEEN 0 AND 604800", name="rule_threshold_hold_bounded"),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name="rule_threshold_ended_by_somebody"
        ),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"rule_threshold_{column}_fkey"))
            for column, target in (
                ("elder_id", "elder.id"),
                ("region_code", "region.code"),
                ("set_by", "account.id"),
                ("ended_by", "account.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("rule_threshold_pkey")),
    )
    op.create_index(
        "rule_threshold_once",
        "rule_threshold",
        ["elder_id", "region_code", "kind", "rule"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "rule_threshold_open_region_code",
        "rule_threshold",
        ["region_code"],
        postgresql_where=sa.text("ended_at IS NULL AND region_code IS NOT NULL"),
    )
    op.execute(_COUNTED)


def downgrade() -> None:
    op.drop_table("rule_threshold")
