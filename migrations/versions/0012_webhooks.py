"""Webhooks: addresses that are told of changes, and each delivery to one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STATES = ("ACTIVE", "PAUSED", "DISABLED")
_STOPS = ("OWNER", "FAILING", "GONE", "RIGHTS_WITHDRAWN", "QUERY_REFUSED")
_DELIVERY_STATES = ("PENDING", "DELIVERED", "DEAD", "WITHHELD")
_FAULTS = ("STATUS", "TIMEOUT", "UNREACHABLE", "ADDRESS_REFUSED", "TOO_LARGE", "EXPIRED")


def _choice(
    column: str, values: tuple[str, ...], name: str, *, nullable: bool = False
) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=nullable)


def _moment(name: str, *, nullable: bool = False, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column(
            "variables",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("previous_secret", sa.LargeBinary(), nullable=True),
        _moment("previous_until", nullable=True),
        _choice("state", _STATES, "webhook_state_known"),
        _choice("stop", _STOPS, "webhook_stop_known", nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        _moment("failing_since", nullable=True),
        _moment("rests_until", nullable=True),
        _moment("taken_until", nullable=True),
        _moment("created_at", now=True),
        sa.CheckConstraint(
            "(state = 'ACTIVE') = (stop IS NULL)", name="webhook_stopped_with_reason"
        ),
        sa.CheckConstraint(
            "(previous_secret IS NULL) = (previous_until IS NULL)", name="webhook_secrets_whole"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("webhook_account_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("webhook_pkey")),
    )
    op.create_index(op.f("webhook_account_id"), "webhook", ["account_id"])
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        _moment("happened_at", now=True),
        _choice("state", _DELIVERY_STATES, "webhook_delivery_state_known"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _moment("next_at", now=True),
        _moment("last_attempt_at", nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        _choice("last_fault", _FAULTS, "webhook_delivery_last_fault_known", nullable=True),
        _moment("created_at", now=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("webhook_delivery_webhook_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("webhook_delivery_pkey")),
        sa.UniqueConstraint("webhook_id", "position", name="webhook_delivery_position_once"),
    )
    op.create_index("webhook_delivery_webhook_id_id", "webhook_delivery", ["webhook_id", "id"])
    op.create_index(
        "webhook_delivery_due",
        "webhook_delivery",
        ["webhook_id", "next_at", "id"],
        postgresql_where=sa.text("state = 'PENDING'"),
    )
    op.create_index("webhook_delivery_created_at", "webhook_delivery", ["created_at"])


def downgrade() -> None:
    op.drop_table("webhook_delivery")
    op.drop_table("webhook")
