"""A subscriber that costs little: it looks into no frame."""

import asyncio
import resource
from collections.abc import Callable
from time import perf_counter
from typing import cast

import orjson

_UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
_TEXT, _PING, _PONG = 0x1, 0x9, 0xA
_NEXT = b'"type":"next"'
_ASKED = b'{"type":"ping"}'
_MASK = b"\0\0\0\0"


def masked_frame(opcode: int, payload: bytes) -> bytes:
    """A client's frame; its mask is zero, so that the payload stays as it is."""
    head = bytes([0x80 | opcode])
    if len(payload) < 126:
        return head + bytes([0x80 | len(payload)]) + _MASK + payload
    return head + b"\xfe" + len(payload).to_bytes(2, "big") + _MASK + payload


def split_frames(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """The whole frames (opcode, payload) that a server's bytes begin with, and what is left."""
    frames: list[tuple[int, bytes]] = []
    at = 0
    while len(data) - at >= 2:
        size, head = data[at + 1], 2
        if size == 126:
            size, head = int.from_bytes(data[at + 2 : at + 4], "big"), 4
        elif size == 127:
            size, head = int.from_bytes(data[at + 2 : at + 10], "big"), 10
        end = at + head + size
        if len(data) < max(end, at + head):
            break
        frames.append((data[at] & 0x0F, data[at + head : end]))
        at = end
    return frames, data[at:]


def allow_sockets(number: int) -> None:
    """Have this process, and those that it starts from now on, hold so many sockets."""
    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(least, number + 2_000)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, most), most))


class Subscriber(asyncio.Protocol):
    """One socket with one subscription over graphql-transport-ws.

    Parameters:
        query: the subscription; empty for a socket without one.
        subscribed: called once the server has taken the socket; a subscription itself is not
            acknowledged by the protocol.
        delivered: called with the moment of each delivery, and with the message.
    """

    def __init__(
        self,
        token: str,
        query: str,
        subscribed: Callable[[], None],
        delivered: Callable[[float, bytes], None],
    ) -> None:
        self._token, self._query = token, query
        self._subscribed, self._delivered = subscribed, delivered
        self._kept = b""
        self._upgraded = False
        self.is_open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it
        self._transport.write(_UPGRADE)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False

    def data_received(self, data: bytes) -> None:
        self._kept += data
        if not self._upgraded:
            _, found, rest = self._kept.partition(b"\r\n\r\n")
            if not found:
                return
            self._upgraded, self._kept = True, rest
            self._send({"type": "connection_init", "payload": {"token": self._token}})
        frames, self._kept = split_frames(self._kept)
        for opcode, payload in frames:
            if opcode == _PING:
                self._transport.write(masked_frame(_PONG, payload))
            elif opcode == _TEXT:
                self._told(payload)

    def close(self) -> None:
        """Go without a goodbye."""
        self._transport.abort()

    def _told(self, message: bytes) -> None:
        if _NEXT in message:
            self._delivered(perf_counter(), message)
        elif message == _ASKED:
            self._send({"type": "pong"})
        elif b"connection_ack" in message:
            if self._query:
                self._send({"id": "1", "type": "subscribe", "payload": {"query": self._query}})
            self._subscribed()

    def _send(self, message: dict[str, object]) -> None:
        self._transport.write(masked_frame(_TEXT, orjson.dumps(message)))
