"""What webhooks are told: each change once noted, until it has arrived or is given up."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select, update
from sqlmodel import col

from api.app import create_app
from api.auth.tokens import TokenKey
from api.settings import ApiSettings
from domain.access import Actor, DataScope
from domain.accounts.models import Account
from domain.alarms.service import clear_alarms
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.devices.models import Device
from domain.ids import parse_public_id
from domain.webhooks.lifecycle import FAILING_FOR, RETRIES
from domain.webhooks.models import Webhook, WebhookDelivery
from tests.clients import Api
from tests.polling import drop_all_but_the_newest
from tests.receiver import Receiver, receiving
from tests.serving import serving
from tests.signals import press, sos_of
from tests.vendors import other_vendor, vendor_of
from tests.waiting import until
from tests.webhooks import created, delivering, done, read, states
from yiyang.district.cast import District
from yiyang.outbound.webhooks import HttpSender


@pytest.fixture
async def api(
    database_url: str, token_key: TokenKey, vault: Vault, district: District
) -> AsyncGenerator[Api, None]:
    """A server for development: webhooks may lead to 127.0.0.1."""
    settings = ApiSettings(database_url, token_key, vault, webhooks_anywhere=True)
    async with serving(create_app(settings)) as port:
        client = Api(port, token_key, district)
        yield client
        await client.close()


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver, None]:
    async with receiving() as server:
        yield server


@pytest.fixture
async def vendor(database: Database, district: District) -> Actor:
    """Who made the mother's button."""
    return await vendor_of(database, district.sos_button_id)


def key(webhook: Any) -> UUID:
    parsed = parse_public_id(webhook["id"])
    assert parsed
    return parsed[1]


async def put(database: Database, webhook: Any, **values: Any) -> None:
    async with database.transaction("test") as session:
        this = col(Webhook.id) == key(webhook)
        await session.execute(update(Webhook).where(this).values(**values))


async def hurry(database: Database) -> None:
    """Whatever waits is due, and nothing rests."""
    async with database.transaction("test") as session:
        await session.execute(update(WebhookDelivery).values(next_at=now()))
        await session.execute(update(Webhook).values(rests_until=None))


async def cleared(database: Database, district: District) -> None:
    async with database.transaction("test") as session:
        await clear_alarms(session, [await sos_of(session, district.sos_button_id)])


