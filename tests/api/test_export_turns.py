"""A worker's turns: what is written twice, by two, or by one who dies, is written once."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from api.exports import listing, writing
from api.exports.writing import Writer
from api.relay import key_of
from domain.access import Role
from domain.accounts.models import Account
from domain.crypto import Vault
from domain.database import Database
from domain.exports import service
from domain.exports.models import ExportPiece
from tests.clients import Api
from tests.exporting import CANCEL, ended, fetch, read, rows_in, started, working
from yiyang import worker

# A worker of its own that writes five rows at a time, slowly, and is soon missed.
PROGRAM = """
import asyncio, sys, time
from datetime import timedelta
from api.exports import listing, writing
from domain.crypto import Vault
from yiyang import worker
from yiyang.commands import parts
listing._SIZES = (5,)
writing.PIECE_BYTES, writing.TURN_SECONDS = 1, 0.5
worker.DEAD_AFTER = timedelta(seconds=2)
packed = writing.packed
def slowly(*arguments):
    time.sleep(0.03)
    return packed(*arguments)
writing.packed = slowly
vault = Vault(keys={"test": bytes(32)}, current="test", hash_key=bytes(range(32)))
asyncio.run(parts.until_told(worker.work(sys.argv[1], lambda: None, vault)))
"""


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty rows a page, a page a piece, a piece a turn."""
    monkeypatch.setattr(listing, "_SIZES", (20,))
    monkeypatch.setattr(writing, "PIECE_BYTES", 1)
    monkeypatch.setattr(writing, "TURN_SECONDS", 0.0)


@pytest.fixture
async def writer(database: Database, vault: Vault) -> Writer:
    return Writer(database, vault)


