"""Webhooks as a vendor has them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from api.relay import key_of
from api.webhooks.delivering import Deliverer
from domain.access import Actor, Role
from domain.alarms.service import clear_alarms
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.webhooks.models import Webhook, WebhookDelivery
from domain.webhooks.sending import Sender
from tests.clients import Api
from tests.signals import sos_of
from yiyang.district.cast import District
from yiyang.outbound.webhooks import HttpSender

FOLLOW = "subscription { alarmChanged { change alarm { id type state } } }"

PARTS = """fragment W on Webhook { id url query variables state stopReason cursor failingSince
    previousSecretUntil secret availableActions account { id }
    deliveries(first: 50) { totalCount nodes {
      id state attempts nextAttemptAt lastAttemptAt lastStatus lastFault happenedAt } } }"""
READ = f"{PARTS} query ($id: ID!) {{ webhook(id: $id) {{ ...W }} }}"


async def asked(api: Api, who: Role | Actor, name: str, **given: Any) -> dict[str, Any]:
    """What a mutation of webhooks answers.

    Parameters:
        name: without ``webhook``, for example ``Create``.
    """
    document = f"""{PARTS} mutation ($input: Webhook{name}Input!) {{ webhook{name}(input: $input) {{
        webhook {{ ...W }} userErrors {{ code field message }} }} }}"""
    return (await api.data(who, document, input=given))[f"webhook{name}"]


async def done(api: Api, who: Role | Actor, name: str, **given: Any) -> Any:
    """The webhook after a mutation that must succeed."""
    payload = await asked(api, who, name, **given)
    assert payload["userErrors"] == [], payload
    return payload["webhook"]


async def refused(api: Api, who: Role | Actor, name: str, **given: Any) -> tuple[str, str | None]:
    """The code and the field of the one error of a mutation that must not succeed."""
    (error,) = (await asked(api, who, name, **given))["userErrors"]
    return error["code"], error["field"]


async def created(api: Api, who: Role | Actor, url: str, query: str = FOLLOW, **more: Any) -> Any:
    """A new webhook."""
    return await done(api, who, "Create", url=url, query=query, **more)


async def read(api: Api, who: Role | Actor, webhook_id: str) -> Any:
    """A webhook as somebody sees it."""
    return (await api.data(who, READ, id=webhook_id))["webhook"]


async def states(api: Api, who: Role | Actor, webhook_id: str) -> list[str]:
    """Of its deliveries, newest first."""
    webhook = await read(api, who, webhook_id)
    return [one["state"] for one in webhook["deliveries"]["nodes"]]


@asynccontextmanager
async def delivering(
    database: Database,
    vault: Vault,
    *,
    sender: Sender | None = None,
) -> AsyncGenerator[None, None]:
    """A worker that tells webhooks; at the end it is cut off in the middle of whatever it does."""
    out = sender or HttpSender(anywhere=True)
    running = asyncio.create_task(Deliverer(database, vault, out).run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def key(webhook: Any) -> UUID:
    """Of a webhook as the API shows it."""
    return key_of(webhook["id"], "webhook")


async def put(database: Database, webhook: Any, **values: Any) -> None:
    """Change the row itself."""
    async with database.transaction("test") as session:
        this = col(Webhook.id) == key(webhook)
        await session.execute(update(Webhook).where(this).values(**values))


async def hurry(database: Database) -> None:
    """Whatever waits is due, and nothing rests. Locked in the order in which workers lock them."""
    async with database.transaction("test") as session:
        await session.execute(update(Webhook).values(rests_until=None))
        await session.execute(update(WebhookDelivery).values(next_at=now()))


async def cleared(database: Database, district: District) -> None:
    """The button's condition has ended."""
    async with database.transaction("test") as session:
        await clear_alarms(session, [await sos_of(session, district.sos_button_id)])


async def delivered(api: Api, vendor: Actor, webhook: Any) -> bool:
    """Whether all has arrived."""
    return set(await states(api, vendor, webhook["id"])) == {"DELIVERED"}


async def tried(api: Api, vendor: Actor, webhook: Any, times: int) -> bool:
    """Whether the newest delivery has had so many attempts."""
    found = (await read(api, vendor, webhook["id"]))["deliveries"]["nodes"]
    return bool(found) and found[0]["attempts"] == times


async def stopped(api: Api, vendor: Actor, webhook: Any, state: str, reason: str) -> bool:
    """Whether it has come to a state, and why."""
    found = await read(api, vendor, webhook["id"])
    return (found["state"], found["stopReason"]) == (state, reason)
