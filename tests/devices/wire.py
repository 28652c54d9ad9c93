"""A bridge in the test's own process, and devices as any MQTT client can be one."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiomqtt
from sqlalchemy import text

from devices.address import broker_address
from devices.bridge import Bridge, BridgeSettings
from devices.device_side import device_client
from domain.database import Database
from domain.devices.credentials import device_name
from domain.devices.models import DeviceKind

PATIENCE_S = 30
RESEND_S = 3
MASTER_KEY = bytes(range(32))


def now_ms() -> int:
    """Device time, from a clock that is right."""
    return time.time_ns() // 1_000_000


@asynccontextmanager
async def running(settings: BridgeSettings) -> AsyncGenerator[Bridge, None]:
    """A bridge that has subscribed; it is stopped as by SIGTERM."""
    bridge, stop = Bridge(settings), asyncio.Event()
    task = asyncio.create_task(bridge.run(stop))
    try:
        async with asyncio.timeout(PATIENCE_S):
            await bridge.ready.wait()
        yield bridge
    finally:
        stop.set()
        await task


@dataclass
class Field:
    """Any number of devices on one connection, and the receipts they got, in order."""

    client: aiomqtt.Client
    tenant: str
    receipts: dict[str | None, list[dict[str, Any]]] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: "count[int]" = field(default_factory=count)

    def message(self, type: str, measures: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
        """A message that is right, but for what ``fields`` change."""
        number = next(self._numbers)
        whole = {"v": 1, "id": f"m-{number}", "boot": 1, "seq": number, "ts": now_ms()}
        return whole | {"type": type, "m": dict(measures)} | fields

    async def publish(self, device: str, leaf: str, message: Any, qos: int = 1) -> None:
        """Publish a message, or any bytes."""
        payload = message if isinstance(message, bytes) else json.dumps(message)
        await self.client.publish(f"ec/v1/{self.tenant}/{device}/{leaf}", payload, qos=qos)

    async def press(self, device: str, **fields: Any) -> dict[str, Any]:
        """An SOS. Returns: the message."""
        message = self.message("sos", {"battery": 80}, **fields)
        await self.publish(device, "event", message)
        return message

    async def receipt(self, ident: str, nth: int = 1) -> dict[str, Any]:
        """The n-th receipt for a message's id."""
        await self.until(lambda: len(self.receipts.get(ident, ())) >= nth)
        return self.receipts[ident][nth - 1]

    async def until(self, reached: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Wait until the receipts that came make something true."""
        async with asyncio.timeout(patience_s):
            while not reached():
                self._news.clear()
                await self._news.wait()

    async def insist(self, sent: Mapping[str, str]) -> None:
        """Send events again until each has a receipt, as every device does.

        Parameters:
            sent: what was sent, as JSON -> the device that did.
        """
        async with asyncio.timeout(2 * PATIENCE_S):
            while self._lack(sent):
                with contextlib.suppress(TimeoutError):
                    await self.until(lambda: not self._lack(sent), RESEND_S)
                for message, device in self._lack(sent).items():
                    await self.publish(device, "event", message.encode())

    def _lack(self, sent: Mapping[str, str]) -> dict[str, str]:
        return {m: device for m, device in sent.items() if json.loads(m)["id"] not in self.receipts}

    async def listen(self) -> None:
        """Collect receipts."""
        async for received in self.client.messages:
            receipt = json.loads(received.payload)
            self.receipts.setdefault(receipt["id"], []).append(receipt)
            self._news.set()


@asynccontextmanager
async def in_the_field(mqtt_url: str, tenant: str) -> AsyncGenerator[Field, None]:
    """Devices, connected."""
    async with device_client(broker_address(mqtt_url)) as client:
        client.pending_calls_threshold = 10_000
        await client.subscribe(f"ec/v1/{tenant}/+/rcpt", qos=1)
        devices = Field(client, tenant)
        listening = asyncio.create_task(devices.listen())
        yield devices
        listening.cancel()
        await asyncio.wait({listening})


async def names(database: Database, kind: DeviceKind, number: int) -> list[str]:
    """The names of the first devices of a kind."""
    query = "SELECT id FROM device WHERE kind = :kind ORDER BY id LIMIT :number"
    found = await rows(database, query, kind=kind.value, number=number)
    assert len(found) == number
    return [device_name(row.id) for row in found]


async def rows(database: Database, query: str, **values: Any) -> Sequence[Any]:
    """The rows of a query."""
    async with database.reading() as connection:
        return (await connection.execute(text(query), values)).all()


async def number(database: Database, query: str, **values: Any) -> int:
    """The one number that a query answers."""
    return (await rows(database, query, **values))[0][0]
