"""The visit that each key elder is due a month."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "visit_obligation",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("due_since", sa.Date(), nullable=False),
        sa.Column("recorded_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "waiver",
            sa.Enum(
                "DIED",
                "MOVED_AWAY",
                "MISTAKE",
                name="visit_obligation_waiver_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("waived_at", moment, nullable=True),
        sa.Column("waived_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("extract(day from month) = 1", name="visit_obligation_month_first"),
        sa.CheckConstraint(
            "num_nulls(waived_at, waived_by, waiver) IN (0, 3)",
            name="visit_obligation_waived_whole",
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name="visit_obligation_elder_id_fkey"),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name="visit_obligation_region_code_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["waived_by"], ["account.id"], name="visit_obligation_waived_by_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="visit_obligation_pkey"),
    )
    op.create_index("visit_obligation_once", "visit_obligation", ["elder_id", "month"], unique=True)
    op.create_index("visit_obligation_region_code_id", "visit_obligation", ["region_code", "id"])
    op.create_index(
        "visit_obligation_month_region_code", "visit_obligation", ["month", "region_code"]
    )
    op.create_index("visit_obligation_due_since", "visit_obligation", ["due_since"])
    op.create_index(
        "visit_task_made",
        "visit_task",
        ["checked_in_at", "elder_id"],
        postgresql_where=sa.text("check_out_recorded_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("visit_task_made", "visit_task")
    op.drop_table("visit_obligation")
