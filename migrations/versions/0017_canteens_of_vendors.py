"""Which vendor runs a canteen."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("canteen", sa.Column("vendor_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("canteen_vendor_id_fkey"), "canteen", "vendor", ["vendor_id"], ["id"]
    )
    op.create_index(op.f("canteen_vendor_id"), "canteen", ["vendor_id"])


def downgrade() -> None:
    op.drop_column("canteen", "vendor_id")
