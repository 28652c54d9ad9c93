"""Staff as their identity provider knows them, what it gave them, and sign-ins under way."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_identity",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "signed_in_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("staff_identity_person_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("staff_identity_pkey")),
        sa.UniqueConstraint("subject_hash", name=op.f("staff_identity_subject_hash_once")),
    )
    op.create_index(op.f("staff_identity_person_id"), "staff_identity", ["person_id"])
    op.create_table(
        "staff_account",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("staff_account_account_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["staff_identity.id"], name=op.f("staff_account_identity_id_fkey")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("staff_account_pkey")),
    )
    op.create_index(op.f("staff_account_identity_id"), "staff_account", ["identity_id"])
    op.create_table(
        "sign_in_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("challenge", sa.String(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column("provider_session_hash", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["staff_identity.id"], name=op.f("sign_in_code_identity_id_fkey")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("sign_in_code_pkey")),
    )
    op.create_index(op.f("sign_in_code_identity_id"), "sign_in_code", ["identity_id"])


def downgrade() -> None:
    op.drop_table("sign_in_code")
    op.drop_table("staff_account")
    op.drop_table("staff_identity")
