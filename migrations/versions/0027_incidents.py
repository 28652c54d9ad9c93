"""What an alarm is rung for, to whom it was given and who was sent, and incidents."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_OPEN = sa.text("state <> 'RESOLVED'")
_PURPOSES = ("REAL", "DRILL", "CANARY")
_COUNTED = """
CREATE TRIGGER count_version BEFORE UPDATE ON incident
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_version()
"""
_NAMED = ("dispatched_to", "assigned_to")


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    _make_incidents()
    purpose = _choice("alarm_purpose_known", *_PURPOSES)
    op.add_column(
        "alarm",
        sa.Column("purpose", purpose, nullable=False, server_default=sa.text("'REAL'")),
    )
    op.add_column("alarm", sa.Column("incident_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("alarm_incident_id_fkey", "alarm", "incident", ["incident_id"], ["id"])
    op.create_index("alarm_incident_id", "alarm", ["incident_id"])
    for name in _NAMED:
        op.add_column("alarm", sa.Column(name, sa.Uuid(), nullable=True))
        op.create_foreign_key(f"alarm_{name}_fkey", "alarm", "account", [name], ["id"])
        some = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"alarm_{name}_id", "alarm", [name, "id"], postgresql_where=some)
    op.add_column("alarm", sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("alarm_open_once", "alarm")
    op.create_index(
        "alarm_open_once",
        "alarm",
        ["elder_id", "type", "purpose"],
        unique=True,
        postgresql_where=_OPEN,
    )


def _make_incidents() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("purpose", _choice("incident_purpose_known", *_PURPOSES), nullable=False),
        sa.Column(
            "severity",
            _choice("incident_severity_known", "CRITICAL", "MAJOR", "MINOR", "WARNING"),
            nullable=False,
        ),
        sa.Column(
            "state",
            _choice("incident_state_known", "RAISED", "ACKNOWLEDGED", "RESOLVED"),
            nullable=False,
        ),
        sa.Column("taking", sa.Boolean(), nullable=False),
        sa.Column(
            "opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "last_alarm_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(state = 'RESOLVED') = (resolved_at IS NOT NULL)", name="incident_resolved_since"
        ),
        sa.CheckConstraint(
            "NOT (taking AND state = 'RESOLVED')", name="incident_resolved_takes_none"
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name="incident_elder_id_fkey"),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="incident_region_code_fkey"),
        sa.PrimaryKeyConstraint("id", name="incident_pkey"),
    )
    op.create_index(
        "incident_taking_once",
        "incident",
        ["elder_id", "purpose"],
        unique=True,
        postgresql_where=sa.text("taking"),
    )
    op.create_index("incident_elder_id_id", "incident", ["elder_id", "id"])
    op.create_index("incident_region_code_id", "incident", ["region_code", "id"])
    op.create_index(
        "incident_open_region_code_id",
        "incident",
        ["region_code", "id"],
        postgresql_where=_OPEN,
    )
    op.execute(_COUNTED)


def downgrade() -> None:
    op.drop_index("alarm_open_once", "alarm")
    # Of drills there may be two open ones of a type; they end with what told them apart.
    op.execute(
        "UPDATE alarm SET state = 'RESOLVED', resolved_at = now(), resolve_reason = 'DRILL'"
        " WHERE state <> 'RESOLVED' AND purpose <> 'REAL'"
    )
    op.create_index(
        "alarm_open_once", "alarm", ["elder_id", "type"], unique=True, postgresql_where=_OPEN
    )
    for name in ("snoozed_until", *_NAMED, "incident_id", "purpose"):
        op.drop_column("alarm", name)
    op.drop_table("incident")
