"""The bridge and its broker: clear words when it is not to be had, patience, bounded memory."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiomqtt
import asyncpg
import pytest

from benchmarks.flood import publish
from devices.address import BrokerAddress, broker_address
from devices.bridge import Bridge, BridgeSettings
from devices.device_side import device_client
from domain.database import Database
from domain.devices.models import DeviceKind
from tests.conftest import Broker, free_port
from tests.devices.bridge_process import BridgeProcess
from tests.devices.mosquitto import mosquitto, needs_mosquitto
from tests.devices.wire import PATIENCE_S, in_the_field, names, now_ms, number, running
from tests.waiting import until

MEBIBYTE = 1024 * 1024


async def first_warning(settings: BridgeSettings, caplog: pytest.LogCaptureFixture) -> str:
    """What a bridge that cannot connect says first; it goes on trying until it is stopped."""
    stop = asyncio.Event()
    task = asyncio.create_task(Bridge(settings).run(stop))

    def said() -> list[logging.LogRecord]:
        return [record for record in caplog.records if record.name == "devices.bridge"]

    await until(lambda: bool(said()), PATIENCE_S)
    stop.set()
    await task
    first = said()[0]
    assert first.levelno == logging.WARNING
    assert first.exc_info is None
    return first.getMessage()


async def test_a_wrong_password_is_named_as_such(
    settings: BridgeSettings, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = settings.mqtt_url.replace("bridge-word", "guess")
    sentence = await first_warning(replace(settings, mqtt_url=wrong), caplog)
    assert "wrong user name or password" in sentence
    assert "mqtt_url" in sentence
    assert "guess" not in sentence


async def test_a_port_that_does_not_speak_mqtt_5_is_named_as_such(
    settings: BridgeSettings, broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    sentence = await first_warning(replace(settings, mqtt_url=broker.mqtt_url), caplog)
    assert "does not speak MQTT 5" in sentence


async def test_a_port_where_nobody_listens_is_named(
    settings: BridgeSettings, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    url = f"mqtt://127.0.0.1:{port}"
    sentence = await first_warning(replace(settings, mqtt_url=url), caplog)
    assert f"127.0.0.1:{port}" in sentence
    assert "Connection refused" in sentence


@pytest.mark.parametrize("url", ["", "127.0.0.1:1883", "http://x", "mqtt://", "mqtt://x:port"])
async def test_what_is_no_broker_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="mqtt_url must look like"):
        broker_address(url)


def test_a_broker_url_is_taken_apart() -> None:
    address = broker_address("mqtts://a%40b:p%2Fw@broker.example")
    assert address == BrokerAddress("broker.example", 8883, "a@b", "p/w", tls=True)
    assert "p/w" not in repr(address)


@needs_mosquitto
async def test_a_broker_that_starts_later_and_starts_again_is_waited_for(
    settings: BridgeSettings, button: str, database: Database, tmp_path: Path
) -> None:
    with mosquitto(tmp_path) as server:
        here = replace(settings, mqtt_url=server.url)
        stop, bridge = asyncio.Event(), Bridge(here)
        task = asyncio.create_task(bridge.run(stop))
        await asyncio.sleep(0.5)
        server.start()
        async with asyncio.timeout(PATIENCE_S):
            await bridge.ready.wait()
        server.stop()
        server.start()
        async with in_the_field(server.url, settings.tenant) as field:
            message = await field.press(button)
            assert (await field.receipt(message["id"]))["status"] == "stored"
        stop.set()
        await task
    assert await number(database, "SELECT count(*) FROM device_event") == 1


_ACCEPTED = b"\x20\x02\x00\x00"  # MQTT 3.1.1, 3.2: CONNACK


async def test_a_broker_that_goes_away_is_nobody_s_forgotten_error() -> None:
    """Whoever publishes into a broken connection is told so, and nothing else is complained of."""
    forgotten = list[dict[str, Any]]()
    asyncio.get_running_loop().set_exception_handler(lambda _, what: forgotten.append(what))

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(_ACCEPTED)
        await asyncio.sleep(0.1)
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        (address,) = (each.getsockname() for each in server.sockets)
        async with device_client(BrokerAddress(*address)) as client:
            await asyncio.sleep(0.3)
            with pytest.raises(aiomqtt.MqttError):
                await client.subscribe("anything")
    del client
    gc.collect()
    await asyncio.sleep(0)
    assert forgotten == []


async def test_who_is_told_to_stop_stops_although_the_broker_is_deaf() -> None:
    over, reached = asyncio.Event(), asyncio.Event()

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(_ACCEPTED)
        await over.wait()
        writer.close()

    async def speak(address: BrokerAddress) -> None:
        async with device_client(address) as client:
            client.timeout = 0.1
            with contextlib.suppress(aiomqtt.MqttError):
                await client.publish("anything", bytes(32 * MEBIBYTE))
            reached.set()
            await over.wait()

    async with await asyncio.start_server(deaf, "127.0.0.1", 0) as server:
        (address,) = (each.getsockname() for each in server.sockets)
        speaking = asyncio.create_task(speak(BrokerAddress(*address)))
        await reached.wait()
        speaking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await speaking
        over.set()


async def test_who_is_told_to_stop_stops_although_the_broker_answers_in_that_moment() -> None:
    client = device_client(BrokerAddress("127.0.0.1", 1))
    answer = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(client._wait_for(answer, None))  # pyright: ignore[reportPrivateUsage] # no other way to have both at once
    await asyncio.sleep(0)
    answer.set_result(None)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@asynccontextmanager
async def shut(cluster: str, database_url: str) -> AsyncGenerator[None, None]:
    """The database lets nobody in."""
    name = database_url.rpartition("/")[2]
    admin = await asyncpg.connect(cluster)
    await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
    )
    try:
        yield
    finally:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await admin.close()


@needs_mosquitto
async def test_a_flood_while_the_database_is_away_does_not_fill_the_memory(
    settings: BridgeSettings,
    band: str,
    button: str,
    cluster: str,
    database_url: str,
    tmp_path: Path,
) -> None:
    with (
        mosquitto(tmp_path) as server,
        BridgeProcess(replace(settings, mqtt_url=server.url)) as bridge,
    ):
        server.start()
        bridge.wait_ready()
        async with in_the_field(server.url, settings.tenant) as field:
            first = await field.press(button)
            await field.receipt(first["id"])
            async with shut(cluster, database_url):
                before = bridge.memory_bytes
                # 100 MiB at QoS 0, which no Receive Maximum holds back.
                for _ in range(100):
                    filler = [field.message("telemetry", {"x": "x" * 14_000}) for _ in range(75)]
                    await asyncio.gather(*(field.publish(band, "tele", m, qos=0) for m in filler))
                pressed = await field.press(button)
                await until(lambda: any("cannot be written to" in line for line in bridge.said))
                assert bridge.memory_bytes - before < 60 * MEBIBYTE
            assert (await field.receipt(pressed["id"]))["status"] == "stored"
        assert bridge.stop() == 0


@contextlib.contextmanager
def frozen(pids: Sequence[int]) -> Generator[None]:
    """Processes that do nothing, and tell nobody."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@needs_mosquitto
