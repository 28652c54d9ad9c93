"""Several workers, and workers that die: a delivery is one's at a time, and nobody's loss."""

import asyncio
from pathlib import Path

from api.webhooks.delivering import LEASE
from domain.access import Actor
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.webhooks import delivery as deliveries
from domain.webhooks.delivery import Standing
from domain.webhooks.sending import Outcome
from tests.clients import Api
from tests.parts import environment, running
from tests.receiver import Receiver
from tests.signals import press
from tests.waiting import until
from tests.webhooks import cleared, created, delivered, done, key, put, read, states
from yiyang.district.cast import District

URL = "https://vendor.example/hook"


async def taken(database: Database) -> int:
    """How many webhooks one worker gets."""
    async with database.transaction("worker") as session:
        return len(await deliveries.take(session, 32, LEASE, reading=True))


async def standing(database: Database, webhook: dict[str, str]) -> Standing:
    """What a worker knows who believes that it is its turn."""
    async with database.transaction("worker") as session:
        found = await deliveries.standing(session, key(webhook), LEASE)
    assert found is not None
    assert found.due is not None
    return found


async def test_of_workers_who_want_one_webhook_one_has_it(
    api: Api, database: Database, vendor: Actor
) -> None:
    webhook = await created(api, vendor, URL)
    await done(api, vendor, "Test", id=webhook["id"])
    assert sorted(await asyncio.gather(*(taken(database) for _ in range(4)))) == [0, 0, 0, 1]
    assert await taken(database) == 0
    await put(database, webhook, taken_until=now())
    assert sorted(await asyncio.gather(*(taken(database) for _ in range(4)))) == [0, 0, 0, 1]


async def test_of_two_who_have_sent_one_delivery_one_settles_it(
    api: Api, database: Database, vendor: Actor
) -> None:
    """The first was silent for longer than its lease, and is not dead."""
    webhook = await created(api, vendor, URL)
    await done(api, vendor, "Test", id=webhook["id"])
    both = [await standing(database, webhook) for _ in range(2)]

    async def settled(one: Standing, status: int) -> bool:
        assert one.due is not None
        async with database.transaction("worker") as session:
            return await deliveries.settle(session, one.due, Outcome.of_status(status))

    await asyncio.gather(*(settled(one, 204) for one in both))
    await settled(both[0], 500)
    (delivery,) = (await read(api, vendor, webhook["id"]))["deliveries"]["nodes"]
    assert (delivery["state"], delivery["attempts"]) == ("DELIVERED", 1)
    assert delivery["lastStatus"] == 204


async def test_a_worker_killed_while_it_sends_loses_nothing(
    api: Api,
    database: Database,
    database_url: str,
    vault: Vault,
    district: District,
    vendor: Actor,
    receiver: Receiver,
    tmp_path: Path,
) -> None:
    webhook = await created(api, vendor, receiver.url)
    told = environment(database_url, vault, WEBHOOKS_ANYWHERE="true")
    log = tmp_path / "log"
    receiver.silent = True
    async with running("work", told=told, log=log) as (worker,):
        await press(database, district)
        await until(receiver.told)
        worker.kill()
        await worker.wait()
    assert await states(api, vendor, webhook["id"]) == ["PENDING"]
    receiver.silent = False
    await cleared(database, district)
    # Its minute is over.
    await put(database, webhook, taken_until=now())
    async with running("work", told=told, log=log):
        await until(lambda: len(receiver.got) == 3)
        await until(lambda: delivered(api, vendor, webhook))
    changes = [
        receiver.verified(webhook["secret"], place)["data"]["alarmChanged"]["change"]
        for place in range(3)
    ]
    assert changes == ["RAISED", "RAISED", "CLEARED"]
    assert receiver.ids[0] == receiver.ids[1] != receiver.ids[2]
