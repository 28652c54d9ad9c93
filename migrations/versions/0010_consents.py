"""Family links that are asked for and granted, with a consent for each scope, and its history."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_STATES = ("REQUESTED", "ACTIVE", "REFUSED", "ENDED")
_SCOPES = ("ALARMS", "VITALS", "LOCATION", "MEALS_ORDERS", "HEALTH_RECORD", "FINANCE")
_UNTIL = tuple(f"{scope.lower()}_until" for scope in _SCOPES)


def _choice(values: Iterable[str], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _moment(name: str, *, nullable: bool = False, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def upgrade() -> None:
    _widen_links()
    _create_history()


def _widen_links() -> None:
    """Who was linked saw everything, and goes on to until it is withdrawn."""
    op.drop_constraint("family_link_pkey", "family_link")
    op.add_column("family_link", _key())
    op.create_primary_key("family_link_pkey", "family_link", ["id"])
    op.add_column(
        "family_link",
        sa.Column(
            "state",
            _choice(_STATES, "family_link_state_known"),
            server_default="ACTIVE",
            nullable=False,
        ),
    )
    op.alter_column("family_link", "state", server_default=None)
    op.add_column("family_link", _moment("requested_at", now=True))
    op.execute("UPDATE family_link SET requested_at = linked_at")
    op.alter_column("family_link", "linked_at", server_default=None, nullable=True)
    for name in ("ended_at", *_UNTIL):
        op.add_column("family_link", _moment(name, nullable=True))
    op.execute("UPDATE family_link SET " + ", ".join(f"{name} = 'infinity'" for name in _UNTIL))
    op.create_index(
        "family_link_one_open",
        "family_link",
        ["account_id", "elder_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('REQUESTED', 'ACTIVE')"),
    )
    op.create_index(op.f("family_link_account_id"), "family_link", ["account_id"])
    for name, rule in (
        (
            "family_link_consents_active",
            f"state = 'ACTIVE' OR num_nonnulls({', '.join(_UNTIL)}) = 0",
        ),
        ("family_link_active_since", "state <> 'ACTIVE' OR linked_at IS NOT NULL"),
        ("family_link_ended_at", "(state IN ('REFUSED', 'ENDED')) = (ended_at IS NOT NULL)"),
    ):
        op.create_check_constraint(op.f(name), "family_link", rule)


def _create_history() -> None:
    op.create_table(
        "consent_paper",
        _key(),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("photo_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("photo_hash", sa.LargeBinary(), nullable=False),
        _moment("stored_at", now=True),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["elder.id"], name=op.f("consent_paper_elder_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("consent_paper_pkey")),
    )
    op.create_index(op.f("consent_paper_elder_id"), "consent_paper", ["elder_id"])
    op.create_table(
        "consent_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        _moment("at", now=True),
        sa.Column("scope", _choice(_SCOPES, "consent_log_scope_known"), nullable=False),
        sa.Column(
            "change",
            _choice(("GRANTED", "WITHDRAWN"), "consent_log_change_known"),
            nullable=False,
        ),
        _moment("until", nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "basis",
            _choice(("ELDER", "GUARDIAN", "FAMILY", "SIGNED_PAPER"), "consent_log_basis_known"),
            nullable=False,
        ),
        sa.Column("paper_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(change = 'GRANTED') = (until IS NOT NULL)", name="consent_log_until"),
        sa.CheckConstraint(
            "(basis = 'SIGNED_PAPER') = (paper_id IS NOT NULL)", name="consent_log_with_paper"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("consent_log_account_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["family_link.id"], name=op.f("consent_log_link_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["consent_paper.id"], name=op.f("consent_log_paper_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("consent_log_pkey")),
    )
    op.create_index("consent_log_link_id_id", "consent_log", ["link_id", "id"])


def downgrade() -> None:
    op.drop_table("consent_log")
    op.drop_table("consent_paper")
    # Only links that stand are links there, and every one shows everything.
    op.execute("DELETE FROM family_link WHERE state <> 'ACTIVE'")
    op.drop_constraint("family_link_pkey", "family_link")
    op.drop_index(op.f("family_link_account_id"), "family_link")
    for name in ("id", "state", "requested_at", "ended_at", *_UNTIL):
        op.drop_column("family_link", name)
    op.alter_column("family_link", "linked_at", server_default=sa.text("now()"), nullable=False)
    op.create_primary_key("family_link_pkey", "family_link", ["account_id", "elder_id"])
