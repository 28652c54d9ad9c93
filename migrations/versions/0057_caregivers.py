"""Certificates and training of those who work in care, and whom caregivers are assigned to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

_COUNTED = """
CREATE TRIGGER count_version BEFORE UPDATE ON care_assignment
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_version()
"""


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _now(name: str) -> sa.Column[object]:
    moment = sa.DateTime(timezone=True)
    return sa.Column(name, moment, server_default=sa.text("now()"), nullable=False)


def _points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"{table}_{column}_fkey")


def upgrade() -> None:
    _make_certificates()
    _make_assignments()
    _make_training()
    op.execute(_COUNTED)


def downgrade() -> None:
    for table in ("training_record", "care_assignment", "certificate"):
        op.drop_table(table)


def _make_certificates() -> None:
    table = "certificate"
    op.create_table(
        table,
        _key(),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            _choice("certificate_kind_known", "CAREGIVER", "HEALTH", "NURSE", "FIRST_AID"),
            nullable=False,
        ),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("number_masked", sa.String(), nullable=False),
        sa.Column("number_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        _now("recorded_at"),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_because", sa.String(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("account_id", sa.Uuid()), "="),
            (sa.column("kind", sa.String()), "="),
            (sa.func.daterange(sa.column("since"), sa.column("until")), "&&"),
            name="certificate_once",
            using="gist",
            where=sa.text("withdrawn_by IS NULL"),
        ),
        sa.CheckConstraint("until > since", name="certificate_period_forward"),
        sa.CheckConstraint(
            "(kind = 'CAREGIVER') = (grade IS NOT NULL)", name="certificate_grade_of_caregivers"
        ),
        sa.CheckConstraint("grade BETWEEN 1 AND 5", name="certificate_grade_known"),
        sa.CheckConstraint(
            "num_nulls(withdrawn_at, withdrawn_by, withdrawn_because) IN (0, 3)",
            name="certificate_withdrawn_whole",
        ),
        _points_to(table, "region_code", "region.code"),
        *(
            _points_to(table, one, "account.id")
            for one in ("account_id", "recorded_by", "withdrawn_by")
        ),
        sa.PrimaryKeyConstraint("id", name="certificate_pkey"),
    )
    op.create_index("certificate_account_id_kind_until", table, ["account_id", "kind", "until"])
    op.create_index("certificate_region_code_until_id", table, ["region_code", "until", "id"])
    op.create_index("certificate_until_id", table, ["until", "id"])


def _make_assignments() -> None:
    table = "care_assignment"
    op.create_table(
        table,
        _key(),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "kind",
            _choice("care_assignment_kind_known", "PERSONAL_CARE", "NURSING", "COMPANY"),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        _now("set_at"),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("elder_id", sa.Uuid()), "="),
            (sa.column("account_id", sa.Uuid()), "="),
            (sa.column("kind", sa.String()), "="),
            (sa.func.daterange(sa.column("since"), sa.column("until")), "&&"),
            name="care_assignment_once",
            using="gist",
        ),
        sa.CheckConstraint(
            "until IS NULL OR until >= since", name="care_assignment_period_forward"
        ),
        sa.CheckConstraint(
            "num_nulls(ended_at, ended_by) IN (0, 2)", name="care_assignment_ended_whole"
        ),
        _points_to(table, "elder_id", "elder.id"),
        _points_to(table, "region_code", "region.code"),
        *(_points_to(table, one, "account.id") for one in ("account_id", "set_by", "ended_by")),
        sa.PrimaryKeyConstraint("id", name="care_assignment_pkey"),
    )
    for first in ("elder_id", "account_id", "region_code"):
        op.create_index(f"care_assignment_{first}_id", table, [first, "id"])


def _make_training() -> None:
    table = "training_record"
    op.create_table(
        table,
        _key(),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("course", sa.String(), nullable=False),
        sa.Column("half_hours", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("proof", sa.String(), nullable=True),
        _now("recorded_at"),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("half_hours BETWEEN 1 AND 24", name="training_record_hours_bounded"),
        sa.CheckConstraint(
            "num_nulls(withdrawn_at, withdrawn_by) IN (0, 2)",
            name="training_record_withdrawn_whole",
        ),
        _points_to(table, "region_code", "region.code"),
        *(
            _points_to(table, one, "account.id")
            for one in ("account_id", "recorded_by", "withdrawn_by")
        ),
        sa.PrimaryKeyConstraint("id", name="training_record_pkey"),
    )
    op.create_index("training_record_account_id_day_id", table, ["account_id", "day", "id"])
    op.create_index("training_record_region_code_day_id", table, ["region_code", "day", "id"])
    op.create_index("training_record_day_id", table, ["day", "id"])
