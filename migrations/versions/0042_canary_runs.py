"""Test calls, and when each of them reached which place."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_PLACES = ("received_at", "recorded_at", "confirmed_at", "shown_at")


def upgrade() -> None:
    op.create_table(
        "canary_run",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("station_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("pressed_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in _PLACES),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="canary_run_device_id_fkey"),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name="canary_run_station_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="canary_run_pkey"),
    )
    op.create_index("canary_run_station_id_pressed_at", "canary_run", ["station_id", "pressed_at"])
    op.create_index("canary_run_pressed_at", "canary_run", ["pressed_at"])


def downgrade() -> None:
    op.drop_table("canary_run")
