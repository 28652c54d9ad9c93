"""How a body reaches the server, and with which headers, makes no difference that it should not."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator

import httpx
import pytest

from api.bodies import MAX_BODY_BYTES
from domain.access import Role
from tests.clients import Api

VIEWER = json.dumps({"query": "{ viewer { role } }"}).encode()
SPACES = b" " * (MAX_BODY_BYTES - len(VIEWER))


async def post(api: Api, content: bytes, *headers: tuple[str, str]) -> httpx.Response:
    given = {name.lower() for name, _ in headers}
    usual = [
        ("Authorization", f"Bearer {api.token(Role.FAMILY)}"),
        ("Content-Type", "application/json"),
    ]
    sent = [*headers, *(one for one in usual if one[0].lower() not in given)]
    return await api.http.post(api.url, content=content, headers=sent)


async def in_parts(content: bytes, size: int) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@pytest.mark.parametrize(
    ("content", "status"), [(VIEWER + SPACES, 200), (VIEWER + SPACES + b" ", 413)]
)
@pytest.mark.parametrize("size", [1000, 100_000])
async def test_a_body_in_parts_has_the_same_bound(
    api: Api, content: bytes, status: int, size: int
) -> None:
    headers = {
        "Authorization": f"Bearer {api.token(Role.FAMILY)}",
        "Content-Type": "application/json",
    }
    parts = await api.http.post(api.url, content=in_parts(content, size), headers=headers)
    whole = await post(api, content)
    assert parts.status_code == whole.status_code == status
    if status == 200:
        assert parts.content == whole.content == b'{"data":{"viewer":{"role":"FAMILY"}}}'


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/json; charset=utf-8", 200),
        ("Application/JSON ;charset=utf-8", 200),
        ('application/json; charset="UTF-8"', 200),
        ("application/json; charset=utf8; x=y", 200),
        ("text/plain", 415),
        ("application/jsonx", 415),
        ("application/json, text/plain", 415),
        ("application/json; charset=utf-16", 415),
        ("application/json; charset=gb18030", 415),
        ("application/json; charset=", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
        (";", 415),
    ],
)
async def test_media_types(api: Api, media_type: str, status: int) -> None:
    response = await post(api, VIEWER, ("Content-Type", media_type))
    assert response.status_code == status


async def test_the_media_type_is_looked_at_before_the_body(api: Api) -> None:
    response = await post(api, VIEWER + SPACES + b" ", ("Content-Type", "text/plain"))
    assert response.status_code == 415


async def test_of_several_headers_of_one_name_the_first_holds(api: Api) -> None:
    good = ("Authorization", f"Bearer {api.token(Role.FAMILY)}")
    bad = ("Authorization", "Bearer nonsense")
    assert (await post(api, VIEWER, good, bad)).status_code == 200
    assert (await post(api, VIEWER, bad, good)).status_code == 401


async def test_headers_of_an_answer(api: Api) -> None:
    plain = await post(api, VIEWER)
    assert plain.headers["content-type"] == "application/json; charset=utf-8"
    assert plain.headers["content-length"] == str(len(plain.content))
    strict = await post(api, VIEWER, ("Accept", "application/graphql-response+json, */*"))
    assert strict.headers["content-type"] == "application/graphql-response+json; charset=utf-8"
    refused = await post(api, VIEWER, ("Authorization", "Bearer nonsense"))
    assert refused.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_other_methods_are_not_allowed(api: Api, method: str) -> None:
    response = await api.http.request(method, api.url, content=VIEWER)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, POST"
    assert response.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"


async def test_who_leaves_before_the_body_is_complete_is_no_failure(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", api.port)
    token = api.token(Role.FAMILY)
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    )
    writer.write(head.encode() + VIEWER[:10])
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()
    await writer.wait_closed()
    assert (await post(api, VIEWER)).status_code == 200
    assert [one for one in caplog.records if one.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("extensions", [None, {}, [], 7, {"explain": "x"}, {"other": {}}])
async def test_extensions_that_nobody_knows_are_no_fault(api: Api, extensions: object) -> None:
    body = {"query": "{ viewer { role } }", "extensions": extensions}
    response = await post(api, json.dumps(body).encode())
    assert response.content == b'{"data":{"viewer":{"role":"FAMILY"}}}'
