"""A duty desk's socket: it is told of every change, and goes on where it was."""

import asyncio
import json
import time
from typing import Any, Final, NamedTuple
from uuid import UUID

import websockets

from api.relay import decode_cursor
from domain.ids import parse_public_id

CHANGED: Final = """subscription ($after: String) {
  alarmChanged(after: $after) { cursor change alarm { id } } }"""
_PROTOCOL: Final = websockets.Subprotocol("graphql-transport-ws")
_PAUSE_S: Final = 0.2


class Told(NamedTuple):
    """A change that came.

    Parameters:
        position: in the outbox.
        at: when (``time.monotonic``).
    """

    position: int
    change: str
    alarm_id: UUID
    at: float


class Desk:
    """A graphql-transport-ws client that subscribes anew from its cursor whenever it must.

    Parameters:
        after: the cursor to begin at.

    Attributes:
        told: what came, in order.
        refused: the frames that were neither a change nor of the protocol.
    """

    def __init__(self, url: str, token: str, after: str) -> None:
        self._url, self._token, self._cursor = url, token, after
        self.told: list[Told] = []
        self.refused: list[Any] = []
        self._there = asyncio.Event()
        self._there.set()
        self._socket: websockets.ClientConnection | None = None

    async def run(self) -> None:
        """Listen until cancelled; a server that is away is waited for."""
        while True:
            await self._there.wait()
            try:
                async with websockets.connect(
                    self._url, subprotocols=[_PROTOCOL], ping_interval=None
                ) as socket:
                    self._socket = socket
                    await self._listen(socket)
            except (OSError, websockets.WebSocketException):
                await asyncio.sleep(_PAUSE_S)

    async def away(self, seconds: float) -> None:
        """Lose the connection without a goodbye, and be away for a while."""
        self._there.clear()
        if self._socket is not None:
            self._socket.transport.abort()
        await asyncio.sleep(seconds)
        self._there.set()

    async def _listen(self, socket: websockets.ClientConnection) -> None:
        await _send(socket, {"type": "connection_init", "payload": {"token": self._token}})
        async for raw in socket:
            frame: Any = json.loads(raw)
            match frame["type"]:
                case "connection_ack":
                    payload = {"query": CHANGED, "variables": {"after": self._cursor}}
                    await _send(socket, {"id": "1", "type": "subscribe", "payload": payload})
                case "next" if "errors" not in frame["payload"]:
                    self._take(frame["payload"]["data"]["alarmChanged"])
                case "ping":
                    await _send(socket, {"type": "pong"})
                case _:
                    self.refused.append(frame)
                    return

    def _take(self, changed: Any) -> None:
        self._cursor = changed["cursor"]
        (position,) = decode_cursor(self._cursor, [int])
        parsed = parse_public_id(changed["alarm"]["id"])
        assert parsed is not None, changed
        self.told.append(Told(position, changed["change"], parsed[1], time.monotonic()))


async def _send(socket: websockets.ClientConnection, message: Any) -> None:
    await socket.send(json.dumps(message))
