"""Who was told of alarms, and how one can be told oneself."""

from typing import Annotated

import strawberry

from api.context import Info
from api.notifications.tickets import ticket
from api.notifications.types import (
    DevicePushTicket,
    Notification,
    NotificationPreference,
    PushHealth,
    PushPermission,
    PushTemplateHealth,
)
from api.plan.criteria import equal, equal_id, one_of
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.notifications import models
from domain.notifications.health import health


@filter_input
class NotificationFilter(Filter):
    """Which notifications."""

    alarm: strawberry.ID | None = equal_id(models.Notification.alarm_id, "alarm")
    """Only those of one alarm."""
    channel: list[models.NotificationChannel] | None = one_of(models.Notification.channel)
    """Only those by one of these channels; one alone needs no brackets."""
    state: list[models.NotificationState] | None = one_of(models.Notification.state)
    """Only those in one of these states; one alone needs no brackets."""
    reason: list[models.NotificationReason] | None = one_of(models.Notification.reason)
    """Only those that were not sent for one of these reasons, such as MESSAGE, which is a fault of
    ours; one alone needs no brackets."""


@filter_input
class PushPermissionFilter(Filter):
    """Which permissions."""

    template: str | None = equal(models.PushPermission.template_id)
    """Only those for one template."""


@filter_input
class NotificationPreferenceFilter(Filter):
    """Which wishes."""

    language: list[models.NotificationLanguage] | None = one_of(
        models.NotificationPreference.language
    )
    """Only those for one of these languages; one alone needs no brackets."""


@strawberry.type
class NotificationQueries:
    """Root fields on notifications."""

    notification: Notification | None = by_id(
        models.Notification,
        description="A notification by id; null if there is none to be seen.",
    )
    notifications: Connection[Notification] = listing(
        models.Notification,
        order=descending(models.Notification.id),
        filter=NotificationFilter,
        description="Who was told of the region's alarms and how, newest first; as one of the "
        "family, what you were told yourself.",
    )
    push_permission: PushPermission | None = by_id(
        models.PushPermission,
        description="What you let WeChat send you, by id; null if there is none to be seen.",
    )
    push_permissions: Connection[PushPermission] = listing(
        models.PushPermission,
        order=descending(models.PushPermission.id),
        filter=PushPermissionFilter,
        description="What you let WeChat send you, newest first.",
    )
    notification_preference: NotificationPreference | None = by_id(
        models.NotificationPreference,
        description="How you wish to be told, by id; null if there is none to be seen.",
    )
    notification_preferences: Connection[NotificationPreference] = listing(
        models.NotificationPreference,
        order=descending(models.NotificationPreference.id),
        filter=NotificationPreferenceFilter,
        description="How you wish to be told: one at most, or none where you have said nothing.",
    )

    @strawberry.field(
        description="What the mini-program needs to ask for your consent to all messages about a "
        "device (设备消息). Null where you may not see the device, the template is none of devices "
        "or WeChat gives no ticket now."
    )
    async def device_push_ticket(
        self,
        info: Info,
        device: Annotated[strawberry.ID, strawberry.argument(description="The device.")],
        template: Annotated[str, strawberry.argument(description="The template of devices.")],
    ) -> DevicePushTicket | None:
        """Asked of WeChat."""
        return await ticket(info.context, device, template)

    @strawberry.field(
        description="How you can be told of alarms while no page is open: ask again for consent "
        "where `askAgain` says so."
    )
    async def push_health(self, info: Info) -> PushHealth:
        """Read where the writes go: a consent has just been given."""
        context = info.context
        found = await health(context.database, context.actor, context.push_templates)
        templates = [
            PushTemplateHealth(
                app_id=one.template.app_id,
                template_id=one.template.template_id,
                of_devices=one.template.lasting,
                messages_left=one.left,
                last_code=one.last_code,
                failed_at=one.failed_at,
                ask_again=one.ask_again,
            )
            for one in found.templates
        ]
        return PushHealth(
            templates=templates, phone_known=found.phone_known, wechat_known=found.wechat_known
        )
