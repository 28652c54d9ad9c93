"""Fetching a file: ranges, validators, resuming, expiry, and rights that end."""

import asyncio
import os
import shutil
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from domain.access import Role
from domain.accounts.models import Account
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.exports import service
from domain.exports.lifecycle import ExportState
from domain.exports.models import ExportFailure, ExportPiece
from tests.clients import Api
from tests.exporting import fetch, read
from tests.makers.exports import make_file

PIECES = [b'{"n":%d}\n' % number * 100 for number in range(3)]
WHOLE = b"".join(PIECES)
SIZE = len(WHOLE)


@pytest.fixture
async def url(api: Api, database: Database, vault: Vault) -> str:
    """A file of three pieces."""
    return f"/exports/{await make_file(database, vault, api.actor(Role.OFFICIAL), PIECES)}"


async def test_whole(api: Api, url: str) -> None:
    response = await fetch(api, Role.OFFICIAL, url)
    assert (response.status_code, response.content) == (200, WHOLE)
    headers = response.headers
    assert headers["content-length"] == str(SIZE)
    assert headers["accept-ranges"] == "bytes"
    assert headers["cache-control"] == "private, no-store"
    assert headers["etag"].startswith('"')
    assert headers["content-disposition"].startswith('attachment; filename="regions-2')
    assert "content-encoding" not in headers


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-", 0, SIZE),
        ("bytes=0-0", 0, 1),
        ("bytes=799-800", 799, 801),
        (f"bytes={len(PIECES[0])}-{len(PIECES[0])}", len(PIECES[0]), len(PIECES[0]) + 1),
        ("bytes=850-1700", 850, 1701),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("bytes=5-999999999999999999", 5, SIZE),
        ("bytes=-1", SIZE - 1, SIZE),
        (f"bytes=-{SIZE}", 0, SIZE),
        ("bytes=-99999999", 0, SIZE),
        ("BYTES=3-4", 3, 5),
    ],
)
async def test_a_part(api: Api, url: str, asked: str, start: int, stop: int) -> None:
    response = await fetch(api, Role.OFFICIAL, url, range=asked)
    assert (response.status_code, response.content) == (206, WHOLE[start:stop])
    assert response.headers["content-range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert response.headers["content-length"] == str(stop - start)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE}", "bytes=-0"])
async def test_behind_the_end(api: Api, url: str, asked: str) -> None:
    response = await fetch(api, Role.OFFICIAL, url, range=asked)
    assert response.status_code == 416
    assert response.headers["content-range"] == f"bytes */{SIZE}"
    extensions = response.json()["errors"][0]["extensions"]
    assert extensions["code"] == "RANGE_NOT_SATISFIABLE"
    assert extensions["requestId"]


@pytest.mark.parametrize(
    "asked",
    ["bytes=5-2", "bytes=0-1,3-4", "bytes=-", "bytes=a-b", "rows=0-1", "", "bytes=1-" + "9" * 5000],
)
async def test_what_is_no_range_of_bytes_is_passed_over(api: Api, url: str, asked: str) -> None:
    response = await fetch(api, Role.OFFICIAL, url, range=asked)
    assert (response.status_code, response.content) == (200, WHOLE)


async def test_a_range_of_this_file_only(api: Api, url: str) -> None:
    headers = (await fetch(api, Role.OFFICIAL, url, "HEAD")).headers
    for named in (headers["etag"], headers["last-modified"]):
        response = await fetch(api, Role.OFFICIAL, url, range="bytes=3-4", if_range=named)
        assert (response.status_code, response.content) == (206, WHOLE[3:5])
    for other in ('"another"', f"W/{headers['etag']}", "Tue, 01 Jan 2019 00:00:00 GMT"):
        response = await fetch(api, Role.OFFICIAL, url, range="bytes=3-4", if_range=other)
        assert (response.status_code, response.content) == (200, WHOLE)
        behind = await fetch(api, Role.OFFICIAL, url, range=f"bytes={SIZE}-", if_range=other)
        assert (behind.status_code, behind.content) == (200, WHOLE)


async def test_conditions(api: Api, url: str) -> None:
    headers = (await fetch(api, Role.OFFICIAL, url)).headers
    etag = headers["etag"]
    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        response = await fetch(api, Role.OFFICIAL, url, if_none_match=known)
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == etag
    unmodified = await fetch(api, Role.OFFICIAL, url, if_modified_since=headers["last-modified"])
    assert unmodified.status_code == 304
    assert (await fetch(api, Role.OFFICIAL, url, if_none_match='"x"')).status_code == 200
    assert (await fetch(api, Role.OFFICIAL, url, if_match=f'"x", {etag}')).status_code == 200
    for other in ('"x"', f"W/{etag}"):
        assert (await fetch(api, Role.OFFICIAL, url, if_match=other)).status_code == 412


