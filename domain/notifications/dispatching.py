"""What workers do about notifications: take one, see whether it may still be sent, note what came
of it.

Nothing here is in memory alone. A worker that dies leaves a notification that another takes up when
its lease ends; what it had sent by then is sent once more: no channel takes a name for a message by
which it would know it again.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.accounts.models import Account, Person
from domain.accounts.periods import actor_of, is_in_force
from domain.alarms.lifecycle import AlarmState
from domain.alarms.log import note_change
from domain.alarms.models import Alarm, AlarmChange, AlarmPurpose, AlarmSeverity
from domain.alarms.visibility import alarm_visible
from domain.audit import service as trail
from domain.calendar import now
from domain.crypto import Vault
from domain.elders.models import Elder
from domain.notifications.models import (
    Notification,
    NotificationChannel,
    NotificationReason,
    NotificationState,
)
from domain.notifications.permissions import addresses, spend
from domain.notifications.preferences import preference_of
from domain.notifications.sending import LATER, Notice, Outcome, PushTemplate

TRIES = 5
"""How often a channel is tried that is busy; then the next one's turn has come."""

FIRST_REST = timedelta(seconds=5)
"""Before the second try; then twice as long each time, and some chance on top."""

_JITTER = 0.2
_LONGEST_WISH = timedelta(minutes=5)

_PUSHED = (NotificationChannel.WECHAT_DEVICE, NotificationChannel.WECHAT)
_PENDING = col(Notification.state) == NotificationState.PENDING

NO_QUOTA = "NO_QUOTA"
"""The code of a push message for which no consent is left."""

_FIELDS = ("Alarm.raisedAt", "Alarm.severity", "Alarm.type", "Elder.name")
"""What a message shows, in the words of the schema: of the name the surname."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A notification that is this worker's for a while.

    Parameters:
        tries: how often it has been tried, this time included.
    """

    id: UUID
    tries: int


async def take(
    session: AsyncSession, channel: NotificationChannel, most: int, lease: timedelta
) -> list[Taken]:
    """Notifications of a channel that are due and that no worker has.

    Parameters:
        lease: for how long they are this worker's.
    """
    free = (
        select(col(Notification.id))
        .where(
            col(Notification.channel) == channel,
            _PENDING,
            col(Notification.due_at) <= func.now(),
            or_(
                col(Notification.taken_until).is_(None),
                col(Notification.taken_until) <= func.now(),
            ),
        )
        .order_by(col(Notification.due_at), col(Notification.rank), col(Notification.id))
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("free")
    )
    mine = (
        update(Notification)
        .where(col(Notification.id).in_(select(free.c.id)))
        .values(taken_until=func.now() + lease, tries=col(Notification.tries) + 1)
        .returning(col(Notification.id), col(Notification.tries))
    )
    return [Taken(key, tries) for key, tries in await session.execute(mine)]


async def ready(
    session: AsyncSession, vault: Vault, key: UUID, templates: Sequence[PushTemplate]
) -> Notice | Outcome | None:
    """What to send: a consent that was withdrawn a moment ago counts.

    Returns: the outcome where the channel need not even be asked; None where there is nothing to
        be sent any more, which is noted.
    """
    row = await session.get_one(Notification, key)
    alarm = await session.get_one(Alarm, row.alarm_id)
    reason = await _why_not(session, row, alarm)
    if reason is not None:
        await _skip(session, row, reason)
        return None
    person = await session.get_one(Person, row.person_id)
    wishes = await preference_of(session, row.person_id)
    push = None
    if row.channel in _PUSHED:
        found = await addresses(session, vault, row.person_id, templates, alarm.device_id)
        push = found.get(row.channel)
        if push is None:
            return Outcome(NotificationReason.REFUSED, NO_QUOTA)
    phone = None if push else vault.open(person.phone_cipher or b"", "person.phone_cipher")
    elder = await session.get(Elder, alarm.elder_id) if alarm.elder_id else None
    return Notice(
        row.id,
        alarm.id,
        alarm.type,
        alarm.severity,
        alarm.purpose is AlarmPurpose.DRILL,
        alarm.raised_at,
        wishes.language,
        elder.name[:1] if elder else None,
        phone,
        push,
    )