async def test_readings_wait_at_the_broker_while_the_database_is_frozen(
    settings: BridgeSettings,
    database: Database,
    administration: asyncpg.Connection,
    database_url: str,
    tmp_path: Path,
) -> None:
    bands = await names(database, DeviceKind.SLEEP_BAND, 5)
    await database.close()
    backends = "SELECT pid FROM pg_stat_activity WHERE datname = $1"
    with (
        mosquitto(tmp_path) as server,
        BridgeProcess(replace(settings, mqtt_url=server.url)) as bridge,
    ):
        server.start()
        port = int(server.url.rpartition(":")[2])

        async def flood(each: int, began_ms: int) -> None:
            sent = publish, port, "devices", settings.tenant, bands, each, began_ms
            assert await asyncio.to_thread(*sent) == each * len(bands)

        async def stored(much: int) -> bool:
            return await number(database, "SELECT count(*) FROM telemetry") == much

        bridge.wait_ready()
        began = now_ms() - 60_000
        await flood(1_000, began)
        await until(lambda: stored(5_000), 2 * PATIENCE_S)
        await database.close()
        found = await administration.fetch(backends, database_url.rpartition("/")[2])
        with frozen([row["pid"] for row in found]):
            before = bridge.memory_bytes
            await flood(10_000, began + 1_000)
            assert bridge.memory_bytes - before < 20 * MEBIBYTE
        await until(lambda: stored(55_000), 4 * PATIENCE_S)
        assert bridge.stop() == 0
    assert await number(database, "SELECT count(*) FROM dead_letter") == 0


async def test_stopped_it_finishes_what_it_has_read(
    settings: BridgeSettings, broker: Broker, button: str, database: Database
) -> None:
    async with running(settings):
        pass
    async with in_the_field(broker.mqtt_url, settings.tenant) as field:
        sent = [await field.press(button) for _ in range(60)]
        async with running(settings):
            await field.receipt(sent[0]["id"])
        # What was taken has its row, its acknowledgement and its receipt.
        stored = await number(database, "SELECT count(*) FROM device_event")
        await field.until(lambda: len(field.receipts) == stored)
        async with running(settings):
            await field.until(lambda: len(field.receipts) == 60)
        assert all(len(receipts) == 1 for receipts in field.receipts.values())
