"""Connections that would hold the server's time or memory for ever are ended."""

import asyncio
import gc
from contextlib import suppress

import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from api import bodies
from domain.access import Role
from tests.clients import Api
from tests.waiting import until
from yiyang import heads

ONE = b"GET /graphql HTTP/1.1\r\n\r\n"
QUICK = 0.3
"""Seconds in place of fifteen."""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is late is so soon."""
    monkeypatch.setattr(bodies, "MAX_READING_SECONDS", QUICK)
    monkeypatch.setattr(heads, "MAX_READING_SECONDS", QUICK)


async def ended(reader: asyncio.StreamReader, seconds: float = 20) -> bytes:
    """What came until the server ended the connection; it has to."""
    answer = bytearray()
    async with asyncio.timeout(seconds):
        with suppress(ConnectionError):
            while chunk := await reader.read(65536):
                answer += chunk
    return bytes(answer)


def statuses(answer: bytes) -> list[int]:
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]


def waiting() -> int:
    """Requests in this process's memory."""
    gc.collect()
    # `isinstance` would ask a weak proxy, and its object may be gone.
    return sum(type(one) is RequestResponseCycle for one in gc.get_objects())


async def test_who_never_waits_for_an_answer_is_ended(api: Api) -> None:
    before = waiting()
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(ONE * 20_000)
    await asyncio.sleep(0.2)
    assert waiting() - before <= heads.MAX_WAITING + 2
    await ended(reader)
    writer.close()
    assert waiting() - before <= 2


async def test_who_sends_some_at_a_time_and_reads_gets_them_all(api: Api) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    for _ in range(3):
        writer.write(ONE * (heads.MAX_WAITING + 1))
        async with asyncio.timeout(10):
            for _ in range(heads.MAX_WAITING + 1):
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 401 ")
                length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
                await reader.readexactly(int(length))
    writer.close()


async def test_what_waits_goes_with_its_client(api: Api) -> None:
    before = waiting()
    token = api.token(Role.OFFICIAL).encode()
    body = b'{"query": "subscription { alarmChanged { cursor } }"}'
    stream = (
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
        b"Content-Type: application/json\r\nAuthorization: Bearer " + token + b"\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body) + body
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(stream)
    async with asyncio.timeout(10):
        assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
    handshake = b"GET /graphql HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    writer.write(handshake)
    await ended(reader)
    writer.close()
    await until(lambda: waiting() - before <= 1)


HANDSHAKE = (
    b"Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n"
)


@pytest.mark.parametrize(
    ("target", "lines", "expected"),
    [
        (b"/graphql?" + b"A" * 9000, b"", 400),
        (b"/graphql", b"X: " + b"A" * 9000 + b"\r\n", 400),
        (b"/graphql", b"X: y\r\n" * 130, 400),
        (b"/graphql", b"Origin: http://evil\r\n", 403),
        (b"/graphql", b"Origin: http://[\r\n", 403),
        (b"/graphql", b"Origin: null\r\n", 403),
        (b"/graphql?\xff", b"", 400),
    ],
    ids=lambda value: repr(value)[:30],
)
async def test_a_handshake_is_answered(
    api: Api, caplog: pytest.LogCaptureFixture, target: bytes, lines: bytes, expected: int
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(b"GET " + target + b" HTTP/1.1\r\n" + HANDSHAKE + lines + b"\r\n")
    assert statuses(await ended(reader)) == [expected]
    writer.close()
    assert [one for one in caplog.records if one.exc_info] == []


async def test_a_page_without_a_host_never_matches(api: Api) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    lines = HANDSHAKE.replace(b"Host: x", b"Host: ") + b"Origin: null\r\n"
    writer.write(b"GET /graphql HTTP/1.1\r\n" + lines + b"\r\n")
    assert statuses(await ended(reader)) == [403]
    writer.close()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("start", [b"", b"GET /graphql HTTP/1.1\r\nX: ", b"\r\n", ONE + b"\r\n"])
async def test_a_head_comes_in_time(api: Api, start: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(start)
    more = asyncio.create_task(_drops(writer, b"x" if b"X" in start else b"\r\n" if start else b""))
    answer = await ended(reader)
    more.cancel()
    writer.close()
    assert statuses(answer) == ([401] if start.startswith(ONE) else [])


async def _drops(writer: asyncio.StreamWriter, drop: bytes) -> None:
    """A little, again and again: it is the end that counts."""
    while not writer.is_closing():
        await asyncio.sleep(QUICK / 5)
        writer.write(drop)


@pytest.mark.usefixtures("quick")
async def test_a_body_comes_in_time(api: Api) -> None:
    head = (
        b"POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"
        b"Authorization: Bearer " + api.token(Role.FAMILY).encode() + b"\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(head)
    more = asyncio.create_task(_drops(writer, b" "))
    assert statuses(await ended(reader)) == [408]
    more.cancel()
    writer.close()


async def test_who_keeps_to_the_time_is_not_ended(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three heads, each in time, and together longer than one may last."""
    monkeypatch.setattr(heads, "MAX_READING_SECONDS", 1.5)
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    for _ in range(3):
        writer.write(ONE[:10])
        await asyncio.sleep(0.6)
        writer.write(ONE[10:])
        async with asyncio.timeout(10):
            head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 401 ")
        length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
        await reader.readexactly(int(length))
    writer.close()


@pytest.mark.usefixtures("quick")
async def test_a_socket_outlives_the_time_for_a_head(api: Api) -> None:
    async with api.socket(Role.FAMILY) as socket:
        await asyncio.sleep(QUICK * 2)
        await socket.send({"type": "ping"})
        assert (await socket.receive())["type"] == "pong"
