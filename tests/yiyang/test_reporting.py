"""What leaves for the platform upstream: a real server that fails, doubles and refuses."""

import base64
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from standardwebhooks import Webhook

from devices.mac import Trust
from devices.storing import Store
from devices.uplink import Uplink
from domain.crypto import Vault
from domain.database import Database
from domain.devices.models import DeviceKind
from domain.outbox import Event, record
from domain.upstream import service
from tests.devices.reported import uplink
from tests.devices.wire import MASTER_KEY, names, now_ms, number, rows
from tests.parts import environment, running
from tests.receiver import Receiver, receiving
from tests.waiting import until
from yiyang.outbound.signed import SignedPosts
from yiyang.outbound.upstream import HttpCarrier
from yiyang.outbound.webhooks import HttpSender
from yiyang.reporting import PROVINCE, Reporting, report

SECRET = bytes(range(32))
REST_OVER = "UPDATE upstream SET rests_until = NULL"


@pytest.fixture
async def province() -> AsyncGenerator[Receiver, None]:
    async with receiving() as server:
        yield server


@pytest.fixture
def told(province: Receiver) -> Reporting:
    """The province, as a deployment that tells no citizen ids has set it up."""
    return Reporting(
        HttpCarrier(SignedPosts(province.url, SECRET, HttpSender(anywhere=True, seconds=1)))
    )


async def changed(
    database: Database, topic: str, ids: Sequence[UUID], change: str = "ACKNOWLEDGED"
) -> None:
    """Something has befallen some rows, as their services say."""
    async with database.transaction("test") as session:
        for key in ids:
            record(session, Event(topic, key, change))


async def some(database: Database, table: str, most: int) -> list[UUID]:
    """The first rows' keys."""
    found = await rows(database, f"SELECT id FROM {table} ORDER BY id LIMIT {most}")
    assert len(found) == most
    return [row.id for row in found]


def pressed(button: str) -> Uplink:
    """A call for help, as it comes from the broker."""
    message = {"v": 1, "id": "1-1", "boot": 1, "seq": 1, "ts": now_ms(), "type": "sos", "m": {}}
    return uplink(button, message, "event")


async def everything_told(database: Database, to: Reporting) -> None:
    while await report(database, to):
        pass


def events(province: Receiver) -> list[dict[str, Any]]:
    """What the server has read, each change once, as it tells them by their positions."""
    seen = dict[int, dict[str, Any]]()
    for headers, body in province.got:
        batch = orjson.loads(body)
        assert batch["id"] == headers["webhook-id"]
        for event in batch["events"]:
            seen.setdefault(event["position"], event)
    return list(seen.values())


async def test_what_leaves_is_in_order_signed_and_no_more_than_is_needed(
    database: Database, province: Receiver, told: Reporting, vault: Vault
) -> None:
    buttons = await names(database, DeviceKind.SOS_BUTTON, 2)
    await Store(database, Trust(MASTER_KEY)).take([pressed(button) for button in buttons])
    real, drill = await some(database, "alarm", 2)
    await database.run("UPDATE alarm SET purpose = 'DRILL' WHERE id = $1", (drill,))
    for topic in ("bed_stay", "meal_order", "visit_task"):
        await changed(database, topic, await some(database, topic, 1), "DONE")
    await changed(database, "alarm", [drill, real])
    await changed(database, "export", await some(database, "elder", 1))
    await everything_told(database, told)
    (headers, body), found = province.got[0], events(province)
    assert len(province.got) == 1
    assert Webhook(base64.b64encode(SECRET).decode()).verify(body, headers)
    topics = [event["topic"] for event in found]
    assert topics == ["alarm", "bed_stay", "meal_order", "visit_task", "alarm"]
    assert found[-1]["id"] == f"alarm_{real.hex}"
    assert set(found[-1]["elder"]) == {"id", "region", "id_number_masked"}
    elders = await rows(database, "SELECT name, id_number_cipher FROM elder")
    numbers = {vault.open(row.id_number_cipher, "elder.id_number_cipher") for row in elders}
    assert not any(one.encode() in body for one in numbers | {row.name for row in elders})
    agreed = Reporting(told.carrier, vault)
    await changed(database, "alarm", [real])
    await everything_told(database, agreed)
    assert events(province)[-1]["elder"]["id_number"] in numbers
    assert not await report(database, told)


