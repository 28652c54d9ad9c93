"""uvicorn's HTTP, but a request has an end, and a client waits its turn.

uvicorn and its parser keep whatever comes before a body, take what follows a refusal for as long as
it comes, wait for a head for ever, and queue requests that come before their forerunners' answers.
"""

import asyncio
from asyncio import TimerHandle
from collections.abc import Sized
from typing import cast

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from api.bodies import MAX_READING_SECONDS

MAX_HEAD_BYTES = 64 * 1024
"""Of first line and headers; proxies pass on an eighth."""
MAX_REQUEST_BYTES = 5 * 1024 * 1024
"""Of a request in all. The API reads 256 KiB of a body, and 4 MiB of a register; who sends a little
more should get to read so."""
MAX_WAITING = 8
"""Requests of one connection behind the one that is answered. Browsers and proxies send none."""

_CLOSED = b"content-length: 0\r\nconnection: close\r\n\r\n"
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\n" + _CLOSED
_NO_HANDSHAKE = b"HTTP/1.1 400 Bad Request\r\n" + _CLOSED


class _Ended(Exception):
    """Makes the parser leave the rest of what it was given."""


class _Flow(FlowControl):
    """Nothing more is read while requests wait: uvicorn would read on after each answer."""

    def __init__(self, transport: asyncio.Transport, waiting: Sized) -> None:
        super().__init__(transport)
        self._waiting = waiting

    def resume_reading(self) -> None:
        if not self._waiting:
            super().resume_reading()


class BoundedHttp(HttpToolsProtocol):
    """One connection."""

    _head_is_open = False
    _begun = False
    _received = 0
    _running: RequestResponseCycle | None = None
    _clock: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is there."""
        super().connection_made(transport)
        self.flow = _Flow(transport, self.pipeline)
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone. uvicorn tells only the last request, which may wait behind another."""
        self._stop_clock()
        self.pipeline.clear()
        super().connection_lost(exc)
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()

    def data_received(self, data: bytes) -> None:
        """What has come in."""
        super().data_received(data)
        # A request that began within these bytes is counted from the next ones on: where it began
        # is not told, and they are few.
        self._received = 0 if self._begun else self._received + len(data)
        self._begun = False
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return  # A WebSocket, which these bytes have made of it, has clocks of its own.
        if self._head_is_open or not self._is_answering():
            self._start_clock()
        if self._received <= MAX_HEAD_BYTES:
            return
        if self._head_is_open:
            self.transport.write(_TOO_LARGE)
            self.transport.close()
        elif self._received > MAX_REQUEST_BYTES:
            self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head_is_open = self._begun = True

    def on_headers_complete(self) -> None:
        """Its head has ended."""
        self._head_is_open = False
        self._stop_clock()
        # What waits would be answered into the WebSocket.
        changes = self._is_answering() and self._get_upgrade() is not None
        if changes or len(self.pipeline) >= MAX_WAITING:
            # At once: who doesn't read would hold what is written for as long as it likes.
            self.transport.abort()
            raise _Ended
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What could not be parsed is refused, but for what we have ended ourselves."""
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def handle_websocket_upgrade(self) -> None:
        """A handshake has come. One that cannot be read websockets leaves without an answer: it
        has bounds of its own, 8 KiB a line and 128 headers."""
        self._stop_clock()
        super().handle_websocket_upgrade()
        protocol = cast(WebSocketsSansIOProtocol, self.transport.get_protocol())
        if not protocol.handshake_initiated:
            self.transport.write(_NO_HANDSHAKE)
            self.transport.close()

    def _should_upgrade(self) -> bool:
        # A handshake is a GET without a body (RFC 6455, 4.1): of any other uvicorn's WebSockets
        # say nothing at all, and the client would wait for ever.
        given = {name for name, _ in self.scope["headers"]}
        bodiless = not given & {b"content-length", b"transfer-encoding"}
        return self.scope["method"] == "GET" and bodiless and super()._should_upgrade()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _is_answering(self) -> bool:
        return self._running is not None and not self._running.response_complete

    def _start_clock(self) -> None:
        # Most heads come in one piece and need none. One that runs is not renewed by more bytes.
        if self._clock is None:
            self._clock = self.loop.call_later(MAX_READING_SECONDS, self._late)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _late(self) -> None:
        self._clock = None
        if self.flow.read_paused or self._is_answering():
            self._start_clock()  # Not the client is late, but we are.
        else:
            self.transport.close()
