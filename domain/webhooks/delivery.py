"""What workers do about webhooks: take one, note what it is to be told, and what came of it.

Nothing here is in memory alone: a worker that dies leaves a webhook that another takes up when its
lease ends, with the deliveries that are not settled; what had been sent is sent again by its id.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Uuid,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import outbox
from domain.access import Actor
from domain.audit import service as trail
from domain.calendar import now
from domain.dropping import dropped
from domain.outbox import OutboxEvent
from domain.webhooks.lifecycle import (
    DELIVERY_LIFECYCLE,
    FAILING_FOR,
    KEPT,
    RETRIES,
    WEBHOOK_LIFECYCLE,
    DeliveryAction,
    DeliveryState,
    WebhookAction,
    WebhookState,
)
from domain.webhooks.models import Webhook, WebhookDelivery, WebhookFault, WebhookStop
from domain.webhooks.owners import of_disabled_client, owner_of
from domain.webhooks.sending import GONE, Outcome
from domain.webhooks.service import AGAIN, forget_failures

MOST_PENDING = 1_000
"""Deliveries of a webhook that wait; the rest waits in the outbox, where it takes no room."""

_FIRST_REST = timedelta(seconds=5)
_LONGEST_REST = timedelta(minutes=5)
_LONGEST_WISH = timedelta(hours=24)
_JITTER = 0.1

_PENDING = col(WebhookDelivery.state) == DeliveryState.PENDING

_ACTIVE = col(Webhook.state) == WebhookState.ACTIVE

_LEFT_BY_CLIENT = col(Webhook.stop) == WebhookStop.CLIENT_DISABLED
"""Of a webhook that goes on by itself, once its client is enabled again."""

_HOPELESS = (WebhookFault.TOO_LARGE, WebhookFault.EXPIRED)
"""Faults of ours, not of the other side: another attempt would end like this one."""


@dataclass(frozen=True)
class Standing:
    """A webhook that is this worker's, and on whose behalf it is told.

    Parameters:
        actor: its owner as account and client are now.
        full: whether so much waits already that nothing is to be read.
        due: the delivery to try; None where none is due.
    """

    webhook: Webhook
    actor: Actor
    full: bool
    due: WebhookDelivery | None


async def take(session: AsyncSession, most: int, lease: timedelta, *, reading: bool) -> list[UUID]:
    """Webhooks that have something to do and that no worker has; they are this worker's now.

    So are those whose client has been disabled or enabled: they are to stop, or to go on.

    Parameters:
        most: how many at most.
        lease: for how long.
        reading: whether those count that have changes to read, beside those with deliveries due.
    """
    due = exists().where(
        col(WebhookDelivery.webhook_id) == col(Webhook.id),
        _PENDING,
        col(WebhookDelivery.next_at) <= func.now(),
    )
    head = select(func.max(col(OutboxEvent.position))).scalar_subquery()
    wants = or_(due, col(Webhook.position) != head) if reading else due
    cut_off = of_disabled_client()
    free = (
        select(col(Webhook.id))
        .where(
            or_(and_(_ACTIVE, or_(wants, cut_off)), and_(_LEFT_BY_CLIENT, ~cut_off)),
            _is_over(col(Webhook.taken_until)),
            _is_over(col(Webhook.rests_until)),
        )
        .order_by(col(Webhook.taken_until).nulls_first())
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    # A CTE: written into the UPDATE, it might be looked for again for each row, and take more.
    mine = update(Webhook).where(col(Webhook.id).in_(select(free.cte("free").c.id)))
    taken = mine.values(taken_until=func.now() + lease).returning(col(Webhook.id))
    return [key for (key,) in await session.execute(taken)]


async def standing(session: AsyncSession, webhook_id: UUID, lease: timedelta) -> Standing | None:
    """What there is to do about a webhook, which stays this worker's for another lease.

    Returns: None for one that is sent nothing (any more); it is paused where its owner's account no
        longer holds, or its client is disabled.
    """
    webhook = await _locked(session, webhook_id, or_(_ACTIVE, _LEFT_BY_CLIENT))
    if webhook is None:
        return None
    owner = await owner_of(session, webhook)
    if webhook.stop is owner:
        return None
    if webhook.stop is not None:
        _go_on(session, webhook)
    if isinstance(owner, WebhookStop):
        await stop(session, webhook, owner)
        return None
    webhook.taken_until = now() + lease
    waiting = col(WebhookDelivery.webhook_id) == webhook_id, _PENDING
    count = await session.scalar(select(func.count(col(WebhookDelivery.id))).where(*waiting))
    due = select(WebhookDelivery).where(*waiting, col(WebhookDelivery.next_at) <= func.now())
    order = col(WebhookDelivery.next_at), col(WebhookDelivery.id)
    first = await session.scalar(due.order_by(*order).limit(1))
    return Standing(webhook, owner, (count or 0) >= MOST_PENDING, first)


async def note(
    session: AsyncSession, webhook: Webhook, positions: Sequence[int], reached: int
) -> None:
    """Have changes delivered, and go on after them: both, or neither.

    Nothing where it has been set back meanwhile: it is read again from there.

    Parameters:
        webhook: as it was when the changes were read.
        positions: of the changes.
        reached: how far was read.
    """
    found = await _active(session, webhook.id)
    if found is None or found.position != webhook.position:
        return
    found.position = reached
    if positions:
        await session.execute(_deliveries(webhook.id, positions))


def _deliveries(webhook_id: UUID, positions: Sequence[int]) -> Any:
    """A delivery for each change; one that is there already, of a replay, is tried anew."""
    position, at = col(OutboxEvent.position), col(OutboxEvent.recorded_at)
    fresh = literal(DeliveryState.PENDING.value), literal(0)
    found = select(literal(webhook_id, Uuid()), position, at, *fresh)
    columns = ["webhook_id", "position", "happened_at", "state", "attempts"]
    rows = found.where(position.in_(positions)).order_by(position)
    new = insert(WebhookDelivery).from_select(columns, rows)
    return new.on_conflict_do_update(
        constraint="webhook_delivery_position_once",
        set_=AGAIN,
        where=col(WebhookDelivery.state) != DeliveryState.PENDING,
    )


async def within_what_is_held(session: AsyncSession, webhook: Webhook) -> int:
    """A webhook's position; where changes after it have been dropped, that before the oldest."""
    connection = await session.connection()
    newest, oldest = await outbox.head(connection), await outbox.oldest(connection)
    return min(max(webhook.position, oldest - 1), newest)


