"""From a level that is to be told to one notification for each person and channel.

A person's channels are written at once, in their order. The first is due now; the next as soon as
the one before has failed for good. What is critical does not wait for that: the next is due 5 s
after the one before, and a call comes after 30 s, unless somebody has answered the alarm by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.alarms.lifecycle import AlarmState
from domain.alarms.log import note_change
from domain.alarms.models import Alarm, AlarmChange, AlarmPurpose, AlarmSeverity
from domain.calendar import now
from domain.crypto import Vault
from domain.family.models import WITHOUT_END
from domain.notifications.models import (
    Notification,
    NotificationChannel,
    NotificationState,
    NotificationStep,
)
from domain.notifications.permissions import addresses
from domain.notifications.preferences import is_muted, preference_of, quiet_until
from domain.notifications.recipients import FAMILY, Recipient, recipients
from domain.notifications.sending import PushTemplate

FOLDED = timedelta(seconds=60)
"""A level is not told again so soon after it was: a button that is pressed ten times is one cry."""

STALE = timedelta(hours=24)
"""A step that no worker has taken for so long is told to nobody."""

NOBODY = "NOBODY"
"""In an alarm's log: a level at which nobody could be told by any channel."""

NEXT_AFTER = timedelta(seconds=5)
"""What is critical does not wait longer for a channel before it tries the next beside it."""

CALL_AFTER = timedelta(seconds=30)
"""Who has been sent a message and may be asleep is called after so long, if nobody has answered."""


@dataclass(frozen=True, slots=True)
class Means:
    """By what people can be told here.

    Parameters:
        channels: those that are set up.
        templates: of push messages.
    """

    channels: frozenset[NotificationChannel]
    templates: Sequence[PushTemplate] = ()


async def plan(session: AsyncSession, vault: Vault, means: Means, most: int = 20) -> int:
    """Take steps that wait, of each alarm the oldest, and write whom they tell.

    Parameters:
        vault: opens what says where people can be reached.
    Returns: how many steps were taken.
    """
    earlier = aliased(NotificationStep)
    first = ~exists().where(
        col(earlier.alarm_id) == col(NotificationStep.alarm_id),
        col(earlier.planned_at).is_(None),
        col(earlier.id) < col(NotificationStep.id),
    )
    waiting = (
        select(NotificationStep)
        .where(col(NotificationStep.planned_at).is_(None), first)
        .order_by(col(NotificationStep.id))
        .limit(most)
        .with_for_update(skip_locked=True, of=NotificationStep)
    )
    steps = (await session.scalars(waiting)).all()
    for step in steps:
        step.planned_at = now()
        await _plan(session, vault, means, step)
    return len(steps)


async def _plan(session: AsyncSession, vault: Vault, means: Means, step: NotificationStep) -> None:
    alarm = await session.get_one(Alarm, step.alarm_id)
    over = alarm.state is AlarmState.RESOLVED or now() - step.at > STALE
    if over or alarm.purpose is AlarmPurpose.CANARY:
        return
    last = await _last(session, step)
    if last is not None and step.at - last.at < FOLDED:
        return
    step.round = (last.round or 0) + 1 if last else 1
    told = [
        row
        for one in await recipients(session, vault, alarm, step.level)
        for row in await _rows(session, vault, means, alarm, step, one)
    ]
    if not told:
        note_change(session, alarm.id, AlarmChange.NOTIFICATION_FAILED, note=NOBODY)
        return
    await session.execute(insert(Notification).values(told).on_conflict_do_nothing())


async def _last(session: AsyncSession, step: NotificationStep) -> NotificationStep | None:
    """The step of the same level that was told last."""
    told = select(NotificationStep).where(
        col(NotificationStep.alarm_id) == step.alarm_id,
        col(NotificationStep.level) == step.level,
        col(NotificationStep.id) < step.id,
        col(NotificationStep.round).is_not(None),
    )
    return await session.scalar(told.order_by(col(NotificationStep.id).desc()).limit(1))


async def _rows(
    session: AsyncSession,
    vault: Vault,
    means: Means,
    alarm: Alarm,
    step: NotificationStep,
    whom: Recipient,
) -> list[dict[str, Any]]:
    """The notifications of one person."""
    wishes = await preference_of(session, whom.person.id)
    reached: set[NotificationChannel] = set(
        await addresses(session, vault, whom.person.id, means.templates, alarm.device_id)
    )
    if whom.person.phone_cipher is not None:
        reached |= {NotificationChannel.SMS, NotificationChannel.VOICE}
    # Who is on duty is told whatever they prefer at home.
    private = whom.account.role in FAMILY
    channels = [
        channel
        for channel in NotificationChannel
        if channel in reached & means.channels and not (private and is_muted(wishes, channel))
    ]
    critical = alarm.severity is AlarmSeverity.CRITICAL
    moment = now()
    begins = quiet_until(wishes, moment) if private and not critical else moment
    common = {
        "alarm_id": alarm.id,
        "person_id": whom.person.id,
        "account_id": whom.account.id,
        "role": whom.account.role,
        "level": step.level,
        "round": step.round,
        "rank": whom.rank,
        "state": NotificationState.PENDING,
        "tries": 0,
    }
    return [
        {**common, "channel": channel, "due_at": _due(place, channel, begins, critical=critical)}
        for place, channel in enumerate(channels)
    ]


def _due(place: int, channel: NotificationChannel, begins: datetime, *, critical: bool) -> datetime:
    """When a channel is tried, if none before it has failed for good by then.

    Parameters:
        place: among the person's channels.
    """
    if place == 0:
        return begins
    if not critical:
        return WITHOUT_END
    return begins + (CALL_AFTER if channel is NotificationChannel.VOICE else NEXT_AFTER * place)
