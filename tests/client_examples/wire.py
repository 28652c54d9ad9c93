"""A wire between a client and the server, to be cut as real ones are."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Wire:
    """Relays every byte between connections to its own port and a server's port.

    Parameters:
        server_port: where the bytes go, on 127.0.0.1.

    Attributes:
        end_seconds: how long after the server's last words its client learns that it has hung up.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener: asyncio.Server | None = None
        self._relays: set[asyncio.Task[None]] = set()
        self._open = asyncio.Event()
        self._answering = asyncio.Event()
        self.flow()
        self.port = 0
        self.connections = 0
        self.end_seconds = 0.0

    async def mend(self) -> None:
        """Listen; after a cut, on the same port."""
        self.flow()
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End every connection and refuse new ones."""
        if self._listener:
            self._listener.close()
            self._listener = None
        for relay in list(self._relays):
            relay.cancel()
        await asyncio.gather(*self._relays, return_exceptions=True)

    def swallow(self) -> None:
        """Keep every connection, and let nothing through any more: nobody is told."""
        self._open.clear()

    def swallow_answers(self) -> None:
        """Let through what clients say, and nothing of what the server says."""
        self._answering.clear()

    def flow(self) -> None:
        """Let through again what was kept."""
        self._open.set()
        self._answering.set()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        relay = asyncio.create_task(self._relay(reader, writer))
        self._relays.add(relay)
        relay.add_done_callback(self._relays.discard)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward, outward = await asyncio.open_connection("127.0.0.1", self._server_port)
        directions = [
            asyncio.create_task(self._copy(reader, outward, self._open)),
            asyncio.create_task(self._answer(onward, writer)),
        ]
        try:
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for direction in directions:
                direction.cancel()
            writer.close()
            outward.close()

    async def _answer(self, server: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        await self._copy(server, client, self._open, self._answering)
        await asyncio.sleep(self.end_seconds)

    async def _copy(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *gates: asyncio.Event
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while chunk := await source.read(65536):
                for gate in gates:
                    await gate.wait()
                target.write(chunk)
                await target.drain()


@asynccontextmanager
async def wire_to(server_port: int) -> AsyncGenerator[Wire, None]:
    """A wire that works, until it is cut."""
    wire = Wire(server_port)
    await wire.mend()
    try:
        yield wire
    finally:
        await wire.cut()
