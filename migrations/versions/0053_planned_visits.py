"""Visits are planned, called off, entered late and overdue; nobody is with two elders at once."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_STATES = ("OPEN", "CLAIMED", "CHECKED_IN", "DONE", "VERIFIED", "REJECTED", "REFUSED", "NO_SHOW")
_ACTIONS = (
    *("CLAIM", "RELEASE", "CHECK_IN", "CHECK_OUT"),
    *("VERIFY", "REJECT", "REFUSE", "MISS"),
)
_COUNTED = """
CREATE TRIGGER count_version BEFORE UPDATE ON visit_task
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_version()
"""
_FREED = "claimed_by IS NOT NULL AND state NOT IN ('REJECTED', 'NO_SHOW'{})"


def _known(table: str, column: str, values: tuple[str, ...]) -> None:
    name = f"{table}_{column}_known"
    op.drop_constraint(name, table)
    listed = ", ".join(f"'{value}'" for value in values)
    op.create_check_constraint(name, table, f"{column} IN ({listed})")


def _once(name: str, since: str, until: str, where: str) -> None:
    op.create_exclude_constraint(
        name,
        "visit_task",
        (sa.column("claimed_by", sa.Uuid()), "="),
        (sa.func.tstzrange(sa.column(since), sa.column(until)), "&&"),
        using="gist",
        where=sa.text(where),
    )


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    for name in ("check_in_recorded_at", "check_out_recorded_at", "overdue_at"):
        op.add_column("visit_task", sa.Column(name, moment, nullable=True))
    late = sa.Column("entered_late", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    op.add_column("visit_task", late)
    op.add_column("visit_task", sa.Column("planned_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "visit_task_planned_by_fkey", "visit_task", "account", ["planned_by"], ["id"]
    )
    version = sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    op.add_column("visit_task", version)
    # Until now both were told as they happened.
    op.execute(
        "UPDATE visit_task SET check_in_recorded_at = checked_in_at,"
        " check_out_recorded_at = checked_out_at WHERE checked_in_at IS NOT NULL"
    )
    _known("visit_task", "state", (*_STATES, "CANCELLED"))
    _known("visit_task_log", "action", ("PLAN", *_ACTIONS, "CANCEL", "OVERDUE"))
    op.alter_column("visit_task_log", "account_id", existing_type=sa.Uuid(), nullable=True)
    op.drop_constraint("visit_task_claimed", "visit_task")
    op.create_check_constraint(
        "visit_task_claimed",
        "visit_task",
        "(state = 'OPEN') = (claimed_by IS NULL) OR state = 'CANCELLED'",
    )
    op.create_check_constraint(
        "visit_task_made_forward", "visit_task", "checked_out_at >= checked_in_at"
    )
    op.drop_constraint("visit_task_volunteer_once", "visit_task")
    _once(
        "visit_task_volunteer_once",
        "scheduled_from",
        "scheduled_to",
        _FREED.format(", 'CANCELLED'"),
    )
    _once(
        "visit_task_made_once",
        "checked_in_at",
        "checked_out_at",
        "checked_in_at IS NOT NULL AND checked_out_at IS NOT NULL"
        " AND state IN ('DONE', 'VERIFIED')",
    )
    op.create_index(
        "visit_task_unended",
        "visit_task",
        ["scheduled_to"],
        postgresql_where=sa.text("state IN ('OPEN', 'CLAIMED', 'CHECKED_IN')"),
    )
    op.execute(_COUNTED)


def downgrade() -> None:
    op.execute("DROP TRIGGER count_version ON visit_task")
    op.drop_index("visit_task_unended", "visit_task")
    op.drop_constraint("visit_task_made_once", "visit_task")
    op.drop_constraint("visit_task_made_forward", "visit_task")
    op.execute("DELETE FROM visit_task_log WHERE action IN ('PLAN', 'CANCEL', 'OVERDUE')")
    op.execute("DELETE FROM visit_task_log WHERE account_id IS NULL")
    op.execute(
        "DELETE FROM visit_task_log USING visit_task WHERE visit_task.id = task_id"
        " AND visit_task.state = 'CANCELLED'"
    )
    op.execute("DELETE FROM visit_task WHERE state = 'CANCELLED'")
    op.alter_column("visit_task_log", "account_id", existing_type=sa.Uuid(), nullable=False)
    _known("visit_task", "state", _STATES)
    _known("visit_task_log", "action", _ACTIONS)
    op.drop_constraint("visit_task_claimed", "visit_task")
    op.create_check_constraint(
        "visit_task_claimed", "visit_task", "(state = 'OPEN') = (claimed_by IS NULL)"
    )
    op.drop_constraint("visit_task_volunteer_once", "visit_task")
    _once("visit_task_volunteer_once", "scheduled_from", "scheduled_to", _FREED.format(""))
    op.drop_constraint("visit_task_planned_by_fkey", "visit_task")
    for name in ("version", "planned_by", "entered_late", "overdue_at"):
        op.drop_column("visit_task", name)
    for name in ("check_out_recorded_at", "check_in_recorded_at"):
        op.drop_column("visit_task", name)
