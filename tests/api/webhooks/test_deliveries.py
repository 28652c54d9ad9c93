"""Each change is noted once and sent until it has arrived or is given up."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from domain.access import Actor
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.webhooks.lifecycle import RETRIES
from domain.webhooks.models import WebhookDelivery
from tests.clients import Api
from tests.receiver import Receiver, receiving
from tests.signals import press
from tests.waiting import until
from tests.webhooks import (
    cleared,
    created,
    delivered,
    delivering,
    done,
    hurry,
    put,
    read,
    states,
    tried,
)
from yiyang.district.cast import District


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
    async with delivering(database, vault):
        await press(database, district)
        await until(receiver.told)
    receiver.silent = False
    # Its minute is over.
    await put(database, webhook, taken_until=now())
    async with delivering(database, vault):
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


async def test_a_message_that_we_cannot_make_holds_up_no_other(
    api: Api,
    database: Database,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
) -> None:
    query = "subscription { alarmChanged { alarm { region { name } } } }"
    webhook = await created(api, vendor, receiver.url, query)
    sql = "ALTER TABLE {} RENAME TO {} "
    await press(database, district)
    await database.run(sql.format("region", "region_away"), ())
    async with delivering(database, vault):
        await until(lambda: tried(api, vendor, webhook, 1))
        (failed,) = (await read(api, vendor, webhook["id"]))["deliveries"]["nodes"]
        assert (failed["state"], failed["lastFault"]) == ("PENDING", "INTERNAL")
        await done(api, vendor, "Test", id=webhook["id"])
        await until(receiver.told)
        assert receiver.verified(webhook["secret"])["type"] == "webhook.test"
        assert (await read(api, vendor, webhook["id"]))["failingSince"] is None
        await database.run(sql.format("region_away", "region"), ())
        await hurry(database)
        await until(lambda: delivered(api, vendor, webhook))
    assert receiver.ids[-1] == failed["id"]
