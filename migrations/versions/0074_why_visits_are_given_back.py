"""A visit's log says why it was taken from whoever had claimed it; a vague place, nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

_TABLE, _CHECK = "visit_task_log", "visit_task_log_because_known"


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("because", sa.String(length=40), nullable=True))
    words = ("SUSPENDED", "NOT_CLEARED", "ROLE_ENDED")
    known = ", ".join(f"'{one}'" for one in words)
    op.create_check_constraint(_CHECK, _TABLE, f"because IN ({known})")
    # A phone that knew its place to no better than 1,500 m was not shown to be near.
    op.execute(
        "UPDATE visit_task SET check_in_far = NULL"
        " WHERE NOT check_in_far AND check_in_accuracy_m > 1500"
    )


def downgrade() -> None:
    op.drop_column(_TABLE, "because")
