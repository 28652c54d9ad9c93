"""Of an id number a list shows the division alone: beside the day of birth, the last two characters
told nearly all of it."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE elder SET id_number_masked = left(id_number_masked, 6) || repeat('*', 12)"
        " WHERE id_number_masked <> ''"
    )


def downgrade() -> None:
    # What is hidden stays hidden: the columns are the same.
    pass
