"""Data requests and deliveries of webhooks that fail by a fault of ours."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_STATES = ("REQUESTED", "APPROVED", "DONE", "REFUSED", "WITHDRAWN", "EXPIRED")
_FAULTS = ("STATUS", "TIMEOUT", "UNREACHABLE", "ADDRESS_REFUSED", "TOO_LARGE", "EXPIRED")


def _known(table: str, column: str, *values: str) -> None:
    name, known = f"{table}_{column}_known", ", ".join(f"'{value}'" for value in values)
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, f"{column} IN ({known})")


def upgrade() -> None:
    _known("data_request", "state", *_STATES, "FAILED")
    _known("webhook_delivery", "last_fault", *_FAULTS, "INTERNAL")


def downgrade() -> None:
    op.execute("UPDATE data_request SET state = 'APPROVED' WHERE state = 'FAILED'")
    op.execute("UPDATE webhook_delivery SET last_fault = NULL WHERE last_fault = 'INTERNAL'")
    _known("data_request", "state", *_STATES)
    _known("webhook_delivery", "last_fault", *_FAULTS)
