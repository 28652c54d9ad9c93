"""How a person wishes to be told: in which language, by which channels, and when not."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.calendar import DISTRICT_ZONE
from domain.notifications.models import (
    NotificationChannel,
    NotificationLanguage,
    NotificationPreference,
)
from domain.notifications.permissions import person_of

_MUTES = {
    NotificationChannel.WECHAT_DEVICE: "wechat_muted",
    NotificationChannel.WECHAT: "wechat_muted",
    NotificationChannel.SMS: "sms_muted",
    NotificationChannel.VOICE: "voice_muted",
}
"""The column that says of a channel that it is not wanted."""


async def preference_of(session: AsyncSession, person_id: UUID) -> NotificationPreference:
    """A person's wishes; those of who has none."""
    theirs = select(NotificationPreference).where(
        col(NotificationPreference.person_id) == person_id
    )
    return await session.scalar(theirs) or NotificationPreference(person_id=person_id)


async def put(
    session: AsyncSession,
    actor: Actor,
    *,
    language: NotificationLanguage,
    quiet: tuple[time, time] | None,
    muted: Sequence[NotificationChannel],
) -> NotificationPreference:
    """Wish to be told so from now on.

    Parameters:
        quiet: from when until when nothing but what is critical, by the district's clock.
        muted: channels that are not to be used.
    Raises: PermissionDenied for what is no person.
    """
    person_id = await person_of(session, actor, Permission.NOTIFICATION_PREFERENCE_PUT)
    wishes: dict[str, Any] = {
        "language": language,
        "quiet_from": quiet and quiet[0],
        "quiet_until": quiet and quiet[1],
        **dict.fromkeys(_MUTES.values(), False),
        **{_MUTES[channel]: True for channel in muted},
    }
    new = insert(NotificationPreference).values(person_id=person_id, **wishes)
    stored = new.on_conflict_do_update(
        constraint="notification_preference_person_once", set_=wishes
    ).returning(NotificationPreference)
    return (await session.scalars(stored, execution_options={"populate_existing": True})).one()


def is_muted(wishes: NotificationPreference, channel: NotificationChannel) -> bool:
    """Whether a person does not want to be told by a channel."""
    return getattr(wishes, _MUTES[channel])


def quiet_until(wishes: NotificationPreference, moment: datetime) -> datetime:
    """When a person may be told of what is not critical: at the moment, or when it is quiet no
    longer."""
    begins, ends = wishes.quiet_from, wishes.quiet_until
    if begins is None or ends is None or begins == ends:
        return moment
    local = moment.astimezone(DISTRICT_ZONE)
    clock = local.time()
    over_midnight = begins > ends
    quiet = (clock >= begins or clock < ends) if over_midnight else begins <= clock < ends
    if not quiet:
        return moment
    day = local.date() + timedelta(days=1 if over_midnight and clock >= begins else 0)
    return datetime.combine(day, ends, DISTRICT_ZONE)


def muted(wishes: NotificationPreference) -> list[NotificationChannel]:
    """The channels that a person does not want."""
    return [channel for channel in NotificationChannel if is_muted(wishes, channel)]
