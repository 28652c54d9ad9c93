"""A webhook has the rights that its OAuth client has now, as an operator gives and takes them."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor
from domain.accounts.models import Account, Vendor
from domain.crypto import Vault
from domain.database import Database
from domain.webhooks.models import Webhook
from tests.clients import Api
from tests.makers.clients import ask, asked_with
from tests.operators import Operator
from tests.polling import drop_all_but_the_newest
from tests.receiver import Receiver
from tests.signals import press
from tests.trail import trail
from tests.waiting import until
from tests.webhooks import (
    FOLLOW,
    cleared,
    delivered,
    delivering,
    hurry,
    key,
    read,
    states,
    stopped,
    tried,
)
from yiyang.district.cast import District

ALARMS = ("--scope", "alarms:read documents:own")
CREATED = """mutation ($url: String!, $query: String!) {
  webhookCreate(input: {url: $url, query: $query}) { webhook { id cursor secret }
    userErrors { code message } } }"""
MOVED = """mutation ($id: ID!) { webhookUpdate(input: {id: $id, url: "https://mine.example/"}) {
  webhook { id } userErrors { code field } } }"""


@dataclass
class Vendors:
    """A vendor's systems: OAuth clients of one operator's making."""

    api: Api
    operator: Operator
    vendor: str
    secrets: dict[str, str] = field(default_factory=dict[str, str])

    async def commanded(self, *words: str) -> Any:
        """What `yiyang client` says; the server beside it goes on meanwhile."""
        return await asyncio.to_thread(self.operator.says, *words)

    async def client(self, *scope: str) -> str:
        """A new client's id."""
        (made,) = await self.commanded("create", "--vendor", self.vendor, *scope)
        self.secrets[made["client_id"]] = made["client_secret"]
        return made["client_id"]

    async def token(self, client: str, **form: str) -> str:
        """An access token of a client's."""
        answer = await ask(self.api, auth=(client, self.secrets[client]), **form)
        return answer.json()["access_token"]

    async def data(self, token: str, document: str, **variables: Any) -> Any:
        """What an operation by a token answers."""
        response = await self.api.http.post(
            self.api.url,
            json={"query": document, "variables": variables},
            headers={"Authorization": f"Bearer {token}"},
        )
        return response.json()["data"]

    async def webhook(self, token: str, url: str) -> Any:
        """A new one, of the alarms."""
        answer = await self.data(token, CREATED, url=url, query=FOLLOW)
        assert answer["webhookCreate"]["userErrors"] == []
        return answer["webhookCreate"]["webhook"]


@pytest.fixture
async def vendors(api: Api, database: Database, database_url: str, vendor: Actor) -> Vendors:
    named = select(col(Vendor.name)).join(Account, col(Account.vendor_id) == col(Vendor.id))
    ((name,),) = await database.fetch(named.where(col(Account.id) == vendor.id))
    return Vendors(api, Operator(database_url), name)


async def come_to(api: Api, vendor: Actor, webhook: Any, *wanted: str) -> None:
    """Wait until the deliveries, newest first, are in these states."""

    async def there() -> bool:
        return await states(api, vendor, webhook["id"]) == [*wanted]

    await until(there)


