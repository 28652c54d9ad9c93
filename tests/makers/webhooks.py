"""Webhooks as they lie in the database."""

from typing import Any
from uuid import UUID

from domain.access import Actor
from domain.crypto import Vault
from domain.database import Database
from domain.webhooks import service
from domain.webhooks.models import WebhookDelivery
from domain.webhooks.service import Wanted
from tests.webhooks import FOLLOW


async def make_webhook(
    database: Database, vault: Vault, owner: Actor, **delivery: Any
) -> tuple[UUID, UUID]:
    """A webhook that no worker knows of, and its one delivery; their keys.

    Parameters:
        delivery: columns of the delivery.
    """
    wanted = Wanted("https://vendor.example/hook", FOLLOW, {}, "en")
    async with database.transaction("test") as session:
        webhook, _ = await service.create(session, owner, vault, wanted)
        made = WebhookDelivery(webhook_id=webhook.id, **delivery)
        session.add(made)
        await session.flush()
        return webhook.id, made.id
