"""Answers are made smaller for clients that ask for it, and for no others."""

import gzip
import sys

import httpx
import orjson
import pytest

from api.compression import MIN_BYTES
from domain.access import Role
from tests.clients import Api

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIST = "{ elders(first: 200) { nodes { id name age tags address region { name } } } }"
SMALL = "{ viewer { role } }"


async def raw(api: Api, query: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """An answer, and its bytes as they came."""
    sent = {"Authorization": f"Bearer {api.token(Role.ADMIN)}", **headers}
    request = api.http.build_request("POST", api.url, json={"query": query}, headers=sent)
    if "Accept-Encoding" not in headers:
        del request.headers["Accept-Encoding"]
    response = await api.http.send(request, stream=True)
    content = b"".join([part async for part in response.aiter_raw()])
    await response.aclose()
    return response, content


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, deflate", "gzip"), ("gzip, deflate, br, zstd", "zstd"), ("*", "zstd")],
)
async def test_a_long_answer_is_made_smaller(api: Api, accepted: str, coding: str) -> None:
    _, plain = await raw(api, LIST)
    response, content = await raw(api, LIST, **{"Accept-Encoding": accepted})
    assert response.headers["content-encoding"] == coding
    assert response.headers["content-length"] == str(len(content))
    assert len(content) < len(plain) / 3
    opened = zstd.decompress(content) if coding == "zstd" else gzip.decompress(content)
    assert orjson.loads(opened) == orjson.loads(plain)


@pytest.mark.parametrize("accepted", [None, "identity", "br", "gzip;q=0", "deflate"])
async def test_who_does_not_ask_gets_it_plain(api: Api, accepted: str | None) -> None:
    headers = {} if accepted is None else {"Accept-Encoding": accepted}
    response, content = await raw(api, LIST, **headers)
    assert "content-encoding" not in response.headers
    assert len(orjson.loads(content)["data"]["elders"]["nodes"]) > 100


async def test_a_short_answer_stays_as_it_is(api: Api) -> None:
    response, content = await raw(api, SMALL, **{"Accept-Encoding": "gzip, zstd"})
    assert "content-encoding" not in response.headers
    assert len(content) < MIN_BYTES


async def test_names_are_sent_as_they_are_written(api: Api) -> None:
    _, content = await raw(api, LIST)
    (name, *_) = (node["name"] for node in orjson.loads(content)["data"]["elders"]["nodes"])
    assert not name.isascii()
    assert name.encode() in content
