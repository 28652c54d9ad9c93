"""Who has handed in a volunteer's certificate stands beside it: somebody else decides about it."""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

_FROM_THE_LOG = """
    UPDATE volunteer SET submitted_by = (
        SELECT account_id FROM volunteer_log
        WHERE volunteer_id = volunteer.id AND action = 'SUBMIT_CHECK'
        ORDER BY volunteer_log.id DESC LIMIT 1)
    WHERE check_state = 'SUBMITTED'
"""


def upgrade() -> None:
    op.add_column("volunteer", sa.Column("submitted_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "volunteer_submitted_by_fkey", "volunteer", "account", ["submitted_by"], ["id"]
    )
    op.execute(_FROM_THE_LOG)


def downgrade() -> None:
    op.drop_column("volunteer", "submitted_by")
