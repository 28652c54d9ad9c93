"""A worker's turns at an import: what its owner sees of them, and who comes between."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from api.relay import key_of
from domain.access import Role
from domain.crypto import Vault
from domain.database import Database
from domain.elders.registry import enter
from domain.imports.entering import MOST_FAULTS
from domain.imports.rows import read_sheet
from domain.imports.service import MOST_ATTEMPTS
from domain.imports.sheets import Row
from tests.api.test_elder_imports import one, registered
from tests.api.test_elder_imports import region as region
from tests.clients import Api
from tests.exporting import working
from tests.importing import (
    CANCEL,
    TITLES,
    apply,
    brought,
    elders,
    faults,
    looked_through,
    read,
    rested,
    workbook,
)
from tests.trail import trail

# A worker of its own that the system ends whenever it reads a file, and that is soon missed.
PROGRAM = """
import asyncio, os, signal, sys
from datetime import timedelta
from domain.crypto import Vault
from domain.imports import sheets
from yiyang import worker
from yiyang.commands import parts
worker.DEAD_AFTER = timedelta(seconds=2)
async def read(content):
    os.kill(os.getpid(), signal.SIGKILL)
sheets.read = read
vault = Vault(keys={"test": bytes(32)}, current="test", hash_key=bytes(range(32)))
asyncio.run(parts.until_told(worker.work(sys.argv[1], lambda: None, vault)))
"""

WATCH = """subscription ($id: ID!) { elderImportChanged(id: $id) { elderImport {
  state rowCount doneCount rowErrorCount failure } } }"""
BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
ATTEMPTS = "SELECT attempts FROM elder_import WHERE id = $1"


@pytest.fixture
async def worker(database_url: str, vault: Vault) -> AsyncGenerator[None, None]:
    async with working(database_url, vault):
        yield


@contextmanager
def worker_process(database_url: str) -> Generator[subprocess.Popen[bytes], None, None]:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, database_url])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def watched(socket: Any) -> Any:
    """The next news of an import."""
    return (await socket.next())["data"]["elderImportChanged"]["elderImport"]


async def somebody_waits(database: Database) -> None:
    """Until a transaction waits for another's end."""
    async with asyncio.timeout(60):
        while True:
            if await one(database, BLOCKED):
                return
            await asyncio.sleep(0.05)


async def begun_once(database: Database, import_id: UUID) -> None:
    """Until one beginning is counted, and its worker waits for another transaction's end."""
    async with asyncio.timeout(60):
        while True:
            begun = await one(database, ATTEMPTS, import_id)
            if begun == 1 and await one(database, BLOCKED):
                return
            await asyncio.sleep(0.05)


