"""Two entries of one person become one, and can be taken apart again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

# Who an elder is found to be, is no finding about them: in a transaction that merges two entries,
# or takes them apart, an assessment may be of the other one.
_STAYS = """
CREATE OR REPLACE FUNCTION assessment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    passing text[] := ARRAY['state', 'confirmed_at', 'answers_cipher'];
BEGIN
    {merging}
    IF to_jsonb(OLD) - passing IS DISTINCT FROM to_jsonb(NEW) - passing
        OR OLD.state <> 'SUBMITTED' AND OLD.confirmed_at IS DISTINCT FROM NEW.confirmed_at
        OR (OLD.state, NEW.state) NOT IN (
            (OLD.state, OLD.state), ('SUBMITTED', 'CONFIRMED'), ('SUBMITTED', 'WITHDRAWN'),
            ('CONFIRMED', 'REPLACED')
        )
    THEN
        RAISE EXCEPTION 'an assessment never changes' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""
_MERGING = """
    IF current_setting('yiyang.merging', true) = 'on' THEN
        passing := passing || ARRAY['elder_id'];
    END IF;
"""


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "elder_merge",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("duplicate_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("aside_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("merged_by", sa.Uuid(), nullable=False),
        sa.Column("merged_at", moment, server_default=sa.func.now(), nullable=False),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", moment, nullable=True),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_by IS NULL)", name="elder_merge_undone_by_somebody"
        ),
        sa.CheckConstraint(
            "undone_at IS NULL OR aside_cipher IS NULL", name="elder_merge_nothing_aside"
        ),
        sa.ForeignKeyConstraint(["kept_id"], ["elder.id"], name="elder_merge_kept_id_fkey"),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name="elder_merge_region_code_fkey"
        ),
        *(
            sa.ForeignKeyConstraint([one], ["account.id"], name=f"elder_merge_{one}_fkey")
            for one in ("merged_by", "undone_by")
        ),
        sa.PrimaryKeyConstraint("id", name="elder_merge_pkey"),
    )
    for columns in (("kept_id", "id"), ("region_code", "id"), ("duplicate_id",)):
        op.create_index(f"elder_merge_{'_'.join(columns)}", "elder_merge", list(columns))
    _make_rows()
    op.execute(_STAYS.format(merging=_MERGING))


def _make_rows() -> None:
    change = sa.Enum(
        *("MOVED", "WITHDRAWN", "ADDED"),
        name="elder_merge_rows_change_known",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        "elder_merge_rows",
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("change", change, nullable=False),
        sa.Column("keys", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["elder_merge.id"], name="elder_merge_rows_merge_id_fkey"
        ),
        sa.PrimaryKeyConstraint("merge_id", "table_name", "change", name="elder_merge_rows_pkey"),
    )


def downgrade() -> None:
    op.execute(_STAYS.format(merging=""))
    op.drop_table("elder_merge_rows")
    op.drop_table("elder_merge")