async def test_a_server_that_fails_is_left_alone_and_gets_the_same_batch_again(
    database: Database, province: Receiver, told: Reporting
) -> None:
    ids = await some(database, "visit_task", 3)
    await changed(database, "visit_task", ids)
    province.statuses += [503, 429]
    for failures in (1, 2):
        assert not await report(database, told)
        assert not await report(database, told)  # it rests
        assert len(province.got) == failures
        await changed(database, "visit_task", ids[:1], "LATER")
        await database.run(REST_OVER, ())
    province.silent = True
    assert not await report(database, told)
    province.silent = False
    await database.run(REST_OVER, ())
    await everything_told(database, told)
    sent = [headers["webhook-id"] for headers, _ in province.got]
    assert len(set(sent[:4])) == 1  # it has read the one that it was silent about, too
    assert [event["change"] for event in events(province)] == ["ACKNOWLEDGED"] * 3 + ["LATER"] * 2
    (row,) = await rows(database, "SELECT failures, last_fault, rests_until FROM upstream")
    assert tuple(row) == (0, None, None)


async def test_the_change_that_is_refused_is_put_aside_and_the_others_arrive(
    database: Database, province: Receiver, told: Reporting
) -> None:
    ids = await some(database, "visit_task", 4)
    await changed(database, "visit_task", ids)
    # All four; the first two; the first; the other three; the second, alone; the last two.
    province.statuses += [422, 422, 200, 422, 422, 200]
    await everything_told(database, told)
    sizes = [len(orjson.loads(body)["events"]) for _, body in province.got]
    assert sizes == [4, 2, 1, 3, 1, 2]
    (refusal,) = await rows(database, "SELECT subject_id, reason FROM upstream_refusal")
    assert (refusal.subject_id, refusal.reason) == (ids[1], "HTTP 422")


async def test_a_door_that_is_shut_stops_it_until_an_operator_resumes(
    database: Database, province: Receiver, told: Reporting
) -> None:
    ids = await some(database, "visit_task", 3)
    await changed(database, "visit_task", ids)
    province.got.clear()
    province.statuses += [401]
    assert not await report(database, told)
    assert not await report(database, told)
    async with database.transaction("operator") as session:
        stands = await service.standing(session, PROVINCE)
        assert stands.row.stopped_at is not None
        assert (stands.waiting, stands.row.last_fault) == (3, "HTTP 401")
        skipped = await service.skip(session, PROVINCE)
        assert skipped is not None
        assert (skipped.subject_id, skipped.reason) == (ids[0], "SKIPPED")
        await service.resume(session, PROVINCE)
    province.got.clear()
    await everything_told(database, told)
    wanted = [f"visit_task_{key.hex}" for key in ids[1:]]
    assert [event["id"] for event in events(province)] == wanted


async def test_what_has_not_left_is_held_for_thirty_days(
    database: Database, told: Reporting
) -> None:
    await everything_told(database, told)
    await changed(database, "visit_task", await some(database, "visit_task", 2))
    count = "SELECT count(*) FROM outbox_event"
    for days, left in ((29, 2), (31, 1)):
        old = f"UPDATE outbox_event SET recorded_at = now() - interval '{days} days'"
        await database.run(old, ())
        async with database.transaction("worker") as session:
            await service.prune_outbox(session, timedelta(days=7))
        assert await number(database, count) == left


async def test_a_worker_that_is_killed_in_the_middle_loses_and_disorders_nothing(
    database: Database,
    database_url: str,
    province: Receiver,
    told: Reporting,
    vault: Vault,
    tmp_path: Path,
) -> None:
    key = base64.b64encode(SECRET).decode()
    settings = environment(database_url, vault, UPSTREAM_URL=province.url, UPSTREAM_SECRET=key)
    ids = await some(database, "visit_task", 30)
    province.silent = True
    async with running("work", "work", told=settings, log=tmp_path / "log") as workers:
        await changed(database, "visit_task", ids)
        await until(province.told, 90)
        busy = "SELECT count(*) FROM pg_locks WHERE relation = 'upstream'::regclass"
        assert await number(database, busy) > 0
        workers[0].kill()
        await changed(database, "visit_task", ids, "LATER")
        province.silent = False
        await until(lambda: len(events(province)) == 60, 90)
        assert len({headers["webhook-id"] for headers, _ in province.got}) <= 3
    positions = [event["position"] for event in events(province)]
    assert positions == sorted(positions)
    assert await number(database, "SELECT count(*) FROM upstream_refusal") == 0
