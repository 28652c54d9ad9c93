"""What was measured, as time series."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

_KINDS = (
    "BLOOD_PRESSURE",
    "HEART_RATE",
    "OXYGEN_SATURATION",
    "RESPIRATORY_RATE",
    "BODY_TEMPERATURE",
    "GLUCOSE_FASTING",
    "GLUCOSE_AFTER_MEAL",
    "WEIGHT",
)


def upgrade() -> None:
    moment, table = sa.DateTime(timezone=True), "measurement"
    kinds = sa.Enum(
        *_KINDS,
        name="measurement_kind_known",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("taken_at", moment, nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("diastolic", sa.Float(), nullable=True),
        sa.Column("newest", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("entered_at", moment, server_default=sa.func.now(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'BLOOD_PRESSURE') = (diastolic IS NOT NULL)", name="measurement_diastolic_of"
        ),
        sa.CheckConstraint("diastolic < value", name="measurement_diastolic_below"),
        sa.CheckConstraint(
            "value > 0 AND value < 'Infinity'::float8", name="measurement_value_finite"
        ),
        sa.CheckConstraint(
            "num_nulls(withdrawn_at, withdrawn_by) IN (0, 2)", name="measurement_withdrawn_whole"
        ),
        sa.CheckConstraint(
            "NOT newest OR withdrawn_at IS NULL", name="measurement_newest_is_believed"
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name="measurement_elder_id_fkey"),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="measurement_device_id_fkey"),
        *(
            sa.ForeignKeyConstraint([name], ["account.id"], name=f"measurement_{name}_fkey")
            for name in ("entered_by", "withdrawn_by")
        ),
        sa.PrimaryKeyConstraint("id", name="measurement_pkey"),
    )
    op.create_index(
        "measurement_once",
        table,
        ["elder_id", "kind", "taken_at"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
        postgresql_include=["value", "diastolic"],
    )
    op.create_index(
        "measurement_newest_once",
        table,
        ["elder_id", "kind"],
        unique=True,
        postgresql_where=sa.text("newest"),
    )
    op.create_index("measurement_elder_id_taken_at_id", table, ["elder_id", "taken_at", "id"])


def downgrade() -> None:
    op.drop_table("measurement")
