"""Volunteers are checked before they visit, suspended, and say what they can do and when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

_SKILLS = (
    *("CHATTING", "PHONE", "READING", "MEALS", "CLEANING", "HAIRDRESSING", "MEDICAL_ESCORT"),
    *("REPAIRS", "SMARTPHONE", "DIALECT"),
)
_CHECK_STATES = ("NOT_CHECKED", "SUBMITTED", "CLEARED", "REJECTED")
_ACTIONS = (
    *("UPDATE", "SET_AVAILABILITY", "SUBMIT_CHECK", "CLEAR", "REJECT", "SUSPEND", "REINSTATE"),
    "CARRY_OVER",
)
_COUNTED = """
CREATE TRIGGER count_version BEFORE UPDATE ON volunteer
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_version()
"""
_CARRIED_OVER = """
WITH known AS (
    UPDATE volunteer SET check_state = 'CLEARED', cleared_until = current_date + 365 RETURNING id
)
INSERT INTO volunteer_log (volunteer_id, action) SELECT id, 'CARRY_OVER' FROM known
"""
"""Whoever visits today goes on visiting; within a year each of them is checked."""


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _several(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    return sa.Column(name, postgresql.ARRAY(kind), server_default=sa.text("'{}'"), nullable=False)


def _columns() -> list[sa.Column]:
    moment = sa.DateTime(timezone=True)
    return [
        _several("skills", sa.Text()),
        _several("weekly_from", sa.Integer()),
        _several("weekly_to", sa.Integer()),
        _several("except_from", moment),
        _several("except_to", moment),
        _several("except_free", sa.Boolean()),
        sa.Column(
            "check_state",
            sa.String(40),
            server_default=sa.text("'NOT_CHECKED'"),
            nullable=False,
        ),
        sa.Column("certificate_on", sa.Date(), nullable=True),
        sa.Column("cleared_until", sa.Date(), nullable=True),
        sa.Column("suspended_at", moment, nullable=True),
        sa.Column("suspended_until", moment, nullable=True),
        sa.Column("suspended_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
    ]


_CHECKS = {
    "volunteer_skills_known": f"skills <@ ARRAY[{_listed(_SKILLS)}]",
    "volunteer_week_whole": "cardinality(weekly_from) = cardinality(weekly_to)",
    "volunteer_exceptions_whole": "cardinality(except_from) = cardinality(except_to)"
    " AND cardinality(except_from) = cardinality(except_free)",
    "volunteer_check_state_known": f"check_state IN ({_listed(_CHECK_STATES)})",
    "volunteer_cleared_until": "check_state <> 'CLEARED' OR cleared_until IS NOT NULL",
    "volunteer_not_cleared": "check_state NOT IN ('NOT_CHECKED', 'REJECTED')"
    " OR cleared_until IS NULL",
    "volunteer_suspended_whole": "num_nulls(suspended_at, suspended_by) IN (0, 2)"
    " AND (suspended_until IS NULL OR suspended_until > suspended_at)",
}


def upgrade() -> None:
    for column in _columns():
        op.add_column("volunteer", column)
    op.create_foreign_key(
        "volunteer_suspended_by_fkey", "volunteer", "account", ["suspended_by"], ["id"]
    )
    for name, condition in _CHECKS.items():
        op.create_check_constraint(name, "volunteer", condition)
    op.create_table(
        "volunteer_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint(f"action IN ({_listed(_ACTIONS)})", name="volunteer_log_action_known"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="volunteer_log_account_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name="volunteer_log_volunteer_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="volunteer_log_pkey"),
    )
    op.create_index("volunteer_log_volunteer_id_id", "volunteer_log", ["volunteer_id", "id"])
    op.add_column("visit_task", _several("skills", sa.Text()))
    op.create_check_constraint(
        "visit_task_skills_known", "visit_task", f"skills <@ ARRAY[{_listed(_SKILLS)}]"
    )
    op.execute(_CARRIED_OVER)
    # Only now, so that nobody's first version is their second.
    op.execute(_COUNTED)


def downgrade() -> None:
    op.drop_constraint("visit_task_skills_known", "visit_task")
    op.drop_column("visit_task", "skills")
    op.drop_table("volunteer_log")
    op.execute("DROP TRIGGER count_version ON volunteer")
    for name in _CHECKS:
        op.drop_constraint(name, "volunteer")
    for column in reversed(_columns()):
        op.drop_column("volunteer", column.name)
