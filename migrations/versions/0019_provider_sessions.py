"""Which identity provider's session a login session came of, and its logout tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("login_session", sa.Column("staff_identity_id", sa.Uuid(), nullable=True))
    op.add_column(
        "login_session", sa.Column("provider_session_hash", sa.LargeBinary(), nullable=True)
    )
    op.create_foreign_key(
        op.f("login_session_staff_identity_id_fkey"),
        "login_session",
        "staff_identity",
        ["staff_identity_id"],
        ["id"],
    )
    op.create_index(op.f("login_session_staff_identity_id"), "login_session", ["staff_identity_id"])
    op.create_index(
        "login_session_provider_session_hash", "login_session", ["provider_session_hash"]
    )
    op.create_table(
        "provider_logout",
        sa.Column("jti_hash", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("jti_hash", name=op.f("provider_logout_pkey")),
    )


def downgrade() -> None:
    op.drop_table("provider_logout")
    op.drop_index("login_session_provider_session_hash", "login_session")
    op.drop_index(op.f("login_session_staff_identity_id"), "login_session")
    op.drop_constraint(op.f("login_session_staff_identity_id_fkey"), "login_session")
    op.drop_column("login_session", "provider_session_hash")
    op.drop_column("login_session", "staff_identity_id")
