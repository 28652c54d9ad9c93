"""Who is told of alarms: steps, what was sent, permissions, wishes; openids to send to."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_ROLES = (
    *("ELDER", "GUARDIAN", "FAMILY", "VOLUNTEER", "CAREGIVER", "DISPATCHER", "STATION"),
    *("ADVISOR", "CANTEEN", "OFFICIAL", "AUDITOR", "VENDOR", "ADMIN"),
)
_CHANNELS = ("WECHAT_DEVICE", "WECHAT", "SMS", "VOICE")
_STATES = ("PENDING", "SENT", "FAILED", "SKIPPED")
_REASONS = (
    *("REFUSED", "ADDRESS", "MESSAGE", "LIMITED", "AWAY"),
    *("REACHED", "NO_RIGHT", "OVER"),
)


def _choice(
    column: str, values: tuple[str, ...], name: str, *, nullable: bool = False
) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=nullable)


def _moment(name: str, *, nullable: bool = False, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def upgrade() -> None:
    op.add_column("wechat_identity", sa.Column("openid_cipher", sa.LargeBinary(), nullable=True))
    op.create_table(
        "notification_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        _moment("at", now=True),
        _moment("planned_at", nullable=True),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name="notification_step_level_known"),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name=op.f("notification_step_alarm_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("notification_step_pkey")),
    )
    op.create_index(
        "notification_step_waiting",
        "notification_step",
        ["alarm_id", "id"],
        postgresql_where=sa.text("planned_at IS NULL"),
    )
    op.create_index(
        "notification_step_alarm_id_level_id", "notification_step", ["alarm_id", "level", "id"]
    )
    op.create_index("notification_step_at", "notification_step", ["at"])
    _notification()
    _push_permission()
    _notification_preference()


def _notification() -> None:
    op.create_table(
        "notification",
        _key(),
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        _choice("role", _ROLES, "notification_role_known"),
        _choice("channel", _CHANNELS, "notification_channel_known"),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        _choice("state", _STATES, "notification_state_known"),
        _choice("reason", _REASONS, "notification_reason_known", nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        _moment("created_at", now=True),
        _moment("due_at"),
        _moment("taken_until", nullable=True),
        _moment("sent_at", nullable=True),
        sa.CheckConstraint("(state = 'SENT') = (sent_at IS NOT NULL)", name="notification_sent_at"),
        sa.CheckConstraint(
            "state NOT IN ('FAILED', 'SKIPPED') OR reason IS NOT NULL",
            name="notification_ended_with_reason",
        ),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name=op.f("notification_alarm_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("notification_person_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("notification_account_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("notification_pkey")),
        sa.UniqueConstraint(
            "alarm_id", "person_id", "channel", "level", "round", name="notification_once"
        ),
    )
    op.create_index(
        "notification_due",
        "notification",
        ["channel", "due_at"],
        postgresql_where=sa.text("state = 'PENDING'"),
    )
    op.create_index("notification_alarm_id_id", "notification", ["alarm_id", "id"])
    op.create_index("notification_person_id_id", "notification", ["person_id", "id"])


def _push_permission() -> None:
    op.create_table(
        "push_permission",
        _key(),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("app_id", sa.String(), nullable=False),
        sa.Column("template_id", sa.String(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("messages_left", sa.Integer(), nullable=True),
        _moment("granted_at", now=True),
        sa.Column("last_code", sa.String(), nullable=True),
        _moment("failed_at", nullable=True),
        sa.CheckConstraint("messages_left BETWEEN 0 AND 50", name="push_permission_left_bounded"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("push_permission_person_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("push_permission_device_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("push_permission_pkey")),
        sa.UniqueConstraint(
            "person_id",
            "app_id",
            "template_id",
            "device_id",
            name="push_permission_once",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("push_permission_device_id"), "push_permission", ["device_id"])


def _notification_preference() -> None:
    op.create_table(
        "notification_preference",
        _key(),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _choice("language", ("zh-CN", "zh-TW", "en"), "notification_preference_language_known"),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("wechat_muted", sa.Boolean(), nullable=False),
        sa.Column("sms_muted", sa.Boolean(), nullable=False),
        sa.Column("voice_muted", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(quiet_from IS NULL) = (quiet_until IS NULL)",
            name="notification_preference_quiet_whole",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("notification_preference_person_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("notification_preference_pkey")),
        sa.UniqueConstraint("person_id", name="notification_preference_person_once"),
    )


def downgrade() -> None:
    op.drop_table("notification_preference")
    op.drop_table("push_permission")
    op.drop_table("notification")
    op.drop_table("notification_step")
    op.drop_column("wechat_identity", "openid_cipher")
