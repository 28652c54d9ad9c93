"""On whose behalf a webhook is told: its account, and the OAuth client that asked for it."""

from dataclasses import replace

from sqlalchemy import ColumnElement, exists
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, DataScope, Permission
from domain.accounts.periods import account_in_force, actor_of
from domain.clients.models import OauthClient
from domain.errors import NotFound
from domain.webhooks.models import Webhook, WebhookStop


def of_disabled_client() -> ColumnElement[bool]:
    """Whether a webhook's client may have no tokens now."""
    return exists().where(
        col(OauthClient.id) == col(Webhook.client_id), col(OauthClient.disabled_at).is_not(None)
    )


async def owner_of(session: AsyncSession, webhook: Webhook) -> Actor | WebhookStop:
    """Who it is told for, with the rights of this moment; or why it is told nothing."""
    client = None
    if webhook.client_id is not None:
        client = await session.get_one(OauthClient, webhook.client_id)
        if client.disabled_at is not None:
            return WebhookStop.CLIENT_DISABLED
    try:
        account = await account_in_force(session, webhook.account_id)
    except NotFound:
        return WebhookStop.RIGHTS_WITHDRAWN
    actor = replace(actor_of(account), scopes=_bounds(webhook, client))
    return actor if actor.may(Permission.WEBHOOK_MANAGE) else WebhookStop.RIGHTS_WITHDRAWN


def _bounds(webhook: Webhook, client: OauthClient | None) -> frozenset[DataScope] | None:
    """What the client asked for and may still have; None for who is bound by the role alone."""
    if webhook.scopes is None or client is None:
        return None
    return frozenset(DataScope(scope) for scope in webhook.scopes if scope in client.scopes)
