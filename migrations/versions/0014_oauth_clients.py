"""OAuth clients of vendors, and the assertions that they have used."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def _key(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "oauth_client",
        _key("id"),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=True),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=True),
        _moment("previous_until", nullable=True),
        sa.Column("jwks", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column(
            "scopes",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'::text[]"),
            nullable=False,
        ),
        sa.Column("budget", sa.Integer(), nullable=True),
        _key("epoch"),
        _moment("created_at", now=True),
        _moment("disabled_at", nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(secret_hash, jwks) = 1",
            name=op.f("oauth_client_proves_itself_one_way"),
        ),
        sa.CheckConstraint(
            "(previous_hash IS NULL) = (previous_until IS NULL)"
            " AND (previous_hash IS NULL OR secret_hash IS NOT NULL)",
            name=op.f("oauth_client_previous_secret_ends"),
        ),
        sa.CheckConstraint("budget > 0", name=op.f("oauth_client_budget_positive")),
        sa.CheckConstraint(
            "length(name) BETWEEN 1 AND 100", name=op.f("oauth_client_name_bounded")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("oauth_client_account_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("oauth_client_pkey")),
    )
    op.create_index(op.f("oauth_client_account_id"), "oauth_client", ["account_id"])
    op.create_table(
        "oauth_assertion",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("jti_hash", sa.LargeBinary(), nullable=False),
        _moment("until"),
        sa.ForeignKeyConstraint(
            ["client_id"], ["oauth_client.id"], name=op.f("oauth_assertion_client_id_fkey")
        ),
        sa.PrimaryKeyConstraint("client_id", "jti_hash", name=op.f("oauth_assertion_pkey")),
    )


def downgrade() -> None:
    op.drop_table("oauth_assertion")
    op.drop_table("oauth_client")
