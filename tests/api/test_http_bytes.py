"""Bytes that no client library would send: refused, and nobody else notices."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import suppress

import pytest

from api.bodies import MAX_BODY_BYTES
from domain.access import Role
from domain.imports.sheets import MOST_BYTES
from tests.clients import Api
from yiyang.heads import MAX_HEAD_BYTES, MAX_REQUEST_BYTES

GOOD = b'{"query": "{ viewer { role } }"}'


async def spoken(api: Api, sent: bytes) -> bytes:
    """What comes back on a connection of its own until the server ends it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(sent)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


def request(api: Api, *lines: bytes, body: bytes = GOOD, method: bytes = b"POST") -> bytes:
    """A request as bytes, for one answer. Parameters: lines: more of its head."""
    head = [
        method + b" /graphql HTTP/1.1",
        b"Host: x",
        b"Connection: close",
        b"Authorization: Bearer " + api.token(Role.FAMILY).encode(),
        *lines,
    ]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


JSON = b"Content-Type: application/json"
ON_ITS_WAY = 16 * 1024 * 1024
LENGTH = b"Content-Length: %d" % len(GOOD)


def status(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1.1 "), answer[:100]
    return int(answer[9:12])


@pytest.fixture(autouse=True)
async def nobody_else_notices(
    api: Api, caplog: pytest.LogCaptureFixture
) -> AsyncGenerator[None, None]:
    """Whatever was sent, the next one is answered, and no fault is logged."""
    caplog.set_level(logging.ERROR)
    yield
    assert status(await spoken(api, request(api, JSON, LENGTH))) == 200
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


@pytest.mark.parametrize(
    "lines",
    [
        (JSON, LENGTH, b"Accept: \xff\xfe, application/json"),
        (JSON, LENGTH, b"Accept:"),
        (JSON, LENGTH, b"Accept: ,,;;q=;,application/json;q=0.1;;"),
        (JSON, LENGTH, b"Accept: text/html", b"Accept: application/json"),
        (JSON, LENGTH, b"Accept-Encoding: \x80, gzip;q=\xb2"),
        (JSON, LENGTH, b"Accept-Language: \xff;q=nan, zh;q=1e999, \xe4\xb8\xad"),
        (JSON, LENGTH, b"Accept-Language: " + b"a;q=0.1," * 5000),
        (JSON, LENGTH, b"X-Nothing: \xff" + b"x" * 60_000),
        (JSON, LENGTH, b"Content-Encoding: identity"),
        (JSON, b"Content-Length: 000000%d" % len(GOOD)),
        (JSON, LENGTH, b"If-None-Match: *"),
        (JSON, LENGTH, b"Cookie: a=b", b"Cookie: \x00".replace(b"\x00", b"\xff")),
    ],
)
async def test_odd_heads_that_are_understood(api: Api, lines: tuple[bytes, ...]) -> None:
    assert status(await spoken(api, request(api, *lines))) == 200


@pytest.mark.parametrize(
    ("expected", "lines", "body"),
    [
        (400, (JSON, b"Content-Length: -1"), GOOD),
        (400, (JSON, b"Content-Length: x"), GOOD),
        (400, (JSON, b"Content-Length:"), GOOD),
        (400, (JSON, b"Content-Length: 1e3"), GOOD),
        (400, (JSON, b"Content-Length: " + b"9" * 5000), GOOD),
        (400, (JSON, LENGTH, b"Content-Length: 7"), GOOD),
        (400, (JSON, LENGTH, b"Transfer-Encoding: chunked"), GOOD),
        (400, (JSON, b"Transfer-Encoding: chunked"), b"zz\r\n" + GOOD),
        (400, (JSON, b"Transfer-Encoding: chunked"), b"0\r\n\r\n"),
        (400, (JSON,), b""),
        (400, (JSON, LENGTH, b": no name"), GOOD),
        (400, (JSON, LENGTH, b"no colon"), GOOD),
        (413, (JSON, b"Content-Length: %d" % (MAX_BODY_BYTES + 1)), b""),
        (413, (JSON, b"Content-Length: 999999999999999999"), b""),
        (415, (b"Content-Type: application/json;\xff", b"Content-Encoding: gzip", LENGTH), GOOD),
        (415, (b"Content-Type: \xff\xfe", LENGTH), GOOD),
        (415, (LENGTH,), GOOD),
        (401, (JSON, LENGTH, b"Authorization: x"), GOOD),
    ],
)
async def test_odd_requests_that_are_refused(
    api: Api, expected: int, lines: tuple[bytes, ...], body: bytes
) -> None:
    sent = request(api, *lines, body=body)
    if expected == 401:
        sent = sent.replace(b"Bearer ", b"Bearer \xff\x80")
    assert status(await spoken(api, sent)) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe\x00\x01",
        b"\x00",
        b"\xef\xbb\xbf" + GOOD,
        GOOD.decode().encode("utf-16"),
        b'{"query": "{ viewer { role } }"',
        b'{"query": "\xed\xa0\x80"}',
        b'{"query": "\\ud800"}',
        b"null",
        b"true",
        b"1e999",
        b"-",
        b'"{ viewer { role } }"',
        b"9" * 5000,
        b"[" * 200_000,
        b'{"a":' * 40_000,
        b"[" * 1000 + b"]" * 1000,
        b'{"query": null}',
        b'{"query": {}}',
        b'{"query": "{ viewer { role } }", "variables": 7}',
        b'{"query": "{ viewer { role } }", "variables": "{}"}',
        b'{"query": "{ viewer { role } }", "operationName": []}',
        b'{"query": "{ viewer { role } }", "documentId": "sha256:0"}',
        b'{"documentId": 7}',
        b'{"query": "{ viewer { role } }", "query": 7}',
    ],
    ids=lambda body: repr(body[:30]),
)
async def test_bodies_that_are_no_request(api: Api, body: bytes) -> None:
    sent = request(api, JSON, b"Content-Length: %d" % len(body), body=body)
    assert status(await spoken(api, sent)) == 400


