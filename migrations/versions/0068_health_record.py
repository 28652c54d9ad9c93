"""The health record: diagnoses by date and what was believed of them, allergies, medication."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_TRAIL = ("entered_at", "entered_by", "withdrawn_at", "withdrawn_by")


def upgrade() -> None:
    table = "elder_condition"
    for one in (*_trail(), sa.Column("about_hash", sa.LargeBinary(), nullable=True)):
        op.add_column(table, one)
    op.add_column(table, sa.Column("source_cipher", sa.LargeBinary(), nullable=True))
    for name in ("entered_by", "withdrawn_by"):
        op.create_foreign_key(f"{table}_{name}_fkey", table, "account", [name], ["id"])
    _hold_apart(table)
    kinds = sa.Enum(
        *("DRUG", "FOOD", "OTHER"),
        name="allergy_kind_known",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    _make("allergy", sa.Column("kind", kinds, nullable=False))
    _make("medication")


def downgrade() -> None:
    op.drop_table("medication")
    op.drop_table("allergy")
    table = "elder_condition"
    op.execute(f"DELETE FROM {table} WHERE withdrawn_at IS NOT NULL")
    op.drop_constraint(f"{table}_once", table)
    for name in (*_TRAIL, "about_hash", "source_cipher"):
        op.drop_column(table, name)


def _make(table: str, *columns: sa.Column[Any]) -> None:
    """A table of entries."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        *columns,
        sa.Column("about_hash", sa.LargeBinary(), nullable=False),
        sa.Column("content_cipher", sa.LargeBinary(), nullable=False),
        *_trail(),
        sa.CheckConstraint("until IS NULL OR until > since", name=f"{table}_period_forward"),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=f"{table}_elder_id_fkey"),
        *(
            sa.ForeignKeyConstraint([name], ["account.id"], name=f"{table}_{name}_fkey")
            for name in ("entered_by", "withdrawn_by")
        ),
        sa.PrimaryKeyConstraint("id", name=f"{table}_pkey"),
    )
    op.create_index(f"{table}_elder_id_since_id", table, ["elder_id", "since", "id"])
    _hold_apart(table)


def _trail() -> tuple[sa.Column[Any], ...]:
    """Who entered a row, and who took it back."""
    return (
        sa.Column("entered_at", _MOMENT, server_default=sa.func.now(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
    )


def _hold_apart(table: str) -> None:
    """No two periods of one thing overlap, of those that are believed."""
    op.create_check_constraint(
        f"{table}_withdrawn_whole", table, "num_nulls(withdrawn_at, withdrawn_by) IN (0, 2)"
    )
    op.create_exclude_constraint(
        f"{table}_once",
        table,
        (sa.column("elder_id"), "="),
        (sa.column("about_hash"), "="),
        (sa.func.daterange(sa.column("since"), sa.column("until")), "&&"),
        using="gist",
        where=sa.text("withdrawn_by IS NULL"),
    )
