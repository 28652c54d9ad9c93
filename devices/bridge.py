"""The bridge: from the broker to the database, and a receipt back."""

import asyncio
import contextlib
import gc
import logging
import signal
import time
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

import aiomqtt

from devices import topics
from devices.address import broker_address
from devices.answers import keep_answering
from devices.client import BatchClient
from devices.codecs import CODECS
from devices.heirs import Heirs
from devices.inbox import Inbox
from devices.mac import Trust
from devices.receipts import receipts
from devices.sharing import Place, Sharing
from devices.storing import Store
from devices.uplink import read_all
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
        vendor_formats: whose messages are taken beside ours, by their names in ``CODECS``.
    """

    database_url: str = field(repr=False)
    mqtt_url: str = field(repr=False)
    tenant: str
    master_key: bytes = field(repr=False)
    client_id: str = "yiyang-bridge"
    require_mac: bool = False
    vendor_formats: tuple[str, ...] = ()


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
        vendors = (CODECS[name].filters for name in settings.vendor_formats)
        self._filters = [*topics.filters(settings.tenant), *chain.from_iterable(vendors)]
        self._inbox = Inbox(_ROOM)
        self._clients: dict[int, BatchClient] = {}
        self._client: BatchClient | None = None
        self._subscribed: BatchClient | None = None
        self._number = 0
        self.ready = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Carry messages until ``stop`` is set."""
        settings = self._settings
        database = Database(settings.database_url, pool_size=2)
        store = Store(database, Trust(settings.master_key, settings.require_mac))
        place = Place(database, settings.tenant, self._filters)
        heirs = Heirs(place, self._address, self._reading)
        sharing = Sharing(place, settings.client_id, lambda: self._subscribed, heirs.take)
        carrying = asyncio.create_task(self._carry(store, (sharing, heirs)))
        connecting = asyncio.create_task(self._stay_connected(sharing))
        looking = asyncio.create_task(sharing.run())
        stopping = asyncio.create_task(stop.wait())
        telling = asyncio.create_task(
            keep_answering(settings.database_url, self._address, settings.tenant)
        )
        tasks: set[asyncio.Task[Any]] = {carrying, connecting, looking, stopping, telling}
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            await self._drain(carrying)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, heirs.close(), return_exceptions=True)
            await database.close()

    async def _carry(self, store: Store, marked: Sequence[Sharing | Heirs]) -> None:
        """One batch after the other: store, acknowledge, tell the devices."""
        while await self._inbox.wait():
            arrivals = self._inbox.take(BATCH)
            if self._inbox.has_room.is_set():
                for client in self._clients.values():
                    client.resume()
            uplinks = read_all(arrival for arrival in arrivals if arrival.ours)
            outcomes = await store.take(uplinks) if uplinks else []
            told = receipts(uplinks, outcomes, time.time_ns() // 1_000_000)
            for client in list(self._clients.values()):
                client.answer(arrivals, told if client is self._client else ())
            for arrival in arrivals:
                if not arrival.ours:
                    for each in marked:
                        each.returned(arrival.topic, arrival.payload)
            gc.collect(0)

    async def _stay_connected(self, sharing: Sharing) -> None:
        pause = _FIRST_PAUSE_S
        while True:
            # With a full inbox there is nothing to connect for, not even the broker's answer.
            await self._inbox.has_room.wait()
            began = time.monotonic()
            try:
                await self._connect(sharing)
            except aiomqtt.MqttError as failure:
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

    async def _connect(self, sharing: Sharing) -> None:
        async with self._reading(self._settings.client_id, sharing.covers) as client:
            self._client = client

            def ready() -> None:
                _LOG.info("The bridge reads from the MQTT broker at %s.", self._address)
                self._subscribed = client
                self.ready.set()

            try:
                await client.serve(self._filters, ready)
            finally:
                self._client = self._subscribed = None

    @contextlib.asynccontextmanager
    async def _reading(
        self, name: str, covers: Callable[[bytes], bool] = lambda _: True
    ) -> AsyncGenerator[BatchClient, None]:
        """A connection of the session of that name."""
        self._number += 1
        number = self._number
        async with BatchClient(self._address, name, self._inbox, number, covers) as client:
            self._clients[number] = client
            try:
                yield client
            finally:
                del self._clients[number]

    async def _drain(self, carrying: asyncio.Task[None]) -> None:
        """Store and acknowledge what has been read already; what has not, the broker keeps."""
        self._inbox.close()
        _, late = await asyncio.wait({carrying}, timeout=_DRAIN_S)
        if late:
            _LOG.warning("Stopped with messages unstored; the broker will send them again.")


@contextlib.contextmanager
def _rare_collections() -> Generator[None]:
    """Have the garbage collector look less often.

    A batch makes some fifty thousand objects that live until its commit, and at the usual
    thresholds each is looked at again and again: measured, a fifth of the bridge's time. Little of
    it is left for a collection after the batch.
    """
    usual = gc.get_threshold()
    gc.set_threshold(300_000, 20, 100)
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
