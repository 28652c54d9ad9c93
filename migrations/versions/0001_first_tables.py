"""Regions, accounts, elders, devices, alarms, the outbox, and PgQueuer's own tables."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dead_letter",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("dead_letter_pkey")),
    )
    op.create_index("dead_letter_received_at", "dead_letter", ["received_at"], unique=False)
    op.create_table(
        "outbox_event",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("outbox_event_pkey")),
    )
    op.create_index("outbox_event_recorded_at", "outbox_event", ["recorded_at"], unique=False)
    op.create_index(
        "outbox_event_subject", "outbox_event", ["topic", "subject_id", "position"], unique=False
    )
    op.create_table(
        "region",
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "PROVINCE",
                "CITY",
                "DISTRICT",
                "STREET",
                "COMMUNITY",
                name="region_level_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("parent_code", sa.Text(collation="C"), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["region.code"], name=op.f("region_parent_code_fkey")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("region_pkey")),
    )
    op.create_index(op.f("region_parent_code"), "region", ["parent_code"], unique=False)
    op.create_table(
        "vendor",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("vendor_pkey")),
        sa.UniqueConstraint("name", name=op.f("vendor_name_once")),
    )
    op.create_table(
        "elder",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "gender",
            sa.Enum(
                "FEMALE",
                "MALE",
                name="elder_gender_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column(
            "care_level",
            sa.Enum(
                "INTACT",
                "MILD",
                "MODERATE",
                "SEVERE",
                "COMPLETE",
                name="elder_care_level_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("id_number_masked", sa.String(), nullable=False),
        sa.Column("id_number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("id_number_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("address_masked", sa.String(), nullable=False),
        sa.Column("address_cipher", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("elder_region_code_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("elder_pkey")),
    )
    op.create_index("elder_id_number_once", "elder", ["id_number_hash"], unique=True)
    op.create_index("elder_region_code_id", "elder", ["region_code", "id"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "ELDER",
                "GUARDIAN",
                "FAMILY",
                "VOLUNTEER",
                "CAREGIVER",
                "DISPATCHER",
                "STATION",
                "ADVISOR",
                "CANTEEN",
                "OFFICIAL",
                "AUDITOR",
                "VENDOR",
                "ADMIN",
                name="account_role_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("region_code", sa.Text(collation="C"), nullable=True),
        sa.Column("elder_id", sa.Uuid(), nullable=True),
        sa.Column("vendor_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("account_elder_id_fkey")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("account_region_code_fkey")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("account_vendor_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("account_pkey")),
    )
    op.create_index(op.f("account_elder_id"), "account", ["elder_id"], unique=False)
    op.create_index(op.f("account_name"), "account", ["name"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("calling_order", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "SPOUSE",
                "DAUGHTER",
                "SON",
                "GRANDCHILD",
                "SIBLING",
                "NEIGHBOUR",
                "OTHER",
                name="contact_relation_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("phone_masked", sa.String(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("phone_cipher", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("calling_order > 0", name=op.f("contact_calling_order_positive")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("contact_elder_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("contact_pkey")),
    )
    op.create_index(
        "contact_calling_order_once", "contact", ["elder_id", "calling_order"], unique=True
    )
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "SOS_BUTTON",
                "SLEEP_BAND",
                name="device_kind_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("vendor_id", sa.Uuid(), nullable=False),
        sa.Column("secret_version", sa.Integer(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("secret_version > 0", name=op.f("device_secret_version_positive")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("device_elder_id_fkey")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("device_vendor_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("device_pkey")),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(op.f("device_elder_id"), "device", ["elder_id"], unique=False)
    op.create_index(op.f("device_vendor_id"), "device", ["vendor_id"], unique=False)
    op.create_table(
        "elder_tag",
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column(
            "tag",
            sa.Enum(
                "LIVES_ALONE",
                "EMPTY_NEST",
                "LEFT_BEHIND",
                "DISABLED",
                "SEVERELY_HANDICAPPED",
                "FAMILY_PLANNING_SPECIAL",
                "DEMENTIA",
                "MINIMUM_LIVING",
                "EXTREME_HARDSHIP",
                "CHILDLESS",
                name="elder_tag_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("until IS NULL OR until > since", name=op.f("elder_tag_period_forward")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("elder_tag_elder_id_fkey")),
        sa.PrimaryKeyConstraint("elder_id", "tag", "since", name=op.f("elder_tag_pkey")),
    )
    op.create_index(
        "elder_tag_current",
        "elder_tag",
        ["tag", "elder_id"],
        unique=False,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "alarm",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "SOS",
                "BRADYCARDIA",
                "TACHYCARDIA",
                name="alarm_type_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "severity",
            sa.Enum(
                "CRITICAL",
                "MAJOR",
                "MINOR",
                "WARNING",
                name="alarm_severity_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "RAISED",
                "ACKNOWLEDGED",
                "DISPATCHED",
                "ARRIVED",
                "RESOLVED",
                name="alarm_state_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "stored_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("repeat_count", sa.Integer(), nullable=False),
        sa.Column("repeated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "resolve_reason",
            sa.Enum(
                "TRUE_ALARM",
                "FALSE_ALARM",
                "DRILL",
                "TEST",
                "DEVICE_FAULT",
                name="alarm_resolve_reason_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "measures",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(state = 'RESOLVED') = (resolved_at IS NOT NULL AND resolve_reason IS NOT NULL)",
            name=op.f("alarm_resolved_with_reason"),
        ),
        sa.CheckConstraint("level BETWEEN 0 AND 3", name=op.f("alarm_level_known")),
        sa.CheckConstraint("repeat_count >= 0", name=op.f("alarm_repeat_count_not_negative")),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["account.id"], name=op.f("alarm_acknowledged_by_fkey")
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("alarm_device_id_fkey")),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("alarm_elder_id_fkey")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("alarm_region_code_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("alarm_pkey")),
    )
    op.create_index(op.f("alarm_device_id"), "alarm", ["device_id"], unique=False)
    op.create_index("alarm_elder_id_id", "alarm", ["elder_id", "id"], unique=False)
    op.create_index(
        "alarm_open_once",
        "alarm",
        ["elder_id", "type"],
        unique=True,
        postgresql_where=sa.text("state <> 'RESOLVED'"),
    )
    op.create_index("alarm_region_code_id", "alarm", ["region_code", "id"], unique=False)
    op.create_table(
        "device_event",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("boot", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("device_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column(
            "measures",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("device_event_device_id_fkey")
        ),
        sa.PrimaryKeyConstraint("device_id", "event_id", name=op.f("device_event_pkey")),
    )
    op.create_index("device_event_received_at", "device_event", ["received_at"], unique=False)
    op.create_table(
        "family_link",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("elder_id", sa.Uuid(), nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "SPOUSE",
                "DAUGHTER",
                "SON",
                "GRANDCHILD",
                "SIBLING",
                "NEIGHBOUR",
                "OTHER",
                name="family_link_relation_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "linked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("family_link_account_id_fkey")
        ),
        sa.ForeignKeyConstraint(["elder_id"], ["elder.id"], name=op.f("family_link_elder_id_fkey")),
        sa.PrimaryKeyConstraint("account_id", "elder_id", name=op.f("family_link_pkey")),
    )
    op.create_index(op.f("family_link_elder_id"), "family_link", ["elder_id"], unique=False)
    op.create_table(
        "rule_state",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("latest", sa.DateTime(timezone=True), nullable=False),
        sa.Column("breached_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raised", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("rule_state_device_id_fkey")
        ),
        sa.PrimaryKeyConstraint("device_id", "rule", name=op.f("rule_state_pkey")),
    )
    op.create_table(
        "telemetry",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("device_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "measures",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("telemetry_device_id_fkey")
        ),
        sa.PrimaryKeyConstraint("device_id", "device_time", "seq", name=op.f("telemetry_pkey")),
    )
    op.create_table(
        "alarm_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "change",
            sa.Enum(
                "RAISED",
                "REPEATED",
                "CLEARED",
                "ESCALATED",
                "ACKNOWLEDGED",
                "DISPATCHED",
                "ARRIVED",
                "RESOLVED",
                name="alarm_log_change_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("alarm_log_account_id_fkey")
        ),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"], name=op.f("alarm_log_alarm_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("alarm_log_pkey")),
    )
    op.create_index("alarm_log_alarm_id_id", "alarm_log", ["alarm_id", "id"], unique=False)
    install_pgqueuer()


def install_pgqueuer() -> None:
    """Run the installer's text, several statements that the driver takes only unprepared."""
    script = Path(__file__).parents[1] / "sql" / "pgqueuer_1_6.sql"
    adapted = op.get_bind().connection.dbapi_connection
    assert adapted is not None
    adapted.run_async(lambda connection: connection.execute(script.read_text()))