async def settle(session: AsyncSession, delivery: WebhookDelivery, outcome: Outcome | None) -> bool:
    """Note what became of an attempt.

    Parameters:
        outcome: None where there is nothing to be told: its owner no longer sees the change.
    Returns: whether the webhook is well, and the next may be tried now.
    """
    webhook = await session.get(Webhook, delivery.webhook_id, with_for_update=True)
    found = await session.get(WebhookDelivery, delivery.id, with_for_update=True)
    if webhook is None or found is None or found.state is not DeliveryState.PENDING:
        return True
    if outcome is None:
        found.state = DELIVERY_LIFECYCLE.next(found.state, DeliveryAction.WITHHOLD)
        return True
    found.attempts += 1
    found.last_attempt_at = now()
    found.last_status, found.last_fault = outcome.status, outcome.fault
    if outcome.fault is None:
        found.state = DELIVERY_LIFECYCLE.next(found.state, DeliveryAction.DELIVER)
        forget_failures(webhook)
        return True
    if outcome.fault in _HOPELESS:
        found.state = DELIVERY_LIFECYCLE.next(found.state, DeliveryAction.GIVE_UP)
        return True
    _put_off(found, outcome)
    if outcome.fault is WebhookFault.INTERNAL:
        return True  # no fault of the address: what comes after may arrive
    await _rest(session, webhook, outcome)
    return False


async def stop(session: AsyncSession, webhook: Webhook, reason: WebhookStop) -> None:
    """Send nothing until the owner resumes it; the trail says why."""
    gone = reason is WebhookStop.GONE
    action = WebhookAction.DISABLE if gone else WebhookAction.PAUSE
    webhook.state, webhook.stop = WEBHOOK_LIFECYCLE.next(webhook.state, action), reason
    act = trail.Act("webhook_stop", Webhook.__tablename__, webhook.id, purpose=reason.value)
    trail.record(session, None, trail.Source(), [act])


async def refuse(session: AsyncSession, webhook_id: UUID) -> None:
    """Pause a webhook whose document is no longer answered."""
    webhook = await _active(session, webhook_id)
    if webhook is not None:
        await stop(session, webhook, WebhookStop.QUERY_REFUSED)


async def release(session: AsyncSession, webhook_id: UUID) -> None:
    """Leave a webhook to whoever takes it next."""
    mine = update(Webhook).where(col(Webhook.id) == webhook_id)
    await session.execute(mine.values(taken_until=None))


async def prune(session: AsyncSession) -> int:
    """Forget deliveries that can't be replayed any more: their changes are gone. Returns: how
    many."""
    old = col(WebhookDelivery.created_at) < func.now() - KEPT
    return await dropped(session, WebhookDelivery, old)


def _put_off(delivery: WebhookDelivery, outcome: Outcome) -> None:
    """To the schedule's next attempt, or later if the other side wants it; dead after the last."""
    if delivery.attempts > len(RETRIES):
        delivery.state = DELIVERY_LIFECYCLE.next(delivery.state, DeliveryAction.GIVE_UP)
        return
    wait = RETRIES[delivery.attempts - 1] * (1 + random.random() * _JITTER)
    wish = min(outcome.retry_after or timedelta(0), _LONGEST_WISH)
    delivery.next_at = now() + max(wait, wish)


async def _rest(session: AsyncSession, webhook: Webhook, outcome: Outcome) -> None:
    """After failures in a row nothing at all is tried for a while, then for longer; after days no
    more."""
    moment = now()
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or moment
    doubled = _FIRST_REST * 2 ** min(webhook.failures - 1, 10)
    wish = min(outcome.retry_after or timedelta(0), _LONGEST_REST)
    webhook.rests_until = moment + max(min(doubled, _LONGEST_REST), wish)
    if webhook.state is not WebhookState.ACTIVE:
        return
    if outcome.status == GONE:
        await stop(session, webhook, WebhookStop.GONE)
    elif moment - webhook.failing_since >= FAILING_FOR:
        await stop(session, webhook, WebhookStop.FAILING)


def _go_on(session: AsyncSession, webhook: Webhook) -> None:
    """Where it stood; the trail says so."""
    webhook.state = WEBHOOK_LIFECYCLE.next(webhook.state, WebhookAction.RESUME)
    webhook.stop = None
    forget_failures(webhook)
    act = trail.Act("webhook_go_on", Webhook.__tablename__, webhook.id)
    trail.record(session, None, trail.Source(), [act])


async def _active(session: AsyncSession, webhook_id: UUID) -> Webhook | None:
    return await _locked(session, webhook_id, _ACTIVE)


async def _locked(
    session: AsyncSession, webhook_id: UUID, which: ColumnElement[bool]
) -> Webhook | None:
    statement = select(Webhook).where(col(Webhook.id) == webhook_id, which)
    return await session.scalar(statement.with_for_update())


def _is_over(moment: Any) -> ColumnElement[bool]:
    return or_(moment.is_(None), moment <= func.now())
