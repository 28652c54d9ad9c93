"""What owners do about their webhooks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import outbox
from domain.access import Actor, Permission
from domain.accounts.models import Account
from domain.calendar import now
from domain.crypto import Vault
from domain.errors import InvalidInput, NotFound, PermissionDenied, TooManyWebhooks
from domain.outbox import Event, OutboxEvent
from domain.reasons import Reason
from domain.webhooks.lifecycle import (
    BOTH_SIGN,
    DELIVERY_LIFECYCLE,
    WEBHOOK_LIFECYCLE,
    DeliveryAction,
    DeliveryState,
    WebhookAction,
    WebhookState,
)
from domain.webhooks.models import Webhook, WebhookDelivery, WebhookStop
from domain.webhooks.signing import new_secret, shown_secret
from domain.webhooks.visibility import webhook_delivery_visible, webhook_visible

TOPIC = "webhook"
"""The outbox topic of every change to a webhook by its owner; it wakes the workers."""

MOST = 20
"""Webhooks of an account."""

SECRET = "webhook.secret"
PREVIOUS_SECRET = "webhook.previous_secret"
"""The columns that secrets are sealed for."""

AGAIN: dict[str, Any] = {
    "state": DeliveryState.PENDING,
    "attempts": 0,
    "next_at": func.now(),
    "last_fault": None,
    "last_status": None,
}
"""What a delivery has that is to be tried from the beginning."""


@dataclass(frozen=True)
class Wanted:
    """What a webhook is to be.

    Parameters:
        url: where to; checked.
        document: a subscription alone with its fragments; checked against the schema.
        language: of what the messages say in words.
        client_id: the OAuth client that asks; None for a person.
    """

    url: str
    document: str
    variables: dict[str, Any]
    language: str
    client_id: UUID | None = None


@dataclass(frozen=True)
class From:
    """From where to replay: exactly one is given.

    Parameters:
        position: of the outbox: everything after it.
        since: everything that has happened since.
        delivery_id: this one.
        dead: all that are dead.
    """

    position: int | None = None
    since: datetime | None = None
    delivery_id: UUID | None = None
    dead: bool = False


def check_may(actor: Actor) -> None:
    """Raises: PermissionDenied for a role that has no webhooks."""
    if not actor.may(Permission.WEBHOOK_MANAGE):
        raise PermissionDenied(action=Permission.WEBHOOK_MANAGE.value)


def available_actions(actor: Actor, state: WebhookState) -> list[WebhookAction]:
    """What the actor may do about a webhook in a state."""
    if not actor.may(Permission.WEBHOOK_MANAGE):
        return []
    legal = WEBHOOK_LIFECYCLE.actions(state)
    return [action for action in legal if action is not WebhookAction.DISABLE]


async def create(
    session: AsyncSession, actor: Actor, vault: Vault, wanted: Wanted
) -> tuple[Webhook, str]:
    """Begin to tell an address of what happens from now on; the webhook, and its secret.

    Raises: PermissionDenied; TooManyWebhooks.
    """
    check_may(actor)
    await _refuse_too_many(session, actor)
    secret = new_secret()
    webhook = Webhook(
        **_on_behalf_of(actor),
        **vars(wanted),
        secret=vault.seal_bytes(secret, SECRET),
        position=await outbox.head(await session.connection()),
    )
    session.add(webhook)
    await session.flush()
    _tell(session, webhook)
    return webhook, shown_secret(secret)


async def change(
    session: AsyncSession, actor: Actor, webhook_id: UUID, wanted: Callable[[], dict[str, Any]]
) -> Webhook:
    """Have another address told, or of something else; it goes on where it stands, with the rights
    of whoever changes it: else it would outlive theirs, at an address of theirs.

    Parameters:
        wanted: gives columns, checked; asked once it is clear that the actor may.
    Raises: NotFound, PermissionDenied; whatever ``wanted`` raises.
    """
    webhook = await _for_update(session, actor, webhook_id)
    for name, value in {**_on_behalf_of(actor), **wanted()}.items():
        setattr(webhook, name, value)
    forget_failures(webhook)
    _tell(session, webhook)
    return webhook


async def pause(session: AsyncSession, actor: Actor, webhook_id: UUID) -> Webhook:
    """Send nothing until it is resumed; what happens meanwhile is kept as changes are.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    webhook = await _for_update(session, actor, webhook_id)
    webhook.state = WEBHOOK_LIFECYCLE.next(webhook.state, WebhookAction.PAUSE)
    webhook.stop = WebhookStop.OWNER
    return webhook