def downgrade() -> None:
    op.execute("DROP TABLE pgqueuer, pgqueuer_log, pgqueuer_schedules, pgqueuer_statistics CASCADE")
    op.execute("DROP FUNCTION fn_pgqueuer_changed")
    op.execute("DROP TYPE pgqueuer_status")
    op.drop_index("alarm_log_alarm_id_id", table_name="alarm_log")
    op.drop_table("alarm_log")
    op.drop_table("telemetry")
    op.drop_table("rule_state")
    op.drop_index(op.f("family_link_elder_id"), table_name="family_link")
    op.drop_table("family_link")
    op.drop_index("device_event_received_at", table_name="device_event")
    op.drop_table("device_event")
    op.drop_index("alarm_region_code_id", table_name="alarm")
    op.drop_index(
        "alarm_open_once", table_name="alarm", postgresql_where=sa.text("state <> 'RESOLVED'")
    )
    op.drop_index("alarm_elder_id_id", table_name="alarm")
    op.drop_index(op.f("alarm_device_id"), table_name="alarm")
    op.drop_table("alarm")
    op.drop_index(
        "elder_tag_current", table_name="elder_tag", postgresql_where=sa.text("until IS NULL")
    )
    op.drop_table("elder_tag")
    op.drop_index(op.f("device_vendor_id"), table_name="device")
    op.drop_index(op.f("device_elder_id"), table_name="device")
    op.drop_table("device")
    op.drop_index("contact_calling_order_once", table_name="contact")
    op.drop_table("contact")
    op.drop_index(op.f("account_name"), table_name="account")
    op.drop_index(op.f("account_elder_id"), table_name="account")
    op.drop_table("account")
    op.drop_index("elder_region_code_id", table_name="elder")
    op.drop_index("elder_id_number_once", table_name="elder")
    op.drop_table("elder")
    op.drop_table("vendor")
    op.drop_index(op.f("region_parent_code"), table_name="region")
    op.drop_table("region")
    op.drop_index("outbox_event_subject", table_name="outbox_event")
    op.drop_index("outbox_event_recorded_at", table_name="outbox_event")
    op.drop_table("outbox_event")
    op.drop_index("dead_letter_received_at", table_name="dead_letter")
    op.drop_table("dead_letter")
