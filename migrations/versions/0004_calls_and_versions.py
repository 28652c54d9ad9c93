"""Calls that are answered once; the version of what is decided about."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_VERSIONED = ("alarm", "assistance_case", "bed_stay")

_COUNT = """
CREATE FUNCTION count_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$
"""

_TRIGGER = """
CREATE TRIGGER count_version BEFORE UPDATE ON {table}
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_version()
"""


def upgrade() -> None:
    op.create_table(
        "idempotent_call",
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column(
            "called_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("actor_id", "key", name=op.f("idempotent_call_pkey")),
    )
    op.create_index("idempotent_call_called_at", "idempotent_call", ["called_at"])
    op.execute(_COUNT)
    for table in _VERSIONED:
        op.add_column(
            table,
            sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        )
        op.execute(_TRIGGER.format(table=table))


def downgrade() -> None:
    for table in _VERSIONED:
        op.execute(f"DROP TRIGGER count_version ON {table}")
        op.drop_column(table, "version")
    op.execute("DROP FUNCTION count_version()")
    op.drop_index("idempotent_call_called_at", "idempotent_call")
    op.drop_table("idempotent_call")
