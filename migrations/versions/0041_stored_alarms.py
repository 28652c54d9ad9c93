"""Alarms of a period are found by when they were stored."""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("alarm_stored_at", "alarm", ["stored_at"])


def downgrade() -> None:
    op.drop_index("alarm_stored_at", "alarm")
