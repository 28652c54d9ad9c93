"""Imports say how far they are, count workers that began at them, and faults that are not kept."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

_FAILURES = ("UNREADABLE", "TOO_LARGE", "RIGHTS_WITHDRAWN", "INTERNAL")
_COUNTS = ("done_count", "fault_count", "attempts")


def upgrade() -> None:
    table = "elder_import"
    for name in _COUNTS:
        op.add_column(table, sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        op.alter_column(table, name, server_default=None)
    op.execute(
        f"UPDATE {table} SET fault_count = (SELECT count(*) FROM elder_import_fault"
        f" WHERE import_id = {table}.id), done_count = coalesce(row_count, 0)"
    )
    _know((*_FAILURES, "INTERRUPTED"))


def downgrade() -> None:
    table = "elder_import"
    op.execute(f"UPDATE {table} SET failure = 'INTERNAL' WHERE failure = 'INTERRUPTED'")
    _know(_FAILURES)
    for name in reversed(_COUNTS):
        op.drop_column(table, name)


def _know(failures: tuple[str, ...]) -> None:
    table, name = "elder_import", "elder_import_failure_known"
    op.drop_constraint(name, table)
    words = ", ".join(f"'{one}'" for one in failures)
    op.create_check_constraint(name, table, f"failure IN ({words})")