async def _why_not(
    session: AsyncSession, row: Notification, alarm: Alarm
) -> NotificationReason | None:
    """Why a notification is not to be sent any more; None where it is."""
    if alarm.state is AlarmState.RESOLVED:
        return NotificationReason.OVER
    account = await session.scalar(
        select(Account).where(col(Account.id) == row.account_id, is_in_force())
    )
    if account is None or await session.scalar(_seen(account, alarm.id)) is None:
        return NotificationReason.NO_RIGHT
    if row.channel is NotificationChannel.VOICE and alarm.state is not AlarmState.RAISED:
        # Somebody has answered: nobody else need be woken.
        told = [one for one in await _chain(session, row) if one.id != row.id]
        if any(one.state is NotificationState.SENT for one in told):
            return NotificationReason.REACHED
    return None


def _seen(account: Account, alarm_id: UUID) -> Select[UUID]:
    actor = actor_of(account)
    return select(col(Alarm.id)).where(col(Alarm.id) == alarm_id, alarm_visible(actor))


async def settle(
    session: AsyncSession, taken: Taken, outcome: Outcome, notice: Notice | None
) -> None:
    """Note what became of a try, and have the next channel's turn come where it has to.

    Parameters:
        notice: what was sent, where something was.
    """
    row = await session.get_one(Notification, taken.id)
    chain = await _chain(session, row)
    (row,) = (one for one in chain if one.id == taken.id)
    if notice is not None and notice.push is not None:
        await spend(session, row.person_id, notice.push, outcome)
    if outcome.reason is None:
        await _sent(session, row, chain, notice)
    elif row.state is not NotificationState.PENDING:
        return
    elif outcome.reason in LATER and taken.tries < TRIES:
        _put_off(row, outcome, taken.tries)
    else:
        row.state, row.reason, row.code = NotificationState.FAILED, outcome.reason, outcome.code
        _next_at_once(chain)
        await _log(session, row, AlarmChange.NOTIFICATION_FAILED)


async def _sent(
    session: AsyncSession, row: Notification, chain: Sequence[Notification], notice: Notice | None
) -> None:
    """The person has been told; a call that is to wake them comes nevertheless."""
    if row.state is NotificationState.SENT:
        return  # by another worker, whose lease had ended
    row.state, row.reason, row.code, row.sent_at = NotificationState.SENT, None, None, now()
    critical = notice is not None and notice.severity is AlarmSeverity.CRITICAL
    for other in chain:
        wakes = critical and other.channel is NotificationChannel.VOICE
        if other.state is NotificationState.PENDING and not wakes:
            other.state, other.reason = NotificationState.SKIPPED, NotificationReason.REACHED
    await _log(session, row, AlarmChange.NOTIFIED)
    account = await session.get_one(Account, row.account_id)
    alarm = await session.get_one(Alarm, row.alarm_id)
    act = trail.Act("notify", Notification.__tablename__, row.id, alarm.elder_id, _FIELDS)
    trail.record(session, actor_of(account), trail.Source(), [act])


def _put_off(row: Notification, outcome: Outcome, tries: int) -> None:
    rest = FIRST_REST * 2 ** (tries - 1) * (1 + random.random() * _JITTER)
    wish = min(outcome.retry_after or timedelta(0), _LONGEST_WISH)
    row.due_at, row.taken_until = now() + max(rest, wish), None
    row.reason, row.code = outcome.reason, outcome.code


def _next_at_once(chain: Sequence[Notification]) -> None:
    """The first of the person's channels that is still to be tried need not wait any longer."""
    order = list(NotificationChannel)
    left = [one for one in chain if one.state is NotificationState.PENDING and one.tries == 0]
    if left:
        following = min(left, key=lambda one: order.index(one.channel))
        following.due_at = now()


async def _skip(session: AsyncSession, row: Notification, reason: NotificationReason) -> None:
    """It need not be sent, nor what waited for its failure."""
    for one in await _chain(session, row):
        if one.state is NotificationState.PENDING:
            one.state, one.reason = NotificationState.SKIPPED, reason


async def _chain(session: AsyncSession, row: Notification) -> Sequence[Notification]:
    """All that one person is told in one step, locked in one order."""
    together = select(Notification).where(
        col(Notification.alarm_id) == row.alarm_id,
        col(Notification.person_id) == row.person_id,
        col(Notification.level) == row.level,
        col(Notification.round) == row.round,
    )
    locked = together.order_by(col(Notification.id)).with_for_update()
    return (await session.scalars(locked, execution_options={"populate_existing": True})).all()


async def _log(session: AsyncSession, row: Notification, change: AlarmChange) -> None:
    """Whom it told, and how, stands in the alarm's log."""
    account = await session.get_one(Account, row.account_id)
    said = row.channel.value if row.code is None else f"{row.channel.value} {row.code}"
    note_change(session, row.alarm_id, change, actor_of(account), said)
