"""What comes with a home care bed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bed_stay_package",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("stay_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("items", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column(
            "set_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("jsonb_typeof(items) = 'object'", name="bed_stay_package_items_named"),
        sa.ForeignKeyConstraint(["stay_id"], ["bed_stay.id"], name="bed_stay_package_stay_id_fkey"),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name="bed_stay_package_set_by_fkey"),
        sa.PrimaryKeyConstraint("id", name="bed_stay_package_pkey"),
    )
    op.create_index("bed_stay_package_once", "bed_stay_package", ["stay_id", "since"], unique=True)


def downgrade() -> None:
    op.drop_table("bed_stay_package")
