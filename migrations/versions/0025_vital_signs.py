"""The newest measurement of each vital sign of an elder."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vital_sign",
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "HEART_RATE",
                "RESPIRATORY_RATE",
                name="vital_sign_kind_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("vital_sign_device_id_fkey")
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("vital_sign_elder_id_fkey")),
        sa.PrimaryKeyConstraint("elder_id", "kind", name=op.f("vital_sign_pkey")),
        postgresql_with={"fillfactor": "70"},
    )


def downgrade() -> None:
    op.drop_table("vital_sign")
