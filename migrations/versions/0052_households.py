"""Elders who live together."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "household",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="household_pkey"),
    )
    op.create_table(
        "household_member",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "until IS NULL OR until >= since", name="household_member_period_forward"
        ),
        postgresql.ExcludeConstraint(
            (sa.column("elder_id", sa.Uuid()), "="),
            (sa.func.daterange(sa.column("since"), sa.column("until")), "&&"),
            using="gist",
            name="household_member_elder_once",
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name="household_member_household_id_fkey"
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name="household_member_elder_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="household_member_pkey"),
    )
    op.create_index(
        "household_member_household_id_since_id",
        "household_member",
        ["household_id", "since", "id"],
    )
    op.create_index(
        "household_member_elder_id_since_id", "household_member", ["elder_id", "since", "id"]
    )


def downgrade() -> None:
    op.drop_table("household_member")
    op.drop_table("household")
