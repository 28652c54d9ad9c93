"""Who answers for medicine, rehabilitation and care of a stay."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "bed_stay_manager",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("stay_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                *("MEDICAL", "REHABILITATION", "CARE"),
                name="bed_stay_manager_role_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("named_by", sa.Uuid(), nullable=False),
        sa.Column("named_at", moment, nullable=False),
        sa.Column("consented_by", sa.Uuid(), nullable=True),
        sa.Column("consented_at", moment, nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.CheckConstraint(
            "num_nulls(consented_by, consented_at) IN (0, 2)", name="bed_stay_manager_consent_whole"
        ),
        sa.ForeignKeyConstraint(["stay_id"], ["bed_stay.id"], name="bed_stay_manager_stay_id_fkey"),
        *(
            sa.ForeignKeyConstraint([one], ["account.id"], name=f"bed_stay_manager_{one}_fkey")
            for one in ("account_id", "named_by", "consented_by")
        ),
        sa.PrimaryKeyConstraint("id", name="bed_stay_manager_pkey"),
    )
    op.create_index(
        "bed_stay_manager_role_once",
        "bed_stay_manager",
        ["stay_id", "role"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("bed_stay_manager_stay_id_id", "bed_stay_manager", ["stay_id", "id"])


def downgrade() -> None:
    op.drop_table("bed_stay_manager")
