"""Any bytes over HTTP: an answer below 500, or none where there was no request; never a crash."""

import http.client
import io
import json
import socket
from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from domain.access import Role
from tests.conformance.hostile.http_bytes import bodies, headers, methods, queries, request
from tests.conformance.hostile.rules import asserted_answers, hostile
from tests.conformance.served import Served

PLAYERS = st.sampled_from([Role.FAMILY, Role.DISPATCHER, Role.VENDOR, Role.ADMIN])


def everything_from(connection: socket.socket) -> bytes:
    """All bytes until the server ends the connection."""
    received = bytearray()
    with suppress(ConnectionResetError):  # it has ended the connection without reading the rest
        while chunk := connection.recv(65536):
            received += chunk
    return bytes(received)


class Replayed:
    """Bytes that have arrived, as http.client reads them from a socket."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _: str) -> io.BytesIO:
        """All of them."""
        return io.BytesIO(self._data)


def answer_to(server: Served, sent: bytes, method: str) -> tuple[int, bytes, str]:
    """Status, body and media type of the answer to a whole request."""
    with server.connect() as connection:
        connection.sendall(sent)
        received = everything_from(connection)
    response = http.client.HTTPResponse(Replayed(received), method=method)  # pyright: ignore[reportArgumentType]
    response.begin()
    return response.status, response.read(), response.headers.get_content_type()


@hostile(2)
@given(st.binary(max_size=400))
@example(b"GET / HTTP/9.9\r\n\r\n")
@example(b"POST /graphql HTTP/1.1\r\nContent-Length: -5\r\n\r\n")
@example(b"POST /graphql HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n")
@example(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
def test_bytes_of_no_meaning(server: Served, sent: bytes) -> None:
    with server.connect() as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        received = everything_from(connection)
    if received:
        assert received.startswith(b"HTTP/1.1 4"), received[:200]


@hostile(4)
@given(methods, queries, headers, bodies, PLAYERS | st.none())
def test_requests_of_any_content(
    server: Served, method: str, query: str, headers: dict[str, str], body: bytes, who: Role | None
) -> None:
    token = server.token(who) if who else None
    sent = request(method, query, headers, body, token)
    status, content, kind = answer_to(server, sent, method)
    assert status < 500, (status, content)
    if kind.endswith("json") and method != "HEAD":
        asserted_answers(json.loads(content))


def test_the_server_is_well(server: Served) -> None:
    server.assert_well()
