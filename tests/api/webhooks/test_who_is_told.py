"""Nobody is told what is none of theirs, nor whoever is there no more."""

import asyncpg
from sqlalchemy import select, update
from sqlmodel import col

from domain.access import Actor, DataScope
from domain.accounts.models import Account
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.devices.models import Device
from domain.webhooks.lifecycle import FAILING_FOR
from domain.webhooks.models import Webhook, WebhookDelivery
from tests.clients import Api
from tests.makers.clients import make_client
from tests.polling import drop_all_but_the_newest
from tests.receiver import Receiver
from tests.signals import press
from tests.vendors import other_vendor
from tests.waiting import until
from tests.webhooks import (
    cleared,
    created,
    delivered,
    delivering,
    done,
    hurry,
    key,
    put,
    read,
    states,
    stopped,
    tried,
)
from yiyang.district.cast import District
from yiyang.outbound.webhooks import HttpSender


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
    # Nobody sends anything meanwhile, however long it takes.
    async with database.transaction("test") as session:
        other = select(col(Account.vendor_id)).where(col(Account.id) == stranger.id)
        button = col(Device.id) == district.sos_button_id
        values = {"vendor_id": other.scalar_subquery()}
        await session.execute(update(Device).where(button).values(values))
    await put(database, webhook, taken_until=None)
    await hurry(database)
    async with delivering(database, vault):

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
    client = await make_client(database)
    await put(database, webhook, client_id=client.id, scopes=[DataScope.DEVICES])
    async with delivering(database, vault):
        await press(database, district)

        async def has_read() -> bool:
            return (await read(api, vendor, webhook["id"]))["cursor"] != webhook["cursor"]

        await until(has_read)
    assert receiver.got == []
    assert await states(api, vendor, webhook["id"]) == []


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