async def test_head_tells_what_get_would(api: Api, url: str) -> None:
    got, told = await fetch(api, Role.OFFICIAL, url), await fetch(api, Role.OFFICIAL, url, "HEAD")
    assert (told.status_code, told.content) == (200, b"")
    same = {"date", "x-server-time"}
    assert {k: v for k, v in told.headers.items() if k not in same} == {
        k: v for k, v in got.headers.items() if k not in same
    }
    ranged = await fetch(api, Role.OFFICIAL, url, "HEAD", range="bytes=0-1")
    assert (ranged.status_code, ranged.headers["content-length"]) == (200, str(SIZE))


async def test_an_empty_file(api: Api, database: Database, vault: Vault) -> None:
    url = f"/exports/{await make_file(database, vault, api.actor(Role.OFFICIAL), [])}"
    response = await fetch(api, Role.OFFICIAL, url)
    assert (response.status_code, response.content) == (200, b"")
    for asked in ("bytes=0-", "bytes=-1"):
        assert (await fetch(api, Role.OFFICIAL, url, range=asked)).status_code == 416


async def test_curl_goes_on_where_it_was_cut_off(api: Api, url: str, tmp_path: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        # Whoever runs the tests by hand may not have it; CI installs it.
        pytest.skip("no curl here (apt-get install curl)")
    half = tmp_path / "elders.jsonl"
    half.write_bytes(WHOLE[:1234])
    command = [curl, "-sS", "-C", "-", "-o", str(half), "-w", "%{http_code} %{size_download}"]
    command += ["-H", f"Authorization: Bearer {api.token(Role.OFFICIAL)}"]
    command += [f"http://127.0.0.1:{api.port}{url}"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert output.decode() == f"206 {SIZE - 1234}"
    assert half.read_bytes() == WHOLE


async def test_after_its_time_the_file_is_gone(api: Api, database: Database, vault: Vault) -> None:
    official = api.actor(Role.OFFICIAL)
    over = {"expires_at": now() - timedelta(seconds=1)}
    old = await make_file(database, vault, official, PIECES, **over)
    young = await make_file(database, vault, official, PIECES)
    for _ in range(2):
        response = await fetch(api, Role.OFFICIAL, f"/exports/{old}")
        assert response.status_code == 410
        assert response.json()["errors"][0]["extensions"]["code"] == "EXPORT_GONE"
        assert (await read(api, Role.OFFICIAL, old))["url"] is None
        async with database.transaction("test") as session:
            await service.expire(session)
    assert (await read(api, Role.OFFICIAL, old))["state"] == ExportState.EXPIRED
    assert await pieces(database) == len(PIECES)
    assert (await fetch(api, Role.OFFICIAL, f"/exports/{young}")).content == WHOLE


async def pieces(database: Database) -> int:
    return (await database.fetch(select(func.count(col(ExportPiece.starts_at)))))[0][0]


async def test_of_a_failed_export_there_is_none(api: Api, database: Database, vault: Vault) -> None:
    failed = {"state": ExportState.FAILED, "failure": ExportFailure.INTERNAL}
    official = api.actor(Role.OFFICIAL)
    export = await make_file(database, vault, official, [], **failed)
    assert (await fetch(api, Role.OFFICIAL, f"/exports/{export}")).status_code == 410


@pytest.mark.parametrize(
    "moved", [{"region_code": "330106"}, {"region_code": None}, {"role": Role.STATION}]
)
async def test_who_has_been_moved_does_not_take_a_file_along(
    api: Api, database: Database, url: str, moved: dict[str, object]
) -> None:
    official = api.actor(Role.OFFICIAL)
    async with database.transaction("test") as session:
        mine = update(Account).where(col(Account.id) == official.id)
        await session.execute(mine.values(**moved))
    assert (await fetch(api, official, url)).status_code == 404


async def test_a_right_that_ends_ends_the_transfer(
    api: Api, database: Database, vault: Vault
) -> None:
    official = api.actor(Role.OFFICIAL)
    # More than any socket holds back, and nothing that could be compressed.
    large = [os.urandom(2**20) for _ in range(32)]
    export = await make_file(database, vault, official, large)
    headers = {"Authorization": f"Bearer {api.token(official)}"}
    url = f"http://127.0.0.1:{api.port}/exports/{export}"
    async with api.http.stream("GET", url, headers=headers) as response:
        assert response.headers["content-length"] == str(32 * 2**20)
        chunks = response.aiter_raw()
        await anext(chunks)
        async with database.transaction("test") as session:
            mine = update(Account).where(col(Account.id) == official.id)
            await session.execute(mine.values(region_code=None))
        with pytest.raises(httpx.RemoteProtocolError, match=f"expected {32 * 2**20}"):
            _ = [chunk async for chunk in chunks]
