"""Notifications, permissions and wishes as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.accounts.types import Account
from api.context import Context
from api.describe import enumeration, output
from api.devices.types import Device
from api.plan.declare import computed, node, one
from api.relay import Node
from domain.access import Role
from domain.notifications import models
from domain.notifications.preferences import muted
from domain.notifications.visibility import (
    notification_preference_visible,
    notification_visible,
    push_permission_visible,
)

if TYPE_CHECKING:
    from api.alarms.types import Alarm

enumeration(
    models.NotificationChannel,
    "A way to reach a person, in the order in which they are tried.",
    WECHAT_DEVICE="设备消息 a message of WeChat about a device.",
    WECHAT="订阅消息 a subscribe message of WeChat.",
    SMS="短信 a text message.",
    VOICE="语音电话 a call that reads it out.",
)

enumeration(
    models.NotificationState,
    "Where a notification has got to.",
    PENDING="待发送 to be sent, or to be tried again.",
    SENT="已发送 the channel has taken it; whether it was read nobody knows.",
    FAILED="发送失败 given up; the next channel's turn has come.",
    SKIPPED="未发送 it need not be sent any more.",
)

enumeration(
    models.NotificationReason,
    "Why a notification was not sent, or not yet.",
    REFUSED="The person does not take such messages (any more).",
    ADDRESS="Nobody is reached by the address.",
    MESSAGE="The channel does not take the message, by a fault of ours: it is in our log.",
    LIMITED="The channel takes no more for now.",
    AWAY="The channel is busy, or does not answer.",
    REACHED="Another channel has told the person.",
    NO_RIGHT="The person may not see the alarm any more.",
    OVER="The alarm was over before.",
)

enumeration(
    models.NotificationLanguage,
    "A language that people are told in.",
    ZH_CN="简体中文.",
    ZH_TW="繁體中文.",
    EN="English.",
)


@node(models.Notification, visible=notification_visible)
class Notification(Node):
    """One person told of one alarm by one channel, or to be told."""

    alarm: Annotated["Alarm", strawberry.lazy("api.alarms.types")] | None = one(
        models.Notification.alarm_id
    )
    """The alarm; null where you may not see it."""
    account: Account | None = one(models.Notification.account_id)
    """Who; null where you may not see the account."""
    role: Role
    """As what they are told."""
    channel: models.NotificationChannel
    """How."""
    level: int
    """The alarm's level that is told: 1 family and station, 2 the street, 3 the district."""
    round: int
    """The how manieth telling of that level it is: repeats and new clocks tell again."""
    state: models.NotificationState
    """Where it has got to."""
    reason: models.NotificationReason | None
    """Why it was not sent, or not yet; null where nothing went wrong."""
    code: str | None
    """The channel's own word for that, such as 43101."""
    tries: int
    """How often it was tried."""
    created_at: datetime
    """When it was decided that they be told."""
    sent_at: datetime | None
    """When the channel took it; null where it has not."""


@node(models.PushPermission, visible=push_permission_visible)
class PushPermission(Node):
    """What you let one of our mini-programs send you."""

    app_id: str
    """The mini-program."""
    template_id: str
    """The template."""
    device: Device | None = one(models.PushPermission.device_id)
    """The device that the messages are about, of a template of devices; null for others."""
    messages_left: int | None
    """How many more may be sent; null for any number."""
    granted_at: datetime
    """When you last consented."""
    last_code: str | None
    """What WeChat said to the last message, if it was refused."""
    failed_at: datetime | None
    """When it was."""


def _from(wishes: models.NotificationPreference, _: Context) -> str | None:
    return wishes.quiet_from and f"{wishes.quiet_from:%H:%M}"


def _until(wishes: models.NotificationPreference, _: Context) -> str | None:
    return wishes.quiet_until and f"{wishes.quiet_until:%H:%M}"


def _muted(wishes: models.NotificationPreference, _: Context) -> list[models.NotificationChannel]:
    return muted(wishes)


@node(models.NotificationPreference, visible=notification_preference_visible)
class NotificationPreference(Node):
    """How you wish to be told of alarms."""

    language: models.NotificationLanguage
    """In which language."""
    quiet_from: str | None = computed(_from, needs=[models.NotificationPreference.quiet_from])
    """From when on nothing is sent but what is CRITICAL, by the district's clock, as `22:00`; null
    for never."""
    quiet_until: str | None = computed(_until, needs=[models.NotificationPreference.quiet_until])
    """Until when."""
    muted: list[models.NotificationChannel] = computed(
        _muted,
        needs=[
            models.NotificationPreference.wechat_muted,
            models.NotificationPreference.sms_muted,
            models.NotificationPreference.voice_muted,
        ],
    )
    """Channels that are not to be used. Who is on duty is told by all of them."""


@output
class PushTemplateHealth:
    """Whether you can be pushed to by a template."""

    app_id: str
    """The mini-program."""
    template_id: str
    """The template, for `wx.requestSubscribeMessage`."""
    of_devices: bool
    """Whether it is of devices: then `wx.requestSubscribeDeviceMessage` asks, once for each device,
    and `messagesLeft` counts devices."""
    messages_left: int
    """How many more may be sent."""
    last_code: str | None
    """What WeChat said to the last message that it refused."""
    failed_at: datetime | None
    """When it was."""
    ask_again: bool
    """Whether it is time to ask for your consent, at your next tap."""


@output
class PushHealth:
    """How you can be told of alarms while no page of ours is open."""

    templates: list[PushTemplateHealth]
    """By WeChat; none where no mini-program sends anything here."""
    phone_known: bool
    """Whether SMS and calls reach you where WeChat does not."""
    wechat_known: bool
    """Whether we know where to push to: sign in again in the mini-program if not."""


@output
class DevicePushTicket:
    """What `wx.requestSubscribeDeviceMessage` wants, beside the template; good for five minutes."""

    sn: str
    """The device's serial number there, which is its id."""
    model_id: str
    """The device's model there."""
    sn_ticket: str
    """The ticket."""
