"""What an export was asked for lies sealed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_GIVE_UP = """
UPDATE export SET state = 'CANCELLED', finished_at = now() WHERE state IN ('WAITING', 'RUNNING')
"""
"""Migrations have no key to seal with: whoever waits for a list asks again."""


def upgrade() -> None:
    op.execute(
        "DELETE FROM export_piece USING export WHERE export.id = export_id"
        " AND state IN ('WAITING', 'RUNNING')"
    )
    op.execute(_GIVE_UP)
    for name in ("document", "variables", "cursor"):
        op.drop_column("export", name)
    for name in ("asked_cipher", "cursor_cipher"):
        op.add_column("export", sa.Column(name, sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.execute(
        "DELETE FROM export_piece USING export WHERE export.id = export_id"
        " AND state IN ('WAITING', 'RUNNING')"
    )
    op.execute(_GIVE_UP)
    for name in ("asked_cipher", "cursor_cipher"):
        op.drop_column("export", name)
    op.add_column("export", sa.Column("document", sa.String(), server_default="", nullable=False))
    op.add_column(
        "export",
        sa.Column(
            "variables",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column("export", sa.Column("cursor", sa.String(), nullable=True))
    op.alter_column("export", "document", server_default=None)
