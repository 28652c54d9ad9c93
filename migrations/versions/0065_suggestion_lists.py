"""Lists of services that advisors suggest, and what is said to them."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

_KINDS = ("MEALS", "BATHING", "CLEANING", "MOBILITY", "MEDICAL", "EMERGENCY", "COMPANY")


def _choice(name: str, *values: str) -> sa.Column[object]:
    kind = sa.Enum(
        *values,
        name=f"suggestion_item_{name}_known",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    return sa.Column(name, kind, nullable=False)


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"{table}_{column}_fkey")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    table = "suggestion_list"
    op.create_table(
        table,
        _key(),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.CheckConstraint(
            "num_nulls(withdrawn_at, withdrawn_by) IN (0, 2)",
            name="suggestion_list_withdrawn_whole",
        ),
        _points_to(table, "elder_id", "elder.id"),
        *(_points_to(table, one, "account.id") for one in ("made_by", "withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name="suggestion_list_pkey"),
    )
    op.create_index("suggestion_list_elder_id_id", table, ["elder_id", "id"])
    table = "suggestion_item"
    op.create_table(
        table,
        _key(),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        _choice("kind", *_KINDS),
        _choice("state", "PROPOSED", "ACCEPTED", "DECLINED"),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", moment, nullable=True),
        sa.CheckConstraint(
            "num_nulls(answered_at, answered_by) = CASE state WHEN 'PROPOSED' THEN 2 ELSE 0 END",
            name="suggestion_item_answered_by_somebody",
        ),
        _points_to(table, "list_id", "suggestion_list.id"),
        _points_to(table, "answered_by", "account.id"),
        sa.PrimaryKeyConstraint("id", name="suggestion_item_pkey"),
    )
    op.create_index("suggestion_item_kind_once", table, ["list_id", "kind"], unique=True)


def downgrade() -> None:
    op.drop_table("suggestion_item")
    op.drop_table("suggestion_list")