# What is asked is well-formed; whatever its values are, they are answered or refused with a code.
VALUES = [
    "\x00",
    "\x7f\u2028\uffff",
    "",
    "a" * 100_000,
    10**30,
    -(10**30),
    2**63,
    1e308,
    -0.0,
    True,
    None,
    [],
    {},
    [[[[[1]]]]],
    {"a": {"b": [None]}},
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize(
    "query",
    [
        "query A($v: ID!) { elder(id: $v) { id } }",
        "query A($v: Int!) { elders(first: $v) { nodes { id } } }",
        "query A($v: String) { elders(first: 1, after: $v) { nodes { id } } }",
        "query A($v: String!) { elders(first: 1, filter: {nameContains: $v}) { nodes { id } } }",
        "query A($v: [ID!]!) { nodes(ids: $v) { id } }",
    ],
)
async def test_odd_values_of_variables(api: Api, query: str, value: object) -> None:
    body = json.dumps({"query": query, "variables": {"v": value}}).encode()
    answer = await spoken(api, request(api, JSON, b"Content-Length: %d" % len(body), body=body))
    assert status(answer) == 200
    answered = json.loads(answer.partition(b"\r\n\r\n")[2])
    codes = {error["extensions"]["code"] for error in answered.get("errors", ())}
    assert "INTERNAL" not in codes
    assert codes or answered["data"] is not None


@pytest.mark.parametrize(
    "query",
    [
        "{ a" * 600,
        "{ viewer " + "{ a" * 900 + "}" * 901,
        "query A($v: " + "[" * 900 + "ID" + "]" * 900 + ") { viewer { role } }",
        "{ elders(first: " + "[" * 900 + "]" * 900 + ") { nodes { id } } }",
        "{ elders(first: " + "{a: " * 450 + "1" + "}" * 450 + ") { nodes { id } } }",
        "{ elders(first: " + "9" * 5000 + ") { nodes { id } } }",
        "{ elders(first: 1e" + "9" * 30 + ") { nodes { id } } }",
        "{ viewer { role @include(if: " + "[" * 900 + "]" * 900 + ") } }",
        '{ elder(id: "\\uD800") { id } }',
        '{ elder(id: "\\u0000") { id } }',
        '{ elder(id: """' + "\\u" * 900 + '""") { id } }',
        "\ufeff{ viewer { role } }",
        "{ \u0000 }",
        "#" * 10_000,
        "fragment F on Account { ...F } { viewer { ...F } }",
    ],
    ids=lambda query: query[:30],
)
async def test_odd_documents(api: Api, query: str) -> None:
    body = json.dumps({"query": query}).encode()
    lines = (JSON, b"Content-Length: %d" % len(body), b"Accept: application/graphql-response+json")
    answer = await spoken(api, request(api, *lines, body=body))
    assert status(answer) in (200, 400)
    assert b'"INTERNAL"' not in answer


@pytest.mark.parametrize(
    "start",
    [
        b"GET /graphql?documentId=\xff HTTP/1.1",
        b"GET /graphql?\x01 HTTP/1.1",
        b"GET /graphql?documentId=%zz&variables=%7 HTTP/1.1",
        b"GET /graphql?" + b"&" * 10_000 + b" HTTP/1.1",
        b"GET /graphql?documentId=" + b"x" * 60_000 + b" HTTP/1.1",
        b"GET //graphql HTTP/1.1",
        b"GET /graphql/%2e%2e/%00 HTTP/1.1",
        b"GET http://x/graphql HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"BREW /graphql HTTP/1.1",
        b"CONNECT x:1 HTTP/1.1",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET /graphql HTTP/9.9",
    ],
    ids=lambda start: repr(start[:40]),
)
async def test_odd_first_lines(api: Api, start: bytes) -> None:
    token = api.token(Role.FAMILY).encode()
    head = (b"Host: x", b"Connection: close", b"Authorization: Bearer " + token)
    answer = await spoken(api, b"\r\n".join((start, *head, b"", b"")))
    assert 400 <= status(answer) < 500


async def test_a_client_that_asks_first_is_not_sent_on(api: Api) -> None:
    lines = (JSON, b"Expect: 100-continue", b"Content-Length: %d" % (MAX_BODY_BYTES + 1))
    assert status(await spoken(api, request(api, *lines, body=b""))) == 413


async def test_requests_one_behind_the_other(api: Api) -> None:
    one = request(api, JSON, LENGTH).replace(b"Connection: close\r\n", b"")
    bad = request(api, b"Content-Type: text/plain", LENGTH).replace(b"Connection: close\r\n", b"")
    answers = await spoken(api, one + bad + request(api, JSON, LENGTH))
    assert [int(part[:3]) for part in answers.split(b"HTTP/1.1 ")[1:]] == [200, 415, 200]


CHUNKED = b"POST /graphql HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("start", "more", "most"),
    [
        (b"GET /graphql?", b"x", MAX_HEAD_BYTES),
        (b"GET /graphql HTTP/1.1\r\nX: ", b"x", MAX_HEAD_BYTES),
        (b"GET /graphql HTTP/1.1\r\n", b"X: y\r\n", MAX_HEAD_BYTES),
        (b"POST /graphql HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % 10**11, b"x", MAX_REQUEST_BYTES),
        (CHUNKED, b"1\r\nx\r\n", MAX_REQUEST_BYTES),
        (CHUNKED + b"0\r\nX: ", b"x", MAX_REQUEST_BYTES),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_what_has_no_end_is_ended(api: Api, start: bytes, more: bytes, most: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(start)
    step = more * (32 * 1024 // len(more))
    sent = 0
    with suppress(ConnectionError):
        async with asyncio.timeout(30):
            # What lies in the system's buffers has not been counted by the server yet.
            while not reader.at_eof() and sent < most + ON_ITS_WAY:
                writer.write(step)
                await writer.drain()
                sent += len(step)
                await asyncio.sleep(0)
    writer.close()
    assert most <= sent < most + ON_ITS_WAY


async def test_the_longest_register_is_read_to_its_end(api: Api) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    token = api.token(Role.STATION).encode()
    lines = (b"Host: x", b"Connection: close", b"Authorization: Bearer " + token)
    writer.write(b"POST /elder-imports HTTP/1.1\r\n")
    await writer.drain()
    await asyncio.sleep(0.05)  # The head comes in two pieces: the second is counted with the body.
    writer.write(b"\r\n".join((*lines, b"Content-Length: %d" % MOST_BYTES, b"", b"a" * MOST_BYTES)))
    async with asyncio.timeout(30):
        assert status(await reader.read()) == 201
    writer.close()


async def test_a_head_without_an_end_is_told_so(api: Api) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(b"GET /graphql HTTP/1.1\r\nX: ")
    for _ in range(4):
        writer.write(b"x" * (MAX_HEAD_BYTES // 2))
        await writer.drain()
        await asyncio.sleep(0.05)
    async with asyncio.timeout(10):
        assert status(await reader.read()) == 431
    writer.close()


@pytest.mark.parametrize("method", [b"POST", b"OPTIONS", b"GET"])
async def test_what_is_no_handshake_is_answered_as_what_it_is(api: Api, method: bytes) -> None:
    lines = (JSON, LENGTH, b"Upgrade: websocket", b"Connection: upgrade")
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(request(api, *lines, method=method))
    async with asyncio.timeout(10):
        assert status(await reader.readline()) in (400, 405)
    writer.close()
