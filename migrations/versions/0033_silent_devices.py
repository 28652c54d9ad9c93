"""Which devices are offline, and since when all of them can be heard."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_MOMENTS = ("suspected_at", "offline_since", "back_since")
_LONG_SILENT = """
UPDATE device SET offline_since = last_seen_at
WHERE last_seen_at < now() - interval '1 day'
"""
"""Nobody is to be called now for what fell silent long before anybody looked."""


def upgrade() -> None:
    for name in _MOMENTS:
        op.add_column("device", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute(_LONG_SILENT)
    op.create_index(
        "device_offline_id",
        "device",
        ["id"],
        postgresql_where=sa.text("offline_since IS NOT NULL"),
    )
    op.create_table(
        "listening",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("swept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deaf_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name="listening_alone"),
        sa.PrimaryKeyConstraint("id", name="listening_pkey"),
    )
    op.execute("INSERT INTO listening (id, swept_at, heard_since) VALUES (1, now(), now())")


def downgrade() -> None:
    op.drop_table("listening")
    op.drop_index("device_offline_id", "device")
    for name in _MOMENTS:
        op.drop_column("device", name)
