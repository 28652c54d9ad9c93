"""What lies in the session of a bridge that is gone is taken out by another one."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import aiomqtt

from devices.address import BrokerAddress
from devices.client import BatchClient, end_session
from devices.markers import Markers
from devices.sharing import Place
from domain.devices import bridges
from domain.outage import cause_of

_LOG = logging.getLogger(__name__)

Reading = Callable[[str], AbstractAsyncContextManager[BatchClient]]
"""A connection under another bridge's name, all of whose messages are stored."""


class Heirs:
    """Empties sessions, beside the bridge's own.

    Parameters:
        reading: connects under a name.
    """

    def __init__(self, place: Place, address: BrokerAddress, reading: Reading) -> None:
        self._place, self._address, self._reading = place, address, reading
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._awaited: dict[str, tuple[Markers, asyncio.Event]] = {}

    def take(self, names: list[str]) -> None:
        """Empty the sessions of these bridges, and of no others: one may be back."""
        for name in set(self._tasks) - set(names):
            self._tasks.pop(name).cancel()
        for name in names:
            task = self._tasks.get(name)
            if task is None or task.done():
                self._tasks[name] = asyncio.create_task(self._empty(name))

    def returned(self, topic: str, payload: bytes) -> None:
        """A marker is back, and all before it is committed."""
        for markers, done in self._awaited.values():
            if markers.returned(topic, payload):
                done.set()

    async def close(self) -> None:
        """Stop; the next heir begins anew."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _empty(self, name: str) -> None:
        try:
            await self._read_out(name)
            await end_session(self._address, name)
            async with self._place.database.transaction("bridge") as session:
                await bridges.forget(session, self._place.tenant, name)
        except Exception as failure:
            # Sharing asks again as long as that bridge is gone.
            _LOG.warning("The session of %s cannot be emptied: %s", name, cause_of(failure))
        else:
            _LOG.info("The session of %s, which is gone, has been emptied.", name)

    async def _read_out(self, name: str) -> None:
        markers, done, ready = Markers(self._place.filters, name), asyncio.Event(), asyncio.Event()
        self._awaited[name] = markers, done
        try:
            async with self._reading(name) as client:
                serving = asyncio.create_task(client.serve(self._place.filters, ready.set))
                marking = asyncio.create_task(self._mark(client, markers, ready, done))
                try:
                    await asyncio.wait({serving, marking}, return_when=asyncio.FIRST_COMPLETED)
                    if not marking.done():
                        serving.result()
                        raise aiomqtt.MqttError("it closed")
                    marking.result()
                finally:
                    serving.cancel()
                    marking.cancel()
                    await asyncio.gather(serving, marking, return_exceptions=True)
        finally:
            del self._awaited[name]

    async def _mark(
        self, client: BatchClient, markers: Markers, ready: asyncio.Event, done: asyncio.Event
    ) -> None:
        await ready.wait()
        await markers.send(client)
        await done.wait()
