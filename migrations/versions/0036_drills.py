"""Drills say whether the family is told; joining an incident is no change that somebody decides
about."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_COUNTED = """
CREATE TRIGGER count_version BEFORE UPDATE ON alarm FOR EACH ROW
    WHEN ({}) EXECUTE FUNCTION count_version()
"""
_CHANGED = "OLD IS DISTINCT FROM NEW"
_SAME_INCIDENT = "OLD.incident_id IS NOT DISTINCT FROM NEW.incident_id"


def upgrade() -> None:
    op.add_column(
        "alarm", sa.Column("family_too", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.execute("DROP TRIGGER count_version ON alarm")
    op.execute(_COUNTED.format(f"{_CHANGED} AND {_SAME_INCIDENT}"))


def downgrade() -> None:
    op.drop_column("alarm", "family_too")
    op.execute("DROP TRIGGER count_version ON alarm")
    op.execute(_COUNTED.format(_CHANGED))