async def resume(session: AsyncSession, actor: Actor, webhook_id: UUID) -> Webhook:
    """Go on where it stands, as far back as changes are kept.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    webhook = await _for_update(session, actor, webhook_id)
    webhook.state = WEBHOOK_LIFECYCLE.next(webhook.state, WebhookAction.RESUME)
    webhook.stop = None
    forget_failures(webhook)
    _tell(session, webhook)
    return webhook


async def remove(session: AsyncSession, actor: Actor, webhook_id: UUID) -> Webhook:
    """Forget a webhook and its deliveries. Raises: NotFound, PermissionDenied."""
    webhook = await _for_update(session, actor, webhook_id)
    theirs = col(WebhookDelivery.webhook_id) == webhook_id
    await session.execute(delete(WebhookDelivery).where(theirs))
    await session.delete(webhook)
    return webhook


async def rotate_secret(
    session: AsyncSession, actor: Actor, vault: Vault, webhook_id: UUID
) -> tuple[Webhook, str]:
    """A new secret; the one before it signs beside it for a day.

    Raises: NotFound, PermissionDenied.
    """
    webhook = await _for_update(session, actor, webhook_id)
    before = vault.open_bytes(webhook.secret, SECRET)
    webhook.previous_secret = vault.seal_bytes(before, PREVIOUS_SECRET)
    webhook.previous_until = now() + BOTH_SIGN
    secret = new_secret()
    webhook.secret = vault.seal_bytes(secret, SECRET)
    return webhook, shown_secret(secret)


async def test(session: AsyncSession, actor: Actor, webhook_id: UUID) -> Webhook:
    """Send a message that says nothing but that messages arrive.

    Raises: NotFound, PermissionDenied.
    """
    webhook = await _for_update(session, actor, webhook_id)
    session.add(WebhookDelivery(webhook_id=webhook_id))
    forget_failures(webhook)
    _tell(session, webhook)
    return webhook


async def replay(session: AsyncSession, actor: Actor, webhook_id: UUID, start: From) -> Webhook:
    """Deliver once more, each by its old id, what has been delivered or given up.

    Raises: NotFound, PermissionDenied, CursorExpired where it is kept no longer; IllegalTransition
        for a single delivery that is still pending.
    """
    webhook = await _for_update(session, actor, webhook_id)
    if start.delivery_id is not None:
        await _replay_one(session, actor, webhook, start.delivery_id)
    elif start.dead:
        dead = col(WebhookDelivery.state) == DeliveryState.DEAD
        await session.execute(update(WebhookDelivery).values(AGAIN).where(_of(webhook), dead))
    else:
        position = start.position
        if position is None:
            position = await _position_before(session, start.since)
        await outbox.check_held(await session.connection(), position, "after")
        webhook.position = min(webhook.position, position)
    forget_failures(webhook)
    _tell(session, webhook)
    return webhook


async def _replay_one(
    session: AsyncSession, actor: Actor, webhook: Webhook, delivery_id: UUID
) -> None:
    statement = select(WebhookDelivery).where(
        col(WebhookDelivery.id) == delivery_id, _of(webhook), webhook_delivery_visible(actor)
    )
    delivery = await session.scalar(statement.with_for_update(of=WebhookDelivery))
    if delivery is None:
        raise NotFound("delivery_id")
    DELIVERY_LIFECYCLE.next(delivery.state, DeliveryAction.REPLAY)
    await session.execute(
        update(WebhookDelivery).values(AGAIN).where(col(WebhookDelivery.id) == delivery_id)
    )


def _of(webhook: Webhook) -> Any:
    return col(WebhookDelivery.webhook_id) == webhook.id


async def _position_before(session: AsyncSession, since: datetime | None) -> int:
    """The position after which everything has happened since a moment."""
    if since is None:
        raise InvalidInput("after", reason=Reason.ONE_START)
    first: Select[Any] = select(func.min(col(OutboxEvent.position))).where(
        col(OutboxEvent.recorded_at) >= since
    )
    position = await session.scalar(first)
    return position - 1 if position else await outbox.head(await session.connection())


async def _for_update(session: AsyncSession, actor: Actor, webhook_id: UUID) -> Webhook:
    statement = select(Webhook).where(col(Webhook.id) == webhook_id, webhook_visible(actor))
    webhook = await session.scalar(statement.with_for_update(of=Webhook))
    if webhook is None:
        raise NotFound("id")
    check_may(actor)
    return webhook


def _on_behalf_of(actor: Actor) -> dict[str, Any]:
    """The columns that bound what is told, beside the client."""
    scopes = None if actor.scopes is None else sorted(actor.scopes)
    return {"account_id": actor.id, "scopes": scopes}


async def _refuse_too_many(session: AsyncSession, actor: Actor) -> None:
    # Of two at a time the second waits here, and then counts the first.
    account = select(col(Account.id)).where(col(Account.id) == actor.id)
    await session.execute(account.with_for_update(key_share=True))
    count = select(func.count(col(Webhook.id))).where(col(Webhook.account_id) == actor.id)
    if (await session.execute(count)).scalar_one() >= MOST:
        raise TooManyWebhooks(most=MOST)


def forget_failures(webhook: Webhook) -> None:
    """As if no attempt had failed."""
    webhook.failures, webhook.failing_since, webhook.rests_until = 0, None, None


def _tell(session: AsyncSession, webhook: Webhook) -> None:
    outbox.record(session, Event(TOPIC, webhook.id, "CHANGED"))
