"""Webhooks as their owners make, change and lose them."""

import base64
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.webhooks import service
from domain.webhooks.models import Webhook, WebhookDelivery
from tests.clients import Api
from tests.polling import drop_all_but_the_newest
from tests.signals import press
from tests.vendors import other_vendor
from tests.webhooks import FOLLOW, asked, created, done, read, refused
from yiyang.district.cast import District

URL = "https://vendor.example/hook"
NONE = "webhook_" + "0" * 32


async def all_of(database: Database) -> list[tuple[object, ...]]:
    rows = await database.fetch(select(Webhook).order_by(col(Webhook.id)), primary=True)
    return [tuple(row) for row in rows]


async def test_a_new_one_is_told_what_happens_from_now_on(api: Api, vendor: Actor) -> None:
    webhook = await created(api, vendor, URL)
    assert (webhook["state"], webhook["stopReason"]) == ("ACTIVE", None)
    assert webhook["url"] == URL
    assert "alarmChanged" in webhook["query"]
    assert webhook["availableActions"] == ["PAUSE"]
    assert webhook["deliveries"]["totalCount"] == 0
    assert webhook["secret"].startswith("whsec_")
    assert len(base64.b64decode(webhook["secret"].removeprefix("whsec_"))) == 32


async def test_the_secret_is_shown_once_and_lies_sealed(
    api: Api, database: Database, vault: Vault, vendor: Actor
) -> None:
    webhook = await created(api, vendor, URL, idempotencyKey="k")
    again = await created(api, vendor, URL, idempotencyKey="k")
    assert again["id"] == webhook["id"]
    assert again["secret"] is None
    assert (await read(api, vendor, webhook["id"]))["secret"] is None
    ((sealed,),) = await database.fetch(select(col(Webhook.secret)))
    secret = base64.b64decode(webhook["secret"].removeprefix("whsec_"))
    assert secret not in sealed
    assert vault.open_bytes(sealed, service.SECRET) == secret


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"url": "http://vendor.example/"}, "INVALID_INPUT", "url"),
        ({"url": "https://10.0.0.1/"}, "INVALID_INPUT", "url"),
        ({"query": "{ alarms(first: 1) { nodes { id } } }"}, "INVALID_INPUT", "query"),
        (
            {"query": 'subscription { exportChanged(id: "x") { export { id } } }'},
            "INVALID_INPUT",
            "query",
        ),
        ({"query": "subscription { nothing }"}, "INVALID_INPUT", "query"),
        ({"query": FOLLOW, "operationName": "X"}, "INVALID_INPUT", "operationName"),
        (
            {"query": "subscription A " + FOLLOW[13:] + " subscription B " + FOLLOW[13:]},
            "INVALID_INPUT",
            "operationName",
        ),
        ({"query": None}, "INVALID_INPUT", "query"),
        (
            {
                "query": "subscription ($f: AlarmFilter!) { alarmChanged(filter: $f) { cursor } }",
                "variables": {"f": 1},
            },
            "INVALID_INPUT",
            "variables",
        ),
        (
            {"query": "subscription { alarmChanged { alarm { elder { fullAddress } } } }"},
            "INVALID_INPUT",
            "query",
        ),
        (
            {
                "query": "subscription { alarmChanged { alarm { elder { alarms(first: 200) { "
                "nodes { elder { visits(first: 200) { nodes { id } } } } } } } } }"
            },
            "QUERY_TOO_LARGE",
            "query",
        ),
    ],
    ids=[
        "http",
        "private",
        "no-subscription",
        "no-cursor",
        "invalid",
        "no-such-operation",
        "which-operation",
        "no-query",
        "variables",
        "not-yours",
        "too-large",
    ],
)
async def test_what_is_refused(
    api: Api, database: Database, vendor: Actor, given: dict[str, object], code: str, field: str
) -> None:
    wanted = {"url": URL, "query": FOLLOW, **given}
    assert await refused(api, vendor, "Create", **wanted) == (code, field)
    assert await all_of(database) == []


async def test_one_operation_of_several_is_stored_alone(api: Api, vendor: Actor) -> None:
    both = f"subscription A {FOLLOW[13:]} subscription B {{ alarmChanged {{ cursor }} }}"
    webhook = await created(api, vendor, URL, both, operationName="B", variables={"junk": "x"})
    assert " ".join(webhook["query"].split()) == "subscription B { alarmChanged { cursor } }"
    assert webhook["variables"] == {}


async def test_twenty_at_most(api: Api, database: Database, vendor: Actor) -> None:
    for _ in range(service.MOST):
        await created(api, vendor, URL)
    assert await refused(api, vendor, "Create", url=URL, query=FOLLOW) == (
        "TOO_MANY_WEBHOOKS",
        None,
    )
    assert len(await all_of(database)) == service.MOST


async def test_strangers_and_others_change_nothing(
    api: Api, database: Database, vendor: Actor
) -> None:
    webhook = await created(api, vendor, URL)
    before = await all_of(database)
    stranger = await other_vendor(database, vendor)
    for name, more in {
        "Update": {"url": "https://other.example/"},
        "Pause": {},
        "Resume": {},
        "Delete": {},
        "RotateSecret": {},
        "Test": {},
        "Replay": {"dead": True},
    }.items():
        assert await refused(api, stranger, name, id=webhook["id"], **more) == ("NOT_FOUND", "id")
        assert await refused(api, stranger, name, id=NONE, **more) == ("NOT_FOUND", "id")
        told = await refused(api, Role.ADMIN, name, id=webhook["id"], **more)
        assert told == ("PERMISSION_DENIED", None)
    assert await read(api, stranger, webhook["id"]) is None
    assert await all_of(database) == before