async def test_what_a_client_loses_its_webhook_loses(
    vendors: Vendors,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    api, client = vendors.api, await vendors.client(*ALARMS, "--scope", "devices:read")
    token = await vendors.token(client)
    webhook = await vendors.webhook(token, receiver.url)
    receiver.statuses = [500]
    async with delivering(database, vault):
        await press(database, district)
        await until(lambda: tried(api, vendor, webhook, 1))
        await vendors.commanded("scopes", client, "--scope", "devices:read")
        assert (await asked_with(api, token)).status_code == 401
        await hurry(database)
        await come_to(api, vendor, webhook, "WITHHELD")
        before = (await read(api, vendor, webhook["id"]))["cursor"]
        await cleared(database, district)

        async def has_read() -> bool:
            return (await read(api, vendor, webhook["id"]))["cursor"] != before

        await until(has_read)
        assert len(receiver.got) == 1
        await vendors.commanded("scopes", client, *ALARMS)
        await press(database, district)
        await come_to(api, vendor, webhook, "DELIVERED", "WITHHELD")
    assert len(receiver.got) == 2


async def test_a_disabled_clients_webhook_stops_and_goes_on_where_it_stood(
    vendors: Vendors,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    api, client = vendors.api, await vendors.client(*ALARMS)
    webhook = await vendors.webhook(await vendors.token(client), receiver.url)
    receiver.statuses = [500]
    async with delivering(database, vault):
        await press(database, district)
        await until(lambda: tried(api, vendor, webhook, 1))
        await vendors.commanded("disable", client)
        await hurry(database)
        await until(lambda: stopped(api, vendor, webhook, "PAUSED", "CLIENT_DISABLED"))
        await cleared(database, district)
        assert len(receiver.got) == 1
        await vendors.commanded("enable", client)
        await hurry(database)
        await until(lambda: len(receiver.got) == 3)
        await until(lambda: delivered(api, vendor, webhook))
    changes = [
        receiver.verified(webhook["secret"], place)["data"]["alarmChanged"]["change"]
        for place in range(3)
    ]
    assert changes == ["RAISED", "RAISED", "CLEARED"]
    (stop,) = await trail(database, action="webhook_stop")
    (goes_on,) = await trail(database, action="webhook_go_on")
    assert (stop.object_id, stop.purpose) == (key(webhook), "CLIENT_DISABLED")
    assert (goes_on.object_id, goes_on.actor_id) == (key(webhook), None)


async def test_what_is_kept_no_longer_when_the_client_is_enabled_is_dead(
    vendors: Vendors,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    api, client = vendors.api, await vendors.client(*ALARMS)
    webhook = await vendors.webhook(await vendors.token(client), receiver.url)
    receiver.statuses = [500]
    async with delivering(database, vault):
        await press(database, district)
        await until(lambda: tried(api, vendor, webhook, 1))
        await vendors.commanded("disable", client)
        await hurry(database)
        await until(lambda: stopped(api, vendor, webhook, "PAUSED", "CLIENT_DISABLED"))
        await cleared(database, district)
        await drop_all_but_the_newest(database)
        await vendors.commanded("enable", client)
        await hurry(database)
        await come_to(api, vendor, webhook, "DELIVERED", "DEAD")
    assert len(receiver.got) == 2
    dead = (await read(api, vendor, webhook["id"]))["deliveries"]["nodes"][1]
    assert dead["lastFault"] == "EXPIRED"


async def test_whoever_moves_a_webhook_stands_for_it(
    vendors: Vendors, database: Database, vault: Vault, receiver: Receiver, vendor: Actor
) -> None:
    one, other = [await vendors.client(*ALARMS) for _ in range(2)]
    webhook = await vendors.webhook(await vendors.token(one), receiver.url)
    moved = await vendors.data(await vendors.token(other), MOVED, id=webhook["id"])
    assert moved["webhookUpdate"]["userErrors"] == []
    await vendors.commanded("disable", other)
    async with delivering(database, vault):
        await until(lambda: stopped(vendors.api, vendor, webhook, "PAUSED", "CLIENT_DISABLED"))


async def test_a_client_with_less_sees_and_moves_no_webhook_of_another(
    vendors: Vendors, database: Database, receiver: Receiver, vendor: Actor
) -> None:
    """Else it would be told, at an address of its own, what its scopes do not show it."""
    one, other = await vendors.client(*ALARMS), await vendors.client("--scope", "documents:own")
    token = await vendors.token(one)
    webhook = await vendors.webhook(token, receiver.url)
    found = "query ($id: ID!) { webhook(id: $id) { id } webhooks(first: 5) { totalCount } }"
    narrow = await vendors.token(one, scope="documents:own")
    for less in (narrow, await vendors.token(other)):
        seen = await vendors.data(less, found, id=webhook["id"])
        assert seen == {"webhook": None, "webhooks": {"totalCount": 0}}
        refused = (await vendors.data(less, MOVED, id=webhook["id"]))["webhookUpdate"]
        assert refused["userErrors"] == [{"code": "NOT_FOUND", "field": "id"}]
    rows = await database.fetch(select(col(Webhook.url), col(Webhook.client_id)), primary=True)
    assert [(url, str(client_id)) for url, client_id in rows] == [(receiver.url, one)]
    assert (await vendors.data(token, found, id=webhook["id"]))["webhook"] == {"id": webhook["id"]}
