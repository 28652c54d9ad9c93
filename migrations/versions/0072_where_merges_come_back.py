"""Merges know where the duplicate was kept, and what they set aside is sealed as a whole.

No release had any: those that there are cannot be undone any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table, name = "elder_merge", "duplicate_region_code"
    op.execute("DELETE FROM elder_merge_rows")
    op.execute("UPDATE elder_merge SET aside_cipher = NULL")
    op.add_column(table, sa.Column(name, sa.Text(collation="C"), nullable=True))
    op.execute(f"UPDATE {table} SET {name} = region_code")
    op.alter_column(table, name, nullable=False)
    op.create_foreign_key(f"{table}_{name}_fkey", table, "region", [name], ["code"])


def downgrade() -> None:
    op.execute("DELETE FROM elder_merge_rows")
    op.execute("UPDATE elder_merge SET aside_cipher = NULL")
    op.drop_column("elder_merge", "duplicate_region_code")
