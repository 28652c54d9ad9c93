"""What people let themselves be sent, and how they wish to be told."""

from datetime import time
from uuid import UUID

import strawberry

from api.mutations import (
    Change,
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.notifications.types import NotificationPreference, PushPermission
from api.relay import key_of
from domain.access import Permission
from domain.clock import is_clock
from domain.errors import InvalidInput
from domain.notifications import models, permissions, preferences
from domain.reasons import Reason


@mutation_input
class PushPermissionGrantInput(MutationInput):
    """To what you have just consented in WeChat."""

    template: str
    """The template whose answer was `accept`. Give an `idempotencyKey` for each answer: else one
    that is sent twice counts twice."""
    device: strawberry.ID | None = None
    """The device, for a template of devices (`wx.requestSubscribeDeviceMessage`)."""


@mutation_payload
class PushPermissionGrantPayload(MutationPayload):
    """What came of it."""

    push_permission: PushPermission | None
    """What you let us send now; null where nothing was changed."""


@mutation_input
class NotificationPreferencePutInput(MutationInput):
    """How you wish to be told; what is not given is as it was at first."""

    language: models.NotificationLanguage = models.NotificationLanguage.ZH_CN
    """In which language."""
    quiet_from: str | None = None
    """From when on nothing is sent but what is CRITICAL, by the district's clock, as `22:00`."""
    quiet_until: str | None = None
    """Until when; both or neither."""
    muted: list[models.NotificationChannel] = strawberry.field(
        default_factory=list[models.NotificationChannel]
    )
    """Channels that are not to be used."""


@mutation_payload
class NotificationPreferencePutPayload(MutationPayload):
    """What came of it."""

    notification_preference: NotificationPreference | None
    """How you are told from now on; null where nothing was changed."""


async def _grant(change: Change, given: PushPermissionGrantInput) -> models.PushPermission:
    device: UUID | None = None
    if given.device is not None:
        device = key_of(given.device, "device", field="device")
    templates = change.context.push_templates
    return await permissions.grant(change.session, change.actor, templates, given.template, device)


async def _put(
    change: Change, given: NotificationPreferencePutInput
) -> models.NotificationPreference:
    begins, ends = _clock(given.quiet_from, "quietFrom"), _clock(given.quiet_until, "quietUntil")
    if (begins is None) is not (ends is None):
        raise InvalidInput("quietUntil", reason=Reason.NOT_CONSISTENT)
    quiet = (begins, ends) if begins is not None and ends is not None else None
    return await preferences.put(
        change.session, change.actor, language=given.language, quiet=quiet, muted=given.muted
    )


def _clock(given: str | None, field: str) -> time | None:
    if given is None:
        return None
    if not is_clock(given):
        raise InvalidInput(field, reason=Reason.CLOCK)
    return time.fromisoformat(given)


@strawberry.type
class NotificationMutations:
    """Root fields on how people are told."""

    push_permission_grant = mutation(
        PushPermissionGrantPayload,
        "You have consented to one more message of WeChat's, or to all about a device. At most 50 "
        "are counted.",
        node=PushPermission,
        asks=Permission.PUSH_PERMISSION_GRANT,
        given=PushPermissionGrantInput,
        which="To what.",
        verb=_grant,
    )

    notification_preference_put = mutation(
        NotificationPreferencePutPayload,
        "Wish to be told of alarms in a language, not at night, not by some channel. It binds what "
        "you are told as one of the family, never what you are told on duty.",
        node=NotificationPreference,
        asks=Permission.NOTIFICATION_PREFERENCE_PUT,
        given=NotificationPreferencePutInput,
        which="How.",
        verb=_put,
    )
