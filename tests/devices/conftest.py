"""A tenant, a bridge and devices of the test's own, on the shared broker."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from devices.bridge import BridgeSettings
from devices.mac import Trust
from devices.storing import Store
from domain.database import Database
from domain.devices.models import DeviceKind
from tests.conftest import Broker
from tests.devices.mosquitto import mosquitto, needs_mosquitto
from tests.devices.wire import MASTER_KEY, Field, in_the_field, names, running

_tenants = count()


@pytest.fixture
def settings(database_url: str, broker: Broker) -> BridgeSettings:
    """A bridge's settings; tenant and client id are used by no other test."""
    tenant = f"t{next(_tenants)}"
    return BridgeSettings(
        database_url=database_url,
        mqtt_url=broker.mqtt5_url,
        tenant=tenant,
        master_key=MASTER_KEY,
        client_id=f"bridge-{tenant}",
    )


@pytest.fixture
def store(database: Database) -> Store:
    """Takes batches, without a broker."""
    return Store(database, Trust(MASTER_KEY))


@pytest.fixture
async def field(settings: BridgeSettings, broker: Broker) -> AsyncGenerator[Field, None]:
    """Devices, with a bridge running."""
    async with (
        running(settings),
        in_the_field(broker.mqtt_url, settings.tenant) as devices,
    ):
        yield devices


@pytest.fixture
async def button(database: Database) -> str:
    """An SOS button's name."""
    return (await names(database, DeviceKind.SOS_BUTTON, 1))[0]


@pytest.fixture
async def band(database: Database) -> str:
    """A sleep band's name."""
    return (await names(database, DeviceKind.SLEEP_BAND, 1))[0]


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
