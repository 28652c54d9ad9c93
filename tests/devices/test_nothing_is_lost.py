"""The bridge is killed, the database stops, the broker restarts: everything is stored once."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from devices.bridge import BridgeSettings
from domain.database import Database
from domain.devices.credentials import device_name
from domain.devices.models import DeviceKind
from migrations.run import upgrade
from tests.conftest import Broker, free_port
from tests.devices.bridge_process import BridgeProcess
from tests.devices.mosquitto import PROGRAM, mosquitto
from tests.devices.wire import PATIENCE_S, Field, in_the_field, names, number, rows
from tests.waiting import until
from yiyang.embedded.postgres import EmbeddedPostgres

needs_mosquitto = pytest.mark.skipif(PROGRAM is None, reason="Mosquitto is not installed")


@pytest.fixture(params=["embedded", pytest.param("mosquitto", marks=needs_mosquitto)])
async def brokers(
    request: pytest.FixtureRequest, broker: Broker, settings: BridgeSettings, tmp_path: Path
) -> AsyncGenerator[tuple[BridgeSettings, str], None]:
    """Settings for a bridge and the devices' URL, on each broker in turn."""
    if request.param == "embedded":
        yield settings, broker.mqtt_url
        return
    with mosquitto(tmp_path) as server:
        server.start()
        yield replace(settings, mqtt_url=server.url), server.url


async def send_events(field: Field, buttons: Sequence[str], much: int) -> dict[str, str]:
    """SOS events of all the buttons in turn, each published once, over some seconds.

    Returns: what ``insist`` takes.
    """
    sent: dict[str, str] = {}
    for start in range(0, much, 20):
        turn = [buttons[n % len(buttons)] for n in range(start, start + 20)]
        messages = await asyncio.gather(*(field.press(device) for device in turn))
        sent |= {json.dumps(m): device for m, device in zip(messages, turn, strict=True)}
        await asyncio.sleep(0.05)
    return sent


async def assert_stored_once(database: Database, sent: Mapping[str, str]) -> None:
    """Each event has its row, and the alarms and what was told of them add up."""
    stored = await rows(database, "SELECT event_id FROM device_event")
    assert sorted(row.event_id for row in stored) == sorted(json.loads(m)["id"] for m in sent)
    alarms = await rows(database, "SELECT device_id, repeat_count FROM alarm")
    presses = {device_name(alarm.device_id): alarm.repeat_count + 1 for alarm in alarms}
    assert presses == Counter(sent.values())
    assert await number(database, "SELECT count(*) FROM alarm_log") == len(sent)
    assert await number(database, "SELECT count(*) FROM outbox_event") == len(sent)
    assert await number(database, "SELECT count(*) FROM dead_letter") == 0


async def test_killed_in_the_middle_of_a_thousand_events(
    brokers: tuple[BridgeSettings, str], database: Database
) -> None:
    settings, mqtt_url = brokers
    buttons = await names(database, DeviceKind.SOS_BUTTON, 10)
    with BridgeProcess(settings) as bridge:
        bridge.wait_ready()
        async with in_the_field(mqtt_url, settings.tenant) as field:
            sending = asyncio.create_task(send_events(field, buttons, 1000))
            for enough in (150, 400, 650):
                await field.until(lambda enough=enough: len(field.receipts) >= enough)
                bridge.restart()
            sent = await sending
            # All are stored though each was published once: what the kill took from a device
            # is a receipt at most, and for that it asks again.
            await stored(database, len(sent))
            await field.insist(sent)
        # On a busy machine the second bridge may have stored all before the last was up.
        bridge.wait_ready()
        assert bridge.stop() == 0
    await assert_stored_once(database, sent)


async def stored(database: Database, much: int) -> None:
    """Wait until so many events are stored."""

    async def enough() -> bool:
        return await number(database, "SELECT count(*) FROM device_event") >= much

    await until(enough, PATIENCE_S)


@asynccontextmanager
async def own_postgres(
    folder: Path, database_url: str
) -> AsyncGenerator[tuple[EmbeddedPostgres, Database], None]:
    """A durable server that a test may stop, with the small district's devices."""
    with EmbeddedPostgres(folder, port=free_port()) as server:
        await asyncio.to_thread(upgrade, server.url)
        source, target = await asyncpg.connect(database_url), await asyncpg.connect(server.url)
        for table in ("region", "vendor", "elder", "device"):
            found = await source.fetch(f"SELECT * FROM {table} ORDER BY 1")
            records = [tuple(record) for record in found]
            await target.copy_records_to_table(table, records=records)
        await source.close()
        await target.close()
        database = Database(server.url)
        yield server, database
        await database.close()


async def test_the_database_stops_under_load(
    brokers: tuple[BridgeSettings, str], database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings, mqtt_url = brokers
    folder = tmp_path_factory.mktemp("own")
    async with own_postgres(folder, database_url) as (server, database):
        buttons = await names(database, DeviceKind.SOS_BUTTON, 10)
        with BridgeProcess(replace(settings, database_url=server.url)) as bridge:
            bridge.wait_ready()
            async with in_the_field(mqtt_url, settings.tenant) as field:
                sending = asyncio.create_task(send_events(field, buttons, 1000))
                await field.until(lambda: len(field.receipts) >= 200)
                server.stop()
                await asyncio.sleep(3)
                during = len(field.receipts)
                assert during < 1000
                await asyncio.sleep(0.5)
                assert len(field.receipts) == during
                server.launch()
                server.wait_ready()
                await database.close()
                sent = await sending
                await stored(database, len(sent))
                await field.insist(sent)
            assert bridge.stop() == 0
        await assert_stored_once(database, sent)
        assert any("cannot be written to" in line for line in bridge.said)
