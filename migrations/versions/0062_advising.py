"""Whom care advisors answer for, and what these elders need."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

_COUNTED = """
CREATE TRIGGER count_version BEFORE UPDATE ON caseload
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_version()
"""

_KINDS = ("MEALS", "BATHING", "CLEANING", "MOBILITY", "MEDICAL", "EMERGENCY", "COMPANY")


def _choice(name: str, *values: str) -> sa.Column[object]:
    kind = sa.Enum(
        *values,
        name=f"care_need_{name}_known",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    return sa.Column(name, kind, nullable=False)


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _now(name: str) -> sa.Column[object]:
    moment = sa.DateTime(timezone=True)
    return sa.Column(name, moment, server_default=sa.text("now()"), nullable=False)


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"{table}_{column}_fkey")


def upgrade() -> None:
    _make_caseloads()
    _make_needs()
    op.execute(_COUNTED)


def downgrade() -> None:
    op.drop_table("care_need")
    op.drop_table("caseload")


def _make_caseloads() -> None:
    table = "caseload"
    op.create_table(
        table,
        _key(),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        _now("set_at"),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("elder_id", sa.Uuid()), "="),
            (sa.func.daterange(sa.column("since"), sa.column("until")), "&&"),
            using="gist",
            name="caseload_elder_once",
        ),
        sa.CheckConstraint("until IS NULL OR until >= since", name="caseload_period_forward"),
        sa.CheckConstraint("num_nulls(ended_at, ended_by) IN (0, 2)", name="caseload_ended_whole"),
        _points_to(table, "elder_id", "elder.id"),
        *(_points_to(table, one, "account.id") for one in ("account_id", "set_by", "ended_by")),
        sa.PrimaryKeyConstraint("id", name="caseload_pkey"),
    )
    for first in ("elder_id", "account_id"):
        op.create_index(f"caseload_{first}_id", table, [first, "id"])


def _make_needs() -> None:
    table = "care_need"
    op.create_table(
        table,
        _key(),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        _choice("kind", *_KINDS),
        _choice("urgency", "URGENT", "SOON", "ROUTINE"),
        _choice("source", "ASSESSMENT", "ELDER", "FAMILY", "VISIT", "OTHER"),
        sa.Column("note_cipher", sa.LargeBinary(), nullable=True),
        _choice("state", "OPEN", "MET", "DECLINED", "WITHDRAWN"),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        _now("opened_at"),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nulls(closed_at, closed_by) = CASE state WHEN 'OPEN' THEN 2 ELSE 0 END",
            name="care_need_closed_by_somebody",
        ),
        _points_to(table, "elder_id", "elder.id"),
        *(_points_to(table, one, "account.id") for one in ("opened_by", "closed_by")),
        sa.PrimaryKeyConstraint("id", name="care_need_pkey"),
    )
    op.create_index(
        "care_need_open_once",
        table,
        ["elder_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'OPEN'"),
    )
    op.create_index("care_need_elder_id_id", table, ["elder_id", "id"])
    op.create_index("care_need_state_id", table, ["state", "id"])
