"""The bridge: from the broker to the database, and a receipt back."""

import asyncio
import contextlib
import gc
import logging
import signal
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Final

import aiomqtt

from devices import topics
from devices.address import broker_address
from devices.client import BatchClient
from devices.inbox import Inbox
from devices.mac import Trust
from devices.receipts import receipts
from devices.storing import Store
from devices.uplink import read
from domain.database import Database

_LOG = logging.getLogger(__name__)

BATCH: Final = 1000
_ROOM: Final = 2 * BATCH
_DRAIN_S: Final = 10.0
_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 10.0
_STEADY_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class BridgeSettings:
    """What a bridge must know.

    Parameters:
        database_url: ``postgresql://…``
        mqtt_url: ``mqtt[s]://user:password@host:port`` of a listener that speaks MQTT 5.
        tenant: the part of every topic that names the district.
        master_key: what device passwords are derived from, 32 bytes.
        client_id: the name under which the broker keeps the session; one bridge a name.
        require_mac: refuse a message without a ``mac``.
    """

    database_url: str = field(repr=False)
    mqtt_url: str = field(repr=False)
    tenant: str
    master_key: bytes = field(repr=False)
    client_id: str = "yiyang-bridge"
    require_mac: bool = False


async def run_bridge(settings: BridgeSettings, on_ready: Callable[[], None] | None = None) -> None:
    """Carry messages until SIGTERM or cancellation, then finish what has been read.

    Meant for a process of its own: it handles the signal and tunes the garbage collector.

    Parameters:
        on_ready: called once, when it is subscribed.
    Raises: ValueError for an ``mqtt_url`` that is none.
    """
    bridge, stop = Bridge(settings), asyncio.Event()

    async def say_ready() -> None:
        await bridge.ready.wait()
        if on_ready:
            on_ready()

    saying = asyncio.create_task(say_ready())
    try:
        with _stopped_by(signal.SIGTERM, stop), _rare_collections():
            await bridge.run(stop)
    finally:
        saying.cancel()


class Bridge:
    """One bridge; see ``run_bridge``. ``ready`` is set once it is subscribed."""

    def __init__(self, settings: BridgeSettings) -> None:
        self._settings = settings
        self._address = broker_address(settings.mqtt_url)
        self._inbox = Inbox(_ROOM)
        self._client: BatchClient | None = None
        self.ready = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Carry messages until ``stop`` is set."""
        settings = self._settings
        database = Database(settings.database_url, pool_size=1)
        store = Store(database, Trust(settings.master_key, settings.require_mac))
        carrying = asyncio.create_task(self._carry(store))
        connecting = asyncio.create_task(self._stay_connected())
        stopping = asyncio.create_task(stop.wait())
        tasks: set[asyncio.Task[Any]] = {carrying, connecting, stopping}
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            await self._drain(carrying)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await database.close()

    async def _carry(self, store: Store) -> None:
        """One batch after the other: store, acknowledge, tell the devices."""
        while await self._inbox.wait():
            arrivals = self._inbox.take(BATCH)
            if self._client and self._inbox.has_room.is_set():
                self._client.resume()
            uplinks = [read(arrival) for arrival in arrivals]
            outcomes = await store.take(uplinks)
            if self._client:
                self._client.acknowledge(arrivals)
                now = time.time_ns() // 1_000_000
                for topic, receipt in receipts(uplinks, outcomes, now):
                    self._client.tell(topic, receipt)

    async def _stay_connected(self) -> None:
        pause, number = _FIRST_PAUSE_S, 0
        while True:
            # With a full inbox there is nothing to connect for, not even the broker's answer.
            await self._inbox.has_room.wait()
            number += 1
            began = time.monotonic()
            try:
                await self._connect(number)
            except aiomqtt.MqttError as failure:
                self._client = None
                # Two bridges of one client id end each other's connections: not in a frenzy.
                if time.monotonic() - began > _STEADY_S:
                    pause = _FIRST_PAUSE_S
                _LOG.warning(
                    "The MQTT broker at %s is not to be had (%s); trying again in %.1f s. "
                    "The setting is mqtt_url.",
                    self._address,
                    failure,
                    pause,
                )
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def _connect(self, number: int) -> None:
        client_id = self._settings.client_id
        async with BatchClient(self._address, client_id, self._inbox, number) as client:
            self._client = client
            await client.serve(topics.filters(self._settings.tenant), self._now_ready)

    def _now_ready(self) -> None:
        _LOG.info("The bridge reads from the MQTT broker at %s.", self._address)
        self.ready.set()

    async def _drain(self, carrying: asyncio.Task[None]) -> None:
        """Store and acknowledge what has been read already; what has not, the broker keeps."""
        self._inbox.close()
        _, late = await asyncio.wait({carrying}, timeout=_DRAIN_S)
        if late:
            _LOG.warning("Stopped with messages unstored; the broker will send them again.")


@contextlib.contextmanager
def _rare_collections() -> Generator[None]:
    """Have the garbage collector look less often.

    A batch makes some ten thousand objects that live until its commit, and at the usual
    thresholds each is looked at again and again: measured, a fifth of the bridge's time.
    """
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextlib.contextmanager
def _stopped_by(number: signal.Signals, stop: asyncio.Event) -> Generator[None]:
    """Have a signal set the event, where signals can be handled at all."""
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(number, stop.set)
    except (NotImplementedError, RuntimeError, ValueError):
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(number)
