"""Calls to the public emergency service."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "emergency_call",
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", moment, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("told_at", moment, nullable=True),
        sa.CheckConstraint("tries >= 0", name="emergency_call_tries_not_negative"),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"], name="emergency_call_alarm_id_fkey"),
        sa.PrimaryKeyConstraint("alarm_id", name="emergency_call_pkey"),
    )
    op.create_index(
        "emergency_call_due_at",
        "emergency_call",
        ["due_at"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("emergency_call")
