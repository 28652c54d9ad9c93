"""Codes of beds."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "care_code",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("bed_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("issued_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column(
            "ended_why",
            sa.Enum(
                *("ROTATED", "STAY_ENDED"),
                name="care_code_ended_why_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "num_nulls(ended_at, ended_why) IN (0, 2)", name="care_code_ended_whole"
        ),
        sa.ForeignKeyConstraint(["bed_id"], ["bed.id"], name="care_code_bed_id_fkey"),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name="care_code_region_code_fkey"
        ),
        *(
            sa.ForeignKeyConstraint([one], ["account.id"], name=f"care_code_{one}_fkey")
            for one in ("issued_by", "ended_by")
        ),
        sa.PrimaryKeyConstraint("id", name="care_code_pkey"),
    )
    op.create_index(
        "care_code_once",
        "care_code",
        ["bed_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("care_code_code_hash_once", "care_code", ["code_hash"], unique=True)
    for column in ("bed_id", "region_code"):
        op.create_index(f"care_code_{column}_id", "care_code", [column, "id"])


def downgrade() -> None:
    op.drop_table("care_code")
