"""Ability assessments, who may assess, and what divisions ask of assessments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_LEVELS = ("INTACT", "MILD", "MODERATE", "SEVERE", "COMPLETE")
_STATES = ("SUBMITTED", "CONFIRMED", "REPLACED", "WITHDRAWN")
_ACTIONS = ("SUBMIT", "CONFIRM", "WITHDRAW", "REPLACE")

_COUNTED = """
CREATE TRIGGER count_version BEFORE UPDATE ON {table}
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_version()
"""

# What was found never changes, sealed anew with another key though it may be; and a confirmed
# assessment can only be replaced.
_STAYS = """
CREATE FUNCTION assessment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    passing text[] := ARRAY['state', 'confirmed_at', 'answers_cipher'];
BEGIN
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
_WATCHED = """
CREATE TRIGGER assessment_stays BEFORE UPDATE ON assessment
    FOR EACH ROW EXECUTE FUNCTION assessment_stays()
"""


def _choice(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)


def upgrade() -> None:
    _make_assessors()
    _make_policies()
    _make_assessments()
    _make_log()
    for table in ("assessor", "assessment_policy"):
        op.execute(_COUNTED.format(table=table))
    op.execute(_STAYS)
    op.execute(_WATCHED)


def _make_assessors() -> None:
    op.create_table(
        "assessor",
        _key(),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("clinical", sa.Boolean(), nullable=False),
        sa.Column("certificate", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        _version(),
        postgresql.ExcludeConstraint(
            (sa.column("account_id", sa.Uuid()), "="),
            (sa.func.daterange(sa.column("since"), sa.column("until")), "&&"),
            using="gist",
            name="assessor_account_once",
        ),
        sa.CheckConstraint("until >= since", name="assessor_period_forward"),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="assessor_region_code_fkey"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="assessor_account_id_fkey"),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name="assessor_set_by_fkey"),
        sa.PrimaryKeyConstraint("id", name="assessor_pkey"),
    )
    op.create_index("assessor_region_code_id", "assessor", ["region_code", "id"])


def _make_policies() -> None:
    op.create_table(
        "assessment_policy",
        _key(),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("assessors", sa.Integer(), nullable=False),
        sa.Column("clinical_assessors", sa.Integer(), nullable=False),
        sa.Column("valid_months", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        _version(),
        sa.CheckConstraint("assessors BETWEEN 2 AND 5", name="assessment_policy_assessors_bounded"),
        sa.CheckConstraint(
            "clinical_assessors BETWEEN 1 AND assessors", name="assessment_policy_clinical_bounded"
        ),
        sa.CheckConstraint(
            "valid_months BETWEEN 1 AND 24", name="assessment_policy_months_bounded"
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name="assessment_policy_region_code_fkey"
        ),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name="assessment_policy_set_by_fkey"),
        sa.PrimaryKeyConstraint("id", name="assessment_policy_pkey"),
    )
    op.create_index("assessment_policy_once", "assessment_policy", ["region_code"], unique=True)


def _make_assessments() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "assessment",
        _key(),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("scale", sa.String(), nullable=False),
        sa.Column("state", _choice(_STATES, "assessment_state_known"), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("valid_through", sa.Date(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column(
            "level_by_total", _choice(_LEVELS, "assessment_level_by_total_known"), nullable=False
        ),
        sa.Column("level", _choice(_LEVELS, "assessment_level_known"), nullable=False),
        sa.Column("answers_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("assessors_needed", sa.Integer(), nullable=False),
        sa.Column("clinical_needed", sa.Integer(), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", moment, nullable=False),
        sa.Column("confirmed_at", moment, nullable=True),
        sa.CheckConstraint("total >= 0", name="assessment_total_not_negative"),
        sa.CheckConstraint("valid_through >= assessed_on", name="assessment_validity_forward"),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (state IN ('SUBMITTED', 'WITHDRAWN'))",
            name="assessment_confirmed_at",
        ),
        sa.CheckConstraint(
            "assessors_needed >= 2 AND clinical_needed BETWEEN 1 AND assessors_needed",
            name="assessment_assessors_needed",
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name="assessment_elder_id_fkey"),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["account.id"], name="assessment_submitted_by_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="assessment_pkey"),
    )
    op.create_index("assessment_elder_id_id", "assessment", ["elder_id", "id"])
    op.create_index("assessment_valid_through_id", "assessment", ["valid_through", "id"])
    for name, state in (("open", "SUBMITTED"), ("counting", "CONFIRMED")):
        op.create_index(
            f"assessment_{name}_once",
            "assessment",
            ["elder_id"],
            unique=True,
            postgresql_where=sa.text(f"state = '{state}'"),
        )


def _make_log() -> None:
    op.create_table(
        "assessment_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("action", _choice(_ACTIONS, "assessment_log_action_known"), nullable=False),
        sa.Column("state", _choice(_STATES, "assessment_log_state_known"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("clinical", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(clinical IS NULL) = (action NOT IN ('SUBMIT', 'CONFIRM'))",
            name="assessment_log_signed_as",
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name="assessment_log_assessment_id_fkey"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="assessment_log_account_id_fkey"
        ),
        sa.PrimaryKeyConstraint("id", name="assessment_log_pkey"),
    )
    op.create_index("assessment_log_assessment_id_id", "assessment_log", ["assessment_id", "id"])
    op.create_index(
        "assessment_log_signer_once",
        "assessment_log",
        ["assessment_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("action IN ('SUBMIT', 'CONFIRM')"),
    )


def downgrade() -> None:
    for table in ("assessment_log", "assessment", "assessment_policy", "assessor"):
        op.drop_table(table)
    op.execute("DROP FUNCTION assessment_stays")