async def test_a_change_arrives_signed_as_its_subscription_says_it(
    api: Api,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    webhook = await created(api, vendor, receiver.url)
    async with delivering(database, vault):
        await press(database, district)
        await until(receiver.told)
        said = receiver.verified(webhook["secret"])
        assert said["type"] == "alarm.changed"
        assert said["data"]["alarmChanged"]["change"] == "RAISED"
        assert said["data"]["alarmChanged"]["alarm"]["type"] == "SOS"
        await until(lambda: delivered(api, vendor, webhook))
    (delivery,) = (await read(api, vendor, webhook["id"]))["deliveries"]["nodes"]
    assert delivery["id"] == receiver.ids[0]
    assert delivery["happenedAt"] == said["timestamp"].replace("Z", "+00:00")
    assert (delivery["attempts"], delivery["lastStatus"], delivery["lastFault"]) == (1, 200, None)


async def delivered(api: Api, vendor: Actor, webhook: Any) -> bool:
    return set(await states(api, vendor, webhook["id"])) == {"DELIVERED"}


async def test_changes_of_others_are_nobodys_news(
    api: Api,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    stranger = await other_vendor(database, vendor)
    theirs = await created(api, stranger, receiver.url + "?theirs")
    mine = await created(api, vendor, receiver.url)
    async with delivering(database, vault):
        await press(database, district)
        await until(lambda: delivered(api, vendor, mine))

        async def has_read() -> bool:
            return (await read(api, stranger, theirs["id"]))["cursor"] != theirs["cursor"]

        await until(has_read)
    assert len(receiver.got) == 1
    assert await states(api, stranger, theirs["id"]) == []


async def test_both_secrets_sign_after_a_new_one(
    api: Api,
    database: Database,
    vault: Vault,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    webhook = await created(api, vendor, receiver.url)
    rotated = await done(api, vendor, "RotateSecret", id=webhook["id"])
    async with delivering(database, vault):
        await done(api, vendor, "Test", id=webhook["id"])
        await until(receiver.told)
        for secret in (webhook["secret"], rotated["secret"]):
            assert receiver.verified(secret)["type"] == "webhook.test"
        await until(lambda: delivered(api, vendor, webhook))
        await put(database, webhook, previous_until=now())
        await done(api, vendor, "Test", id=webhook["id"])
        await until(lambda: len(receiver.got) == 2)
    assert len(receiver.got[1][0]["webhook-signature"].split(" ")) == 1
    assert receiver.verified(rotated["secret"])


async def test_what_fails_is_tried_again_by_its_id_and_then_arrives(
    api: Api,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    webhook = await created(api, vendor, receiver.url)
    receiver.statuses = [500, 302]
    async with delivering(database, vault):
        await press(database, district)
        for number in (1, 2):
            await until(lambda number=number: tried(api, vendor, webhook, number))
            (delivery,) = (await read(api, vendor, webhook["id"]))["deliveries"]["nodes"]
            assert (delivery["state"], delivery["lastFault"]) == ("PENDING", "STATUS")
            assert (await read(api, vendor, webhook["id"]))["failingSince"]
            await hurry(database)
        await until(lambda: delivered(api, vendor, webhook))
    assert len(set(receiver.ids)) == 1
    assert len(receiver.got) == 3
    assert (await read(api, vendor, webhook["id"]))["failingSince"] is None


async def tried(api: Api, vendor: Actor, webhook: Any, times: int) -> bool:
    found = (await read(api, vendor, webhook["id"]))["deliveries"]["nodes"]
    return bool(found) and found[0]["attempts"] == times


async def test_retry_after_is_heeded(
    api: Api,
    database: Database,
    vault: Vault,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    webhook = await created(api, vendor, receiver.url)
    receiver.statuses, receiver.headers = [503], {"retry-after": "3600"}
    before = now()
    async with delivering(database, vault):
        await done(api, vendor, "Test", id=webhook["id"])
        await until(lambda: tried(api, vendor, webhook, 1))
    ((next_at,),) = await database.fetch(select(col(WebhookDelivery.next_at)))
    assert next_at - before >= timedelta(hours=1)


async def test_after_the_last_attempt_it_is_dead_and_may_be_replayed(
    api: Api,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    webhook = await created(api, vendor, receiver.url)
    receiver.statuses = [500]
    async with delivering(database, vault):
        await press(database, district)
        await until(lambda: tried(api, vendor, webhook, 1))
        async with database.transaction("test") as session:
            await session.execute(update(WebhookDelivery).values(attempts=len(RETRIES)))
        receiver.statuses = [500]
        await hurry(database)

        async def is_dead() -> bool:
            return await states(api, vendor, webhook["id"]) == ["DEAD"]

        await until(is_dead)
        await done(api, vendor, "Replay", id=webhook["id"], dead=True)
        await until(lambda: delivered(api, vendor, webhook))
        once_more = (await read(api, vendor, webhook["id"]))["deliveries"]["nodes"][0]
        await done(api, vendor, "Replay", id=webhook["id"], deliveryId=once_more["id"])
        await until(lambda: len(receiver.got) == 4)
    assert len(set(receiver.ids)) == 1


async def test_a_replay_from_a_place_tells_all_that_followed_by_the_same_ids(
    api: Api,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    webhook = await created(api, vendor, receiver.url)
    async with delivering(database, vault):
        await press(database, district)
        await cleared(database, district)
        await until(lambda: len(receiver.got) == 2)
        await until(lambda: delivered(api, vendor, webhook))
        await done(api, vendor, "Replay", id=webhook["id"], after=webhook["cursor"])
        await until(lambda: len(receiver.got) == 4)
        await until(lambda: delivered(api, vendor, webhook))
        since = (now() - timedelta(hours=1)).isoformat()
        await done(api, vendor, "Replay", id=webhook["id"], since=since)
        await until(lambda: len(receiver.got) == 6)
    assert receiver.ids[:2] == receiver.ids[2:4] == receiver.ids[4:]


async def test_gone_disables_and_nothing_more_is_sent(
    api: Api,
    database: Database,
    vault: Vault,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    webhook = await created(api, vendor, receiver.url)
    receiver.statuses = [410]
    async with delivering(database, vault):
        await done(api, vendor, "Test", id=webhook["id"])
        await until(lambda: stopped(api, vendor, webhook, "DISABLED", "GONE"))
        await hurry(database)
        assert (await read(api, vendor, webhook["id"]))["availableActions"] == ["RESUME"]
        await done(api, vendor, "Resume", id=webhook["id"])
        await hurry(database)
        await until(lambda: delivered(api, vendor, webhook))
    assert len(receiver.got) == 2


async def stopped(api: Api, vendor: Actor, webhook: Any, state: str, reason: str) -> bool:
    found = await read(api, vendor, webhook["id"])
    return (found["state"], found["stopReason"]) == (state, reason)


async def test_failures_of_days_pause_it_and_the_trail_says_so(
    api: Api,
    database: Database,
    database_url: str,
    vault: Vault,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    webhook = await created(api, vendor, receiver.url)
    await put(database, webhook, failing_since=now() - FAILING_FOR, failures=9)
    async with database.transaction("test") as session:
        session.add(WebhookDelivery(webhook_id=key(webhook)))
    receiver.statuses = [500]
    async with delivering(database, vault):
        await until(lambda: stopped(api, vendor, webhook, "PAUSED", "FAILING"))
    sql = await asyncpg.connect(database_url)
    said = await sql.fetch("SELECT * FROM audit_entry WHERE action = 'webhook_stop'")
    await sql.close()
    assert [(row["object_id"], row["purpose"]) for row in said] == [(key(webhook), "FAILING")]


async def test_an_account_that_has_ended_is_told_nothing(
    api: Api,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    webhook = await created(api, vendor, receiver.url)
    await press(database, district)
    async with database.transaction("test") as session:
        this = col(Account.id) == vendor.id
        await session.execute(update(Account).where(this).values(until=now()))
    async with delivering(database, vault):

        async def is_paused() -> bool:
            rows = await database.fetch(select(col(Webhook.stop)), primary=True)
            return [row[0] for row in rows] == ["RIGHTS_WITHDRAWN"]

        await until(is_paused)
    assert receiver.got == []
    assert webhook["state"] == "ACTIVE"


async def test_rights_are_those_of_the_attempt(
    api: Api,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    """The device goes to another make between two attempts: the second says nothing."""
    webhook = await created(api, vendor, receiver.url)
    stranger = await other_vendor(database, vendor)
    receiver.statuses = [500]
    async with delivering(database, vault):
        await press(database, district)
        await until(lambda: tried(api, vendor, webhook, 1))
        async with database.transaction("test") as session:
            other = select(col(Account.vendor_id)).where(col(Account.id) == stranger.id)
            button = col(Device.id) == district.sos_button_id
            values = {"vendor_id": other.scalar_subquery()}
            await session.execute(update(Device).where(button).values(values))
        await hurry(database)

        async def is_withheld() -> bool:
            return await states(api, vendor, webhook["id"]) == ["WITHHELD"]

        await until(is_withheld)
    assert len(receiver.got) == 1


async def test_a_client_without_the_scope_is_told_of_no_alarm(
    api: Api,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    webhook = await created(api, vendor, receiver.url)
    await put(database, webhook, scopes=[DataScope.DEVICES])
    async with delivering(database, vault):
        await press(database, district)

        async def has_read() -> bool:
            return (await read(api, vendor, webhook["id"]))["cursor"] != webhook["cursor"]

        await until(has_read)
    assert receiver.got == []
    assert await states(api, vendor, webhook["id"]) == []


async def test_a_worker_cut_off_in_the_middle_loses_nothing(
    api: Api,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    webhook = await created(api, vendor, receiver.url)
    receiver.silent = True
    lease = timedelta(seconds=1)
    async with delivering(database, vault, lease=lease):
        await press(database, district)
        await until(receiver.told)
    receiver.silent = False
    async with delivering(database, vault, lease=lease):
        await cleared(database, district)
        await until(lambda: len(receiver.got) == 3)
        await until(lambda: delivered(api, vendor, webhook))
    assert receiver.ids[0] == receiver.ids[1] != receiver.ids[2]
    changes = [
        receiver.verified(webhook["secret"], place)["data"]["alarmChanged"]["change"]
        for place in range(3)
    ]
    assert changes == ["RAISED", "RAISED", "CLEARED"]


async def test_a_slow_one_holds_up_nobody_else(
    api: Api,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    slow = await created(api, vendor, receiver.url)
    async with receiving() as quick:
        fast = await created(api, vendor, quick.url)
        receiver.silent = True
        async with delivering(database, vault):
            await press(database, district)
            await until(receiver.told)
            await cleared(database, district)
            await until(lambda: len(quick.got) == 2)
            await until(lambda: delivered(api, vendor, fast))
    assert len(receiver.got) == 1
    assert set(await states(api, vendor, slow["id"])) == {"PENDING"}


async def test_two_workers_send_each_change_once(
    api: Api,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    webhooks = [await created(api, vendor, receiver.url) for _ in range(5)]
    async with delivering(database, vault), delivering(database, vault):
        await press(database, district)
        await cleared(database, district)
        await until(lambda: len(receiver.got) == 10)
        for webhook in webhooks:
            await until(lambda webhook=webhook: delivered(api, vendor, webhook))
    assert len(set(receiver.ids)) == len(receiver.ids) == 10


async def test_a_message_that_is_too_large_is_dead_at_once(
    api: Api,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.webhooks.delivering.MOST_BYTES", 100)
    webhook = await created(api, vendor, receiver.url)
    async with delivering(database, vault):
        await press(database, district)

        async def is_dead() -> bool:
            return await states(api, vendor, webhook["id"]) == ["DEAD"]

        await until(is_dead)
    (delivery,) = (await read(api, vendor, webhook["id"]))["deliveries"]["nodes"]
    assert delivery["lastFault"] == "TOO_LARGE"
    assert receiver.got == []


async def test_what_was_dropped_meanwhile_is_passed_over(
    api: Api,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    webhook = await created(api, vendor, receiver.url)
    await done(api, vendor, "Pause", id=webhook["id"])
    await press(database, district)
    await cleared(database, district)
    await drop_all_but_the_newest(database)
    await done(api, vendor, "Resume", id=webhook["id"])
    async with delivering(database, vault):
        await press(database, district)
        await until(receiver.told)
        await until(lambda: delivered(api, vendor, webhook))
    assert (await read(api, vendor, webhook["id"]))["state"] == "ACTIVE"


async def test_a_document_that_no_longer_fits_pauses_it(
    api: Api,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    webhook = await created(api, vendor, receiver.url)
    await put(database, webhook, document="subscription { alarmChanged { gone } }")
    async with delivering(database, vault):
        await press(database, district)

        async def is_paused() -> bool:
            rows = await database.fetch(select(col(Webhook.stop)), primary=True)
            return [row[0] for row in rows] == ["QUERY_REFUSED"]

        await until(is_paused)
    assert receiver.got == []


async def test_private_addresses_are_refused_at_the_attempt_too(
    api: Api,
    database: Database,
    vault: Vault,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    webhook = await created(api, vendor, receiver.url)
    async with delivering(database, vault, sender=HttpSender()):
        await done(api, vendor, "Test", id=webhook["id"])
        await until(lambda: tried(api, vendor, webhook, 1))
    (delivery,) = (await read(api, vendor, webhook["id"]))["deliveries"]["nodes"]
    assert (delivery["lastFault"], delivery["lastStatus"]) == ("ADDRESS_REFUSED", None)
    assert receiver.got == []