async def taken_away(cluster: str, name: str, kept: int) -> None:
    """A database is away for a moment: whoever writes or reads, but for one, is cut off. The queue
    is not: it takes its time to come back."""
    admin = await asyncpg.connect(cluster)
    try:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        cut = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = $1 AND application_name = 'yiyang' AND pid <> $2"""
        await admin.execute(cut, name, kept)
        await asyncio.sleep(0.5)
    finally:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await admin.close()


async def test_a_file_that_ends_its_workers_is_given_up(
    api: Api, database: Database, database_url: str, region: str
) -> None:
    import_id = await brought(api, Role.STATION, workbook(TITLES, *elders(region, 1)))
    key = key_of(import_id, "elder_import")
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with worker_process(database_url) as process:
            ended = await asyncio.to_thread(process.wait, 90)
        assert ended == -signal.SIGKILL
        begun = "SELECT attempts FROM elder_import WHERE id = $1 AND state = 'WAITING'"
        assert await one(database, begun, key) == attempt
    with worker_process(database_url):
        failed = await rested(api, Role.STATION, import_id)
    assert (failed["state"], failed["failure"]) == ("FAILED", "INTERRUPTED")
    assert await one(database, "SELECT file_cipher IS NULL FROM elder_import WHERE id = $1", key)


@pytest.mark.usefixtures("worker")
async def test_who_is_entered_while_a_file_is_keeps_all_of_it_out(
    api: Api, database: Database, vault: Vault, region: str
) -> None:
    rows: list[Row] = elders(region, 3)
    checked = await looked_through(api, workbook(TITLES, *rows))
    before = await registered(database)
    entries = read_sheet([list(TITLES), *rows], {region: region}).entries
    async with database.transaction("test") as session:
        (other,) = await enter(session, vault, [entries[1].fields], api.actor(Role.ADMIN).id)
        await session.flush()
        assert (await apply(api, Role.STATION, checked["id"]))["userErrors"] == []
        # The worker has looked, has found nobody, and waits for what becomes of this one.
        await somebody_waits(database)
    refused = await rested(api, Role.STATION, checked["id"])
    assert refused["state"] == "REFUSED"
    assert faults(refused) == [(3, "ID_NUMBER", "ALREADY_EXISTS")]
    assert await registered(database) == before + 1
    # Who has asked for them by way of a file is in their trail.
    (met,) = await trail(database, action="elder_import_refuse")
    assert (met.elder_id, met.actor_id) == (other.id, api.actor(Role.STATION).id)


async def test_a_database_that_goes_away_is_no_attempt_at_a_file(
    api: Api,
    database: Database,
    database_url: str,
    cluster: str,
    vault: Vault,
    region: str,
) -> None:
    rows: list[Row] = elders(region, 1)
    entries = read_sheet([list(TITLES), *rows], {region: region}).entries
    async with working(database_url, vault):
        checked = await looked_through(api, workbook(TITLES, *rows))
        async with database.transaction("test") as session:
            await enter(session, vault, [entries[0].fields], api.actor(Role.ADMIN).id)
            await session.flush()
            await session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            kept = await session.scalar(text("SELECT pg_backend_pid()"))
            await apply(api, Role.STATION, checked["id"])
            for _ in range(MOST_ATTEMPTS + 1):
                # The worker has begun to enter, and waits for what becomes of this elder.
                await begun_once(database, key_of(checked["id"], "elder_import"))
                await taken_away(cluster, database_url.rpartition("/")[2], kept)
            await session.rollback()
        entered = await rested(api, Role.STATION, checked["id"])
    assert (entered["state"], entered["failure"]) == ("DONE", None)


@pytest.mark.usefixtures("worker")
async def test_of_very_many_faults_the_first_are_kept_and_all_are_counted(
    api: Api, region: str
) -> None:
    bad = [[name, number, code, ""] for name, number, code, _ in elders(region, 1_100)]
    refused = await looked_through(api, workbook(TITLES, *bad))
    assert (refused["state"], refused["badRowCount"]) == ("REFUSED", 1_100)
    assert refused["rowErrors"]["totalCount"] == MOST_FAULTS
    assert refused["rowErrorCount"] == 1_100
    assert refused["rowErrors"]["nodes"][0]["row"] == 2


@pytest.mark.usefixtures("worker")
async def test_its_owner_sees_how_far_it_is(api: Api, region: str) -> None:
    async with api.socket(Role.STATION) as socket:
        import_id = await brought(api, Role.STATION, workbook(TITLES, *elders(region, 500)))
        await socket.subscribe(WATCH, id=import_id)
        seen = [await watched(socket)]
        while seen[-1]["state"] == "WAITING":
            seen.append(await watched(socket))
        assert (seen[-1]["state"], seen[-1]["rowCount"], seen[-1]["doneCount"]) == (
            *("CHECKED", 500, 500),
        )
        # It has not ended: the same stream tells how it is entered.
        await apply(api, Role.STATION, import_id)
        entering = [await watched(socket)]
        while entering[-1]["state"] in ("CHECKED", "ENTERING"):
            entering.append(await watched(socket))
        assert (await socket.receive())["type"] == "complete"
    done = [one["doneCount"] for one in entering]
    assert (entering[0]["state"], done[0]) == ("ENTERING", 0)
    assert (entering[-1]["state"], done[-1]) == ("DONE", 500)
    assert done == sorted(done)
    assert set(done) & {200, 400}


@pytest.mark.usefixtures("worker")
async def test_what_is_being_entered_may_be_given_up(
    api: Api, database: Database, region: str
) -> None:
    before = await registered(database)
    async with api.socket(Role.STATION) as socket:
        content = workbook(TITLES, *elders(region, 1_000))
        import_id = (await looked_through(api, content))["id"]
        await apply(api, Role.STATION, import_id)
        await socket.subscribe(WATCH, id=import_id)
        while not (await watched(socket))["doneCount"]:
            pass
        given_up = await api.data(Role.STATION, CANCEL, id=import_id)
        assert given_up["elderImportCancel"]["userErrors"] == []
        while (await watched(socket))["state"] != "CANCELLED":
            pass
        assert (await socket.receive())["type"] == "complete"
    # The next file is taken once the worker has let go of this one.
    await looked_through(api, workbook(TITLES, *elders(region, 1)))
    assert await registered(database) == before
    assert (await read(api, Role.STATION, import_id))["state"] == "CANCELLED"


async def test_nobody_else_watches_it(api: Api) -> None:
    import_id = await brought(api, Role.STATION, b"a")
    async with api.socket(Role.ADMIN) as socket:
        await socket.subscribe(WATCH, id=import_id)
        frame = await socket.receive()
    assert frame["type"] == "error"
    assert frame["payload"][0]["extensions"]["code"] == "NOT_FOUND"
