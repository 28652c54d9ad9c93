"""uvicorn's HTTP, but a request has an end.

uvicorn and its parser keep whatever comes before a body, and take what follows a refusal for as
long as it comes.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024
"""Of first line and headers; proxies pass on an eighth."""
MAX_REQUEST_BYTES = 4 * 1024 * 1024
"""Of a request in all. The API reads 256 KiB of a body; who sends more should get to read so."""

_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class BoundedHttp(HttpToolsProtocol):
    """One connection."""

    _head_is_open = False
    _begun = False
    _received = 0

    def data_received(self, data: bytes) -> None:
        """What has come in."""
        super().data_received(data)
        # A request that began within these bytes is counted from the next ones on: where it began
        # is not told, and they are few.
        self._received = 0 if self._begun else self._received + len(data)
        self._begun = False
        if self._received <= MAX_HEAD_BYTES or self.transport.is_closing():
            return
        if self._head_is_open:
            self.transport.write(_REFUSAL)
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
        super().on_headers_complete()

    def _should_upgrade(self) -> bool:
        # A handshake is a GET without a body (RFC 6455, 4.1): of any other uvicorn's WebSockets
        # say nothing at all, and the client would wait for ever.
        given = {name for name, _ in self.scope["headers"]}
        bodiless = not given & {b"content-length", b"transfer-encoding"}
        return self.scope["method"] == "GET" and bodiless and super()._should_upgrade()
