"""Webhooks know the OAuth client that asked for them: what it may do now bounds them."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_STOPS = ("OWNER", "FAILING", "GONE", "RIGHTS_WITHDRAWN", "QUERY_REFUSED")

# Which of its account's clients asked for a webhook was not kept: the oldest that may have.
_FILL = """
    UPDATE webhook SET client_id = (
        SELECT id FROM oauth_client
        WHERE oauth_client.account_id = webhook.account_id
        ORDER BY oauth_client.scopes @> webhook.scopes DESC, id
        LIMIT 1
    )
    WHERE scopes IS NOT NULL
"""


def _stops(*stops: str) -> None:
    known = ", ".join(f"'{stop}'" for stop in stops)
    op.drop_constraint("webhook_stop_known", "webhook")
    op.create_check_constraint("webhook_stop_known", "webhook", f"stop IN ({known})")


def upgrade() -> None:
    op.add_column("webhook", sa.Column("client_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("webhook_client_id_fkey"), "webhook", "oauth_client", ["client_id"], ["id"]
    )
    op.execute(_FILL)
    op.create_check_constraint(
        "webhook_client_bounded", "webhook", "(client_id IS NULL) = (scopes IS NULL)"
    )
    _stops(*_STOPS, "CLIENT_DISABLED")


def downgrade() -> None:
    op.execute("UPDATE webhook SET stop = 'OWNER' WHERE stop = 'CLIENT_DISABLED'")
    _stops(*_STOPS)
    op.drop_constraint("webhook_client_bounded", "webhook")
    op.drop_column("webhook", "client_id")