async def everyone(api: Api) -> list[str]:
    """Ids of all elders of the district, in the list's order."""
    ids: list[str] = []
    after = None
    while True:
        query = """query ($after: String) { elders(first: 200, after: $after) {
            nodes { id } pageInfo { hasNextPage endCursor } } }"""
        page = (await api.data(Role.OFFICIAL, query, after=after))["elders"]
        ids += [node["id"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return ids
        after = page["pageInfo"]["endCursor"]


def key(export: Any) -> UUID:
    return key_of(export["id"], "export")


async def pieces(database: Database) -> int:
    return (await database.fetch(select(func.count(col(ExportPiece.starts_at)))))[0][0]


async def ids_in(api: Api, export: Any) -> list[str]:
    content = (await fetch(api, Role.OFFICIAL, f"/exports/{export['id']}")).content
    return [row["id"] for row in rows_in(content)]


@pytest.mark.usefixtures("small")
async def test_turn_by_turn(api: Api, writer: Writer) -> None:
    export = await started(api, Role.OFFICIAL, "{ elders { nodes { id } } }")
    shown = []
    while not shown or shown[-1]["state"] == "RUNNING":
        await writer.take_turn(key(export))
        shown.append(await read(api, Role.OFFICIAL, export["id"]))
    assert [one["rowCount"] for one in shown] == sorted({one["rowCount"] for one in shown})
    assert len(shown) == -(-export["expectedRows"] // 20)
    assert all(one["url"] is None and one["progress"] < 1 for one in shown[:-1])
    assert await ids_in(api, export) == await everyone(api)


@pytest.mark.usefixtures("small")
async def test_workers_that_take_the_same_turn_write_it_once(api: Api, writer: Writer) -> None:
    export = await started(api, Role.OFFICIAL, "{ elders { nodes { id } } }")
    while (await read(api, Role.OFFICIAL, export["id"]))["state"] in ("WAITING", "RUNNING"):
        await asyncio.gather(*(writer.take_turn(key(export)) for _ in range(4)))
    assert await ids_in(api, export) == await everyone(api)
    await writer.take_turn(key(export))
    assert await ids_in(api, export) == await everyone(api)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "withdrawn",
    [
        {"region_code": "330102001"},
        {"region_code": None},
        {"role": Role.DISPATCHER},
        {"until": func.now()},
    ],
    ids=["narrower", "nowhere", "another", "over"],
)
async def test_a_right_that_is_withdrawn_ends_it(
    api: Api, database: Database, writer: Writer, withdrawn: dict[str, Any]
) -> None:
    export = await started(api, Role.OFFICIAL)
    await writer.take_turn(key(export))
    await writer.take_turn(key(export))
    assert await pieces(database) == 2
    async with database.transaction("test") as session:
        mine = update(Account).where(col(Account.id) == api.actor(Role.OFFICIAL).id)
        await session.execute(mine.values(**withdrawn))
    await writer.take_turn(key(export))
    failed = await read(api, Role.OFFICIAL, export["id"])
    assert (failed["state"], failed["failure"]) == ("FAILED", "RIGHTS_WITHDRAWN")
    assert await pieces(database) == 0
    await writer.take_turn(key(export))
    assert await read(api, Role.OFFICIAL, export["id"]) == failed


@pytest.mark.usefixtures("small")
async def test_a_right_withdrawn_while_a_page_is_read_keeps_the_page_out(
    api: Api, database: Database, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = await started(api, Role.OFFICIAL)
    packed = writing.packed

    def withdrawn(*arguments: Any) -> bytes:
        async def withdraw() -> None:
            async with database.transaction("test") as session:
                mine = update(Account).where(col(Account.id) == api.actor(Role.OFFICIAL).id)
                await session.execute(mine.values(region_code=None))

        asyncio.run_coroutine_threadsafe(withdraw(), loop).result()
        return packed(*arguments)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(writing, "packed", withdrawn)
    await writer.take_turn(key(export))
    failed = await read(api, Role.OFFICIAL, export["id"])
    assert (failed["failure"], failed["rowCount"]) == ("RIGHTS_WITHDRAWN", 0)
    assert await pieces(database) == 0


@pytest.mark.usefixtures("small")
async def test_cancelled_in_the_middle(api: Api, database: Database, writer: Writer) -> None:
    export = await started(api, Role.OFFICIAL)
    await writer.take_turn(key(export))
    assert (await read(api, Role.OFFICIAL, export["id"]))["state"] == "RUNNING"
    await api.data(Role.OFFICIAL, CANCEL, id=export["id"])
    await writer.take_turn(key(export))
    assert (await read(api, Role.OFFICIAL, export["id"]))["state"] == "CANCELLED"
    assert await pieces(database) == 0


@pytest.mark.usefixtures("small")
async def test_larger_than_a_file_may_be(
    api: Api, database: Database, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_BYTES", 4000)
    export = await started(api, Role.OFFICIAL)
    for _ in range(4):
        await writer.take_turn(key(export))
    failed = await read(api, Role.OFFICIAL, export["id"])
    assert (failed["state"], failed["failure"]) == ("FAILED", "TOO_LARGE")
    assert await pieces(database) == 0


async def reached(api: Api, export: Any, rows: int) -> None:
    """Wait until so many rows have been written."""
    async with asyncio.timeout(90):
        while True:
            if (await read(api, Role.OFFICIAL, export["id"]))["rowCount"] >= rows:
                return
            await asyncio.sleep(0.01)


@contextmanager
def worker_process(database_url: str) -> Generator[subprocess.Popen[bytes], None, None]:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, database_url])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def test_killed_again_and_again_it_loses_nothing_and_doubles_nothing(
    api: Api, database_url: str
) -> None:
    export = await started(api, Role.OFFICIAL, "{ elders { nodes { id name } } }")
    for rows in (30, 120):
        with worker_process(database_url) as process:
            await reached(api, export, rows)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        halfway = await read(api, Role.OFFICIAL, export["id"])
        assert halfway["state"] == "RUNNING"
        assert rows <= halfway["rowCount"] < export["expectedRows"]
    with worker_process(database_url):
        done = await ended(api, Role.OFFICIAL, export["id"])
    assert done["state"] == "DONE"
    assert await ids_in(api, export) == await everyone(api)


async def test_a_turn_that_the_queue_has_lost_is_asked_for_again(
    api: Api, database: Database, database_url: str, vault: Vault
) -> None:
    export = await started(api, Role.OFFICIAL, "{ elders { nodes { id } } }")
    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM pgqueuer")
    for _ in range(2):
        async with database.transaction("test") as session:
            await service.resume(session)
    assert await connection.fetchval("SELECT count(*) FROM pgqueuer") == 1
    await connection.close()
    async with working(database_url, vault):
        assert (await ended(api, Role.OFFICIAL, export["id"]))["state"] == "DONE"
    assert await ids_in(api, export) == await everyone(api)


@pytest.mark.usefixtures("small")
async def test_every_connection_lost_in_the_middle(
    api: Api, cluster: str, database_url: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "DEAD_AFTER", timedelta(seconds=2))
    export = await started(api, Role.OFFICIAL, "{ elders { nodes { id } } }")
    admin = await asyncpg.connect(cluster)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
    async with working(database_url, vault):
        for rows in (40, 120):
            await reached(api, export, rows)
            await admin.execute(cut, database_url.rpartition("/")[2])
        assert (await ended(api, Role.OFFICIAL, export["id"]))["state"] == "DONE"
    await admin.close()
    assert await ids_in(api, export) == await everyone(api)


async def test_a_worker_that_is_told_to_stop_leaves_the_rest_to_the_next(
    api: Api, database_url: str
) -> None:
    export = await started(api, Role.OFFICIAL, "{ elders { nodes { id } } }")
    with worker_process(database_url) as process:
        await reached(api, export, 30)
        process.terminate()
        process.wait(10)
    assert (await read(api, Role.OFFICIAL, export["id"]))["state"] == "RUNNING"
    with worker_process(database_url):
        assert (await ended(api, Role.OFFICIAL, export["id"]))["state"] == "DONE"
    assert await ids_in(api, export) == await everyone(api)
