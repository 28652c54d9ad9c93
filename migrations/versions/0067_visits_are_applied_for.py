"""Volunteers apply for visits until a moment, and then these are allotted."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

_BECAUSE = (
    *("ALONE", "FEWER_VISITS", "HAS_TIME", "NEARER", "DRAWN", "TOGETHER", "OTHER_VISIT"),
    *("NOT_FIT", "VISIT_GONE", "WINDOW_CANCELLED"),
)
_ACTIONS = (
    *("PLAN", "CLAIM", "RELEASE", "CHECK_IN", "CHECK_OUT", "VERIFY", "REJECT", "REFUSE", "MISS"),
    *("CANCEL", "OVERDUE"),
)


def _known(values: tuple[str, ...]) -> str:
    return "IN ({})".format(", ".join(f"'{value}'" for value in values))


def _id() -> sa.Column:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _moment(name: str, *, now: bool = False, nullable: bool = False) -> sa.Column:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def _to(table: str, column: str, target: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.{key}"], name=f"{table}_{column}_fkey")


def _windows() -> None:
    table = "visit_window"
    op.create_table(
        table,
        _id(),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        _moment("opened_at", now=True),
        _moment("closes_at"),
        sa.Column("seed", sa.String(), nullable=False),
        _moment("ended_at", nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            f"state {_known(('OPEN', 'ALLOTTED', 'CANCELLED'))}", name="visit_window_state_known"
        ),
        sa.CheckConstraint("(state = 'OPEN') = (ended_at IS NULL)", name="visit_window_ended_at"),
        sa.CheckConstraint("closes_at > opened_at", name="visit_window_forward"),
        _to(table, "region_code", "region", "code"),
        _to(table, "opened_by", "account"),
        _to(table, "ended_by", "account"),
        sa.PrimaryKeyConstraint("id", name="visit_window_pkey"),
    )
    op.create_index("visit_window_region_code_id", table, ["region_code", "id"])
    op.create_index(
        "visit_window_open", table, ["closes_at"], postgresql_where=sa.text("state = 'OPEN'")
    )


def _applications() -> None:
    table = "visit_application"
    states = ("APPLIED", "ALLOTTED", "NOT_ALLOTTED", "WITHDRAWN")
    op.create_table(
        table,
        _id(),
        *(sa.Column(f"{name}_id", sa.Uuid(), nullable=False) for name in ("window", "task")),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        _moment("applied_at", now=True),
        _moment("ended_at", nullable=True),
        sa.Column("because", sa.String(40), nullable=True),
        sa.Column("visits_before", sa.Integer(), nullable=True),
        sa.Column("has_time", sa.Boolean(), nullable=True),
        sa.Column("steps_away", sa.Integer(), nullable=True),
        sa.Column("lot", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"state {_known(states)}", name="visit_application_state_known"),
        sa.CheckConstraint(f"because {_known(_BECAUSE)}", name="visit_application_because_known"),
        sa.CheckConstraint(
            "(state = 'APPLIED') = (ended_at IS NULL)", name="visit_application_ended_at"
        ),
        sa.CheckConstraint(
            "(state IN ('ALLOTTED', 'NOT_ALLOTTED')) = (because IS NOT NULL)",
            name="visit_application_because_decided",
        ),
        _to(table, "window_id", "visit_window"),
        _to(table, "task_id", "visit_task"),
        _to(table, "volunteer_id", "volunteer"),
        _to(table, "region_code", "region", "code"),
        sa.PrimaryKeyConstraint("id", name="visit_application_pkey"),
    )
    once = ["task_id", "window_id", "volunteer_id"]
    op.create_index("visit_application_once", table, once, unique=True)
    op.create_index(
        "visit_application_allotted_once",
        table,
        once[:2],
        unique=True,
        postgresql_where=sa.text("state = 'ALLOTTED'"),
    )
    for column in ("region_code", "volunteer_id", "window_id"):
        op.create_index(f"visit_application_{column}_id", table, [column, "id"])


def _actions(values: tuple[str, ...]) -> None:
    op.drop_constraint("visit_task_log_action_known", "visit_task_log")
    op.create_check_constraint(
        "visit_task_log_action_known", "visit_task_log", f"action {_known(values)}"
    )


def upgrade() -> None:
    _windows()
    _applications()
    op.add_column(
        "visit_task",
        sa.Column(
            "allocation",
            sa.String(40),
            server_default=sa.text("'FIRST_COME'"),
            nullable=False,
        ),
    )
    op.add_column("visit_task", sa.Column("window_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "visit_task_window_id_fkey", "visit_task", "visit_window", ["window_id"], ["id"]
    )
    op.create_check_constraint(
        "visit_task_allocation_known",
        "visit_task",
        f"allocation {_known(('FIRST_COME', 'FAIR'))}",
    )
    op.create_check_constraint(
        "visit_task_fair_by_window", "visit_task", "allocation <> 'FAIR' OR window_id IS NOT NULL"
    )
    op.create_index(
        "visit_task_window_id_scheduled_from_id",
        "visit_task",
        ["window_id", "scheduled_from", "id"],
    )
    _actions((*_ACTIONS, "APPLY", "ALLOT"))


def downgrade() -> None:
    op.execute("DELETE FROM visit_task_log WHERE action IN ('APPLY', 'ALLOT')")
    _actions(_ACTIONS)
    op.drop_index("visit_task_window_id_scheduled_from_id", "visit_task")
    op.drop_constraint("visit_task_fair_by_window", "visit_task")
    op.drop_column("visit_task", "window_id")
    op.drop_column("visit_task", "allocation")
    op.drop_table("visit_application")
    op.drop_table("visit_window")