async def test_colleagues_share_them_and_account_is_its_makers(
    api: Api, database: Database, vendor: Actor
) -> None:
    webhook = await created(api, vendor, URL)
    async with database.transaction("test") as session:
        maker = await session.get_one(Account, vendor.id)
        colleague = Account(name="值班", role=Role.VENDOR, vendor_id=maker.vendor_id)
        session.add(colleague)
        await session.flush()
    other = Actor(colleague.id, Role.VENDOR)
    paused = await done(api, other, "Pause", id=webhook["id"])
    assert (paused["state"], paused["stopReason"]) == ("PAUSED", "OWNER")
    assert paused["availableActions"] == ["RESUME"]


async def test_pause_and_resume(api: Api, vendor: Actor) -> None:
    webhook = await created(api, vendor, URL)
    await done(api, vendor, "Pause", id=webhook["id"])
    code, _ = await refused(api, vendor, "Pause", id=webhook["id"])
    assert code == "ILLEGAL_TRANSITION"
    resumed = await done(api, vendor, "Resume", id=webhook["id"])
    assert (resumed["state"], resumed["stopReason"]) == ("ACTIVE", None)


async def test_update_takes_what_is_given_and_keeps_the_rest(api: Api, vendor: Actor) -> None:
    webhook = await created(api, vendor, URL)
    moved = await done(api, vendor, "Update", id=webhook["id"], url="https://new.example/")
    assert moved["url"] == "https://new.example/"
    assert moved["query"] == webhook["query"]
    query = "subscription { alarmChanged { cursor } }"
    other = await done(api, vendor, "Update", id=webhook["id"], query=query)
    assert other["query"].split() == query.split()
    assert other["url"] == "https://new.example/"
    told = await refused(api, vendor, "Update", id=webhook["id"], url="https://[::1]/")
    assert told == ("INVALID_INPUT", "url")
    assert (await read(api, vendor, webhook["id"]))["url"] == "https://new.example/"


async def test_a_new_secret_leaves_the_old_one_good_for_a_day(
    api: Api, database: Database, vault: Vault, vendor: Actor
) -> None:
    webhook = await created(api, vendor, URL)
    rotated = await done(api, vendor, "RotateSecret", id=webhook["id"])
    assert rotated["secret"] not in (None, webhook["secret"])
    ((before, until),) = await database.fetch(
        select(col(Webhook.previous_secret), col(Webhook.previous_until))
    )
    old = base64.b64decode(webhook["secret"].removeprefix("whsec_"))
    assert vault.open_bytes(before, service.PREVIOUS_SECRET) == old
    assert timedelta(hours=23) < until - now() <= timedelta(hours=24)


async def test_delete_leaves_nothing(api: Api, database: Database, vendor: Actor) -> None:
    webhook = await created(api, vendor, URL)
    await done(api, vendor, "Test", id=webhook["id"])
    assert await done(api, vendor, "Delete", id=webhook["id"]) is None
    assert await all_of(database) == []
    assert await database.fetch(select(col(WebhookDelivery.id))) == []


async def test_a_replay_begins_at_one_place(
    api: Api, database: Database, district: District, vendor: Actor
) -> None:
    webhook = await created(api, vendor, URL)
    key = webhook["id"]
    assert await refused(api, vendor, "Replay", id=key) == ("INVALID_INPUT", "after")
    both = {"dead": True, "since": now().isoformat()}
    assert await refused(api, vendor, "Replay", id=key, **both) == ("INVALID_INPUT", "after")
    lost = {"deliveryId": "webhook_delivery_" + "0" * 32}
    assert await refused(api, vendor, "Replay", id=key, **lost) == ("NOT_FOUND", "deliveryId")
    assert await refused(api, vendor, "Replay", id=key, after="?") == ("INVALID_INPUT", "after")
    await press(database, district)
    await press(database, district)
    await drop_all_but_the_newest(database)
    old = await refused(api, vendor, "Replay", id=key, after=webhook["cursor"])
    assert old == ("CURSOR_EXPIRED", "after")
    assert (await read(api, vendor, key))["cursor"] == webhook["cursor"]


async def test_a_dry_run_makes_none(api: Api, database: Database, vendor: Actor) -> None:
    payload = await asked(api, vendor, "Create", url=URL, query=FOLLOW, dryRun=True)
    assert payload == {"webhook": None, "userErrors": []}
    assert await all_of(database) == []


async def test_deliveries_by_their_state(api: Api, vendor: Actor) -> None:
    webhook = await created(api, vendor, URL)
    other = await created(api, vendor, URL)
    await done(api, vendor, "Test", id=webhook["id"])
    query = """query ($id: ID, $state: [WebhookDeliveryState!]) {
        webhookDeliveries(first: 5, filter: {webhook: $id, state: $state}) { totalCount } }"""

    async def count(**given: object) -> int:
        return (await api.data(vendor, query, **given))["webhookDeliveries"]["totalCount"]

    assert await count(id=webhook["id"], state="PENDING") == 1
    assert await count(id=webhook["id"], state=["DEAD", "DELIVERED"]) == 0
    assert await count(id=other["id"]) == 0
