"""Secret addresses of calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "calendar_link",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="calendar_link_account_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="calendar_link_pkey"),
    )
    op.create_index("calendar_link_account_id_id", "calendar_link", ["account_id", "id"])
    op.create_index(
        "calendar_link_once",
        "calendar_link",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_index("calendar_link_token_hash_once", "calendar_link", ["token_hash"], unique=True)


def downgrade() -> None:
    op.drop_table("calendar_link")
