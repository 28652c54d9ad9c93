"""Which alarm an event has become, and how far devices have been told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device_event", sa.Column("alarm_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "device_event_alarm_id_fkey", "device_event", "alarm", ["alarm_id"], ["id"]
    )
    op.create_index(
        "device_event_alarm_id",
        "device_event",
        ["alarm_id"],
        postgresql_where=sa.text("alarm_id IS NOT NULL"),
    )
    op.create_table(
        "answer_cursor",
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="answer_cursor_pkey"),
    )


def downgrade() -> None:
    op.drop_table("answer_cursor")
    op.drop_index("device_event_alarm_id", "device_event")
    op.drop_column("device_event", "alarm_id")
