"""An elder whose data has been erased has no ability level."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("elder", "care_level", nullable=True)


def downgrade() -> None:
    op.execute("UPDATE elder SET care_level = 'INTACT' WHERE care_level IS NULL")
    op.alter_column("elder", "care_level", nullable=False)
