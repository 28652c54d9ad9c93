"""What is to be told, to whom it was told and how, and who lets themselves be told."""

from datetime import datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from domain.access import Role
from domain.tables import Table, choice, counter, moment, primary_key, reference


class NotificationChannel(StrEnum):
    """A way to reach a person, in the order in which they are tried."""

    WECHAT_DEVICE = "WECHAT_DEVICE"
    WECHAT = "WECHAT"
    SMS = "SMS"
    VOICE = "VOICE"


class NotificationState(StrEnum):
    """Where a notification has got to."""

    PENDING = "PENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


class NotificationReason(StrEnum):
    """Why a notification was not sent, or not yet."""

    REFUSED = "REFUSED"
    ADDRESS = "ADDRESS"
    MESSAGE = "MESSAGE"
    LIMITED = "LIMITED"
    AWAY = "AWAY"
    REACHED = "REACHED"
    NO_RIGHT = "NO_RIGHT"
    OVER = "OVER"


class NotificationLanguage(StrEnum):
    """A language that people are told in."""

    ZH_CN = "zh-CN"
    ZH_TW = "zh-TW"
    EN = "en"


class NotificationStep(Table, table=True):
    """A level of an alarm whose people are to be told: written with the change that asks for it,
    taken by whichever worker comes first."""

    __table_args__ = (
        Index(
            "notification_step_waiting",
            "alarm_id",
            "id",
            postgresql_where=text("planned_at IS NULL"),
        ),
        Index("notification_step_alarm_id_level_id", "alarm_id", "level", "id"),
        Index("notification_step_at", "at"),
        CheckConstraint("level BETWEEN 1 AND 3", name="notification_step_level_known"),
    )

    id: int = Field(default=None, sa_column=counter())
    alarm_id: UUID = Field(sa_column=reference("alarm.id"))
    level: int
    at: datetime = Field(default=None, sa_column=moment(default_now=True))
    planned_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    # The how manieth telling of this level it became; null where it was folded into the last.
    round: int | None = None


class Notification(Table, table=True):
    """One person told of one alarm by one channel in one step, or to be told."""

    __table_args__ = (
        UniqueConstraint(
            "alarm_id", "person_id", "channel", "level", "round", name="notification_once"
        ),
        Index("notification_due", "channel", "due_at", postgresql_where=text("state = 'PENDING'")),
        Index("notification_alarm_id_id", "alarm_id", "id"),
        Index("notification_person_id_id", "person_id", "id"),
        CheckConstraint("(state = 'SENT') = (sent_at IS NOT NULL)", name="notification_sent_at"),
        CheckConstraint(
            "state NOT IN ('FAILED', 'SKIPPED') OR reason IS NOT NULL",
            name="notification_ended_with_reason",
        ),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    alarm_id: UUID = Field(sa_column=reference("alarm.id"))
    person_id: UUID = Field(sa_column=reference("person.id"))
    account_id: UUID = Field(sa_column=reference("account.id"))
    role: Role = Field(sa_column=choice(Role, "notification_role_known"))
    channel: NotificationChannel = Field(
        sa_column=choice(NotificationChannel, "notification_channel_known")
    )
    level: int
    round: int
    # Who is called first of those who are called at once.
    rank: int
    state: NotificationState = Field(
        sa_column=choice(NotificationState, "notification_state_known")
    )
    reason: NotificationReason | None = Field(
        default=None,
        sa_column=choice(NotificationReason, "notification_reason_known", nullable=True),
    )
    # The channel's own word for its last failure, such as 43101.
    code: str | None = None
    tries: int = 0
    created_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    # Infinity: only if the channel before it fails.
    due_at: datetime = Field(sa_column=moment())
    taken_until: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    sent_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class PushPermission(Table, table=True):
    """How often a person may still be sent a message of a template by one of our mini-programs."""

    __table_args__ = (
        UniqueConstraint(
            "person_id",
            "app_id",
            "template_id",
            "device_id",
            name="push_permission_once",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("messages_left BETWEEN 0 AND 50", name="push_permission_left_bounded"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    person_id: UUID = Field(sa_column=reference("person.id"))
    app_id: str
    template_id: str
    # Of a template that may be sent without end, about one device.
    device_id: UUID | None = Field(
        default=None, sa_column=reference("device.id", nullable=True, index=True)
    )
    # Null: without end.
    messages_left: int | None = None
    granted_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    last_code: str | None = None
    failed_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))


class NotificationPreference(Table, table=True):
    """How a person wishes to be told; each of them has at most one."""

    __table_args__ = (
        UniqueConstraint("person_id", name="notification_preference_person_once"),
        CheckConstraint(
            "(quiet_from IS NULL) = (quiet_until IS NULL)",
            name="notification_preference_quiet_whole",
        ),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    person_id: UUID = Field(sa_column=reference("person.id"))
    language: NotificationLanguage = Field(
        default=NotificationLanguage.ZH_CN,
        sa_column=choice(NotificationLanguage, "notification_preference_language_known"),
    )
    quiet_from: time | None = None
    quiet_until: time | None = None
    wechat_muted: bool = False
    sms_muted: bool = False
    voice_muted: bool = False
