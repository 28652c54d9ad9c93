"""When an alarm passes on stands in its row; divisions may set how soon."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_COUNTED = """
CREATE TRIGGER count_version BEFORE UPDATE ON escalation_policy
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_version()
"""

# Alarms that jobs would have lifted: those jobs have no handler any more.
_STILL_RISING = """
UPDATE alarm SET escalate_at = stored_at + CASE level WHEN 1 THEN interval '60 seconds'
                                                      ELSE interval '180 seconds' END
WHERE state = 'RAISED' AND NOT late AND level IN (1, 2) AND id IN (
    SELECT CAST(convert_from(payload, 'UTF8')::json ->> 'alarm_id' AS uuid)
    FROM pgqueuer WHERE entrypoint = 'alarm.escalate'
)
"""


def upgrade() -> None:
    for name in ("escalate_at", "rearmed_at"):
        op.add_column("alarm", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "alarm_escalate_at",
        "alarm",
        ["escalate_at"],
        postgresql_where=sa.text("escalate_at IS NOT NULL"),
    )
    op.execute(_STILL_RISING)
    op.execute("DELETE FROM pgqueuer WHERE entrypoint = 'alarm.escalate'")
    _make_policies()


def _make_policies() -> None:
    severity = sa.Enum(
        "CRITICAL",
        "MAJOR",
        "MINOR",
        "WARNING",
        name="escalation_policy_severity_known",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        "escalation_policy",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("severity", severity, nullable=False),
        sa.Column("street_after_seconds", sa.Integer(), nullable=False),
        sa.Column("district_after_seconds", sa.Integer(), nullable=False),
        sa.Column("rearm_after_seconds", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "district_after_seconds BETWEEN street_after_seconds + 10 AND 172800",
            name="escalation_policy_district_after_street",
        ),
        sa.CheckConstraint(
            "rearm_after_seconds BETWEEN 60 AND 86400", name="escalation_policy_rearm_bounded"
        ),
        sa.CheckConstraint(
            "severity <> 'CRITICAL' OR"
            " (street_after_seconds <= 60 AND district_after_seconds <= 180"
            " AND rearm_after_seconds <= 600)",
            name="escalation_policy_critical_no_later",
        ),
        sa.CheckConstraint(
            "street_after_seconds BETWEEN 10 AND 86400", name="escalation_policy_street_bounded"
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name="escalation_policy_region_code_fkey"
        ),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name="escalation_policy_set_by_fkey"),
        sa.PrimaryKeyConstraint("id", name="escalation_policy_pkey"),
    )
    op.create_index(
        "escalation_policy_once", "escalation_policy", ["region_code", "severity"], unique=True
    )
    op.execute(_COUNTED)


def downgrade() -> None:
    op.drop_table("escalation_policy")
    op.drop_index("alarm_escalate_at", "alarm")
    for name in ("rearmed_at", "escalate_at"):
        op.drop_column("alarm", name)
