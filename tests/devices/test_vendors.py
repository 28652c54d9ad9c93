"""Vendors' devices against a real broker and bridge: stored, raised, answered in their words."""

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from devices.address import broker_address
from devices.bridge import BridgeSettings
from devices.device_side import device_client
from domain.database import Database
from tests.conftest import Broker
from tests.devices.mosquitto import mosquitto, needs_mosquitto
from tests.devices.wire import now_ms, number, rows, running
from tests.waiting import until


@pytest.fixture
async def phone(settings: BridgeSettings, tmp_path: Path) -> AsyncGenerator[aiomqtt.Client, None]:
    """A connection that any device may use, with a bridge running for all vendors; the embedded
    broker knows no topics that begin with a dollar sign."""
    with mosquitto(tmp_path) as server:
        server.start()
        formats = ("aliyun", "huawei", "tencent")
        taking = replace(settings, mqtt_url=server.url, vendor_formats=formats)
        async with running(taking), device_client(broker_address(server.url)) as client:
            yield client


async def answered(
    client: aiomqtt.Client, topic: str, back: str, message: Any
) -> Mapping[str, Any]:
    await client.subscribe(back, qos=1)
    await client.publish(topic, json.dumps(message), qos=1)
    async for received in client.messages:
        if str(received.topic) == back:
            return json.loads(received.payload)
    raise AssertionError


@needs_mosquitto
async def test_aliyun(phone: aiomqtt.Client, button: str, database: Database) -> None:
    # The device's name with Aliyun has 32 characters at most.
    topic = f"/sys/pk/{button.removeprefix('device_')}/thing/event/sos/post"
    params = {"value": {"BatteryPercentage": 80}, "time": now_ms()}
    message = {"id": "1", "version": "1.0", "params": params, "method": "thing.event.sos.post"}
    for _ in range(2):
        reply = await answered(phone, topic, f"{topic}_reply", message)
        assert reply == {"id": "1", "code": 200, "data": {}}
    assert await number(database, "SELECT count(*) FROM device_event") == 1
    assert await number(database, "SELECT repeat_count FROM alarm WHERE type = 'SOS'") == 0
    unknown = f"/sys/pk/{'0' * 32}/thing/event/sos/post"
    assert (await answered(phone, unknown, f"{unknown}_reply", message))["code"] == 460


@needs_mosquitto
async def test_tencent(phone: aiomqtt.Client, band: str, database: Database) -> None:
    report = {"method": "report", "clientToken": "t", "timestamp": now_ms() // 1000}
    up, down = f"$thing/up/property/pid/{band}", f"$thing/down/property/pid/{band}"
    params = {"HeartRate": 62, "InBed": 1}
    assert (await answered(phone, up, down, {**report, "params": params}))["code"] == 0
    (row,) = await rows(database, "SELECT measures FROM telemetry")
    assert row.measures == {"heart_rate": 62, "in_bed": True}
    wrong = {**report, "params": {"HeartRate": 99_999}}
    assert (await answered(phone, up, down, wrong))["code"] == 406
    (letter,) = await rows(database, "SELECT reason, topic FROM dead_letter")
    assert letter == ("OUT_OF_RANGE:heart_rate", up)


@needs_mosquitto
async def test_huawei(phone: aiomqtt.Client, button: str, database: Database) -> None:
    services = [
        {"service_id": "Alarm", "event_type": "sos", "event_id": "e-1", "paras": {}},
        {"service_id": "Alarm", "event_type": "unheard_of"},
    ]
    topic = f"$oc/devices/{button}/sys/events/up"
    await phone.publish(topic, json.dumps({"services": services}), qos=1)

    async def both() -> bool:
        return await number(database, "SELECT count(*) FROM dead_letter") == 1

    await until(both)
    assert await number(database, "SELECT count(*) FROM device_event") == 1
    assert await number(database, "SELECT count(*) FROM alarm WHERE type = 'SOS'") == 1


async def test_a_vendor_s_message_proves_nothing_where_a_mac_is_asked_for(
    settings: BridgeSettings, broker: Broker, button: str, database: Database
) -> None:
    asking = replace(settings, vendor_formats=("aliyun",), require_mac=True)
    topic = f"/sys/pk/{button}/thing/event/sos/post"
    async with running(asking), device_client(broker_address(broker.mqtt_url)) as client:
        reply = await answered(client, topic, f"{topic}_reply", {"id": "1", "params": {}})
    assert reply["code"] == 460
    assert await number(database, "SELECT count(*) FROM device_event") == 0
    assert (
        await number(database, "SELECT count(*) FROM dead_letter WHERE reason='MISSING_MAC'") == 1
    )
