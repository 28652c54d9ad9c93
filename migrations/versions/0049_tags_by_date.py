"""Tags by date: periods that never overlap, and what was believed of them; which of them a district
counts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_BELIEVED = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.drop_index("elder_tag_current", table_name="elder_tag")
    op.drop_constraint("elder_tag_pkey", "elder_tag")
    op.add_column(
        "elder_tag",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
    )
    op.create_primary_key("elder_tag_pkey", "elder_tag", ["id"])
    op.add_column(
        "elder_tag",
        sa.Column("entered_at", moment, server_default=sa.func.now(), nullable=False),
    )
    op.add_column("elder_tag", sa.Column("entered_by", sa.Uuid(), nullable=True))
    op.add_column("elder_tag", sa.Column("withdrawn_at", moment, nullable=True))
    op.add_column("elder_tag", sa.Column("withdrawn_by", sa.Uuid(), nullable=True))
    for column in ("entered_by", "withdrawn_by"):
        op.create_foreign_key(f"elder_tag_{column}_fkey", "elder_tag", "account", [column], ["id"])
    op.create_check_constraint(
        "elder_tag_withdrawn_whole",
        "elder_tag",
        "num_nulls(withdrawn_at, withdrawn_by) IN (0, 2)",
    )
    op.create_exclude_constraint(
        "elder_tag_once",
        "elder_tag",
        (sa.column("elder_id"), "="),
        (sa.column("tag"), "="),
        (sa.func.daterange(sa.column("since"), sa.column("until")), "&&"),
        using="gist",
        where=sa.text("withdrawn_by IS NULL"),
    )
    op.create_index("elder_tag_elder_id_since_id", "elder_tag", ["elder_id", "since", "id"])
    op.create_index(
        "elder_tag_believed",
        "elder_tag",
        ["tag", "elder_id", "since", "until"],
        postgresql_where=_BELIEVED,
    )
    op.create_table(
        "key_tag_set",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", moment, server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("char_length(region_code) = 6", name="key_tag_set_of_a_district"),
        sa.CheckConstraint("cardinality(tags) > 0", name="key_tag_set_says_something"),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name="key_tag_set_region_code_fkey"
        ),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name="key_tag_set_set_by_fkey"),
        sa.PrimaryKeyConstraint("id", name="key_tag_set_pkey"),
    )
    op.create_index("key_tag_set_once", "key_tag_set", ["region_code", "since"], unique=True)


def downgrade() -> None:
    op.drop_table("key_tag_set")
    op.execute("DELETE FROM elder_tag WHERE withdrawn_at IS NOT NULL")
    op.drop_index("elder_tag_believed", table_name="elder_tag")
    op.drop_index("elder_tag_elder_id_since_id", table_name="elder_tag")
    op.drop_constraint("elder_tag_once", "elder_tag")
    op.drop_constraint("elder_tag_pkey", "elder_tag")
    for column in ("id", "entered_at", "entered_by", "withdrawn_at", "withdrawn_by"):
        op.drop_column("elder_tag", column)
    op.create_primary_key("elder_tag_pkey", "elder_tag", ["elder_id", "tag", "since"])
    op.create_index(
        "elder_tag_current",
        "elder_tag",
        ["tag", "elder_id"],
        postgresql_where=sa.text("until IS NULL"),
    )
