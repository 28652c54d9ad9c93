"""Since when elders are in the register, and who has moved since a day."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

# Of those who came with an import nobody knows.
_ENTERED = """
UPDATE elder SET registered_at = entered.at
FROM (
    SELECT elder_id, min(at) AS at FROM elder_log WHERE field IS NULL GROUP BY elder_id
) AS entered
WHERE entered.elder_id = elder.id
"""


def upgrade() -> None:
    op.add_column("elder", sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True))
    # Nobody has changed these entries.
    op.execute("ALTER TABLE elder DISABLE TRIGGER count_version")
    op.execute(_ENTERED)
    op.execute("ALTER TABLE elder ENABLE TRIGGER count_version")
    op.alter_column("elder", "registered_at", server_default=sa.text("now()"))
    op.create_index(
        "elder_log_moved", "elder_log", ["at"], postgresql_where=sa.text("field = 'REGION'")
    )


def downgrade() -> None:
    op.drop_index("elder_log_moved", "elder_log")
    op.drop_column("elder", "registered_at")
