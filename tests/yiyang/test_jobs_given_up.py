"""What becomes of jobs that fail: none is lost, and none that cannot be done is tried for ever."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.access import Role
from domain.accounts import granting
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from domain.jobs import Job, enqueue
from tests.clients import Api
from tests.exporting import working
from tests.waiting import until
from yiyang import worker
from yiyang.district.cast import District

# What fails, and then the queue that cannot write down that it is to be tried again.
_BROKEN = """
    ALTER TABLE account RENAME TO account_to_come;
    CREATE FUNCTION no_retry() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE lock_not_available; END $$;
    CREATE TRIGGER no_retry BEFORE UPDATE ON pgqueuer FOR EACH ROW
        WHEN (OLD.status = 'picked' AND NEW.status = 'queued') EXECUTE FUNCTION no_retry();
"""
_MENDED = """
    DROP TRIGGER no_retry ON pgqueuer;
    ALTER TABLE account_to_come RENAME TO account;
"""
_HELD = "SELECT count(*) FROM pgqueuer WHERE status = 'failed'"

SUBMIT = """mutation ($elder: ID!) { dataRequestSubmit(input: {elderId: $elder, kind: ACCESS}) {
    dataRequest { id } } }"""
APPROVE = """mutation ($id: ID!) { dataRequestApprove(input: {id: $id}) {
    dataRequest { state } userErrors { code } } }"""
STATE = "query ($id: ID!) { dataRequest(id: $id) { state url } }"


@asynccontextmanager
async def at_work(database_url: str) -> AsyncGenerator[None, None]:
    """A worker without keys: what it does opens nothing sealed."""
    running = asyncio.create_task(worker.work(database_url, lambda: None))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def ask_for_jobs(database: Database, district: District, *keys: str) -> None:
    """They void an account's tokens, if its time is over."""
    async with database.transaction("test") as session:
        given = {"account_id": district.players[Role.FAMILY].account_id.hex}
        for key in keys:
            enqueue(session, Job(granting.END_JOB, given, timedelta(0), key))


async def test_a_job_whose_retry_cannot_be_written_is_held_and_done_later(
    database: Database, database_url: str, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "REQUEUED", "* * * * * *")
    sql = await asyncpg.connect(database_url)
    await sql.execute(_BROKEN)
    async with at_work(database_url):
        await ask_for_jobs(database, district, "one")

        async def is_held() -> bool:
            return await sql.fetchval(_HELD) == 1

        await until(is_held)
        await sql.execute(_MENDED)

        async def is_done() -> bool:
            return await sql.fetchval("SELECT count(*) FROM pgqueuer") == 0

        await until(is_done)
    await sql.close()


async def test_a_held_job_waits_for_the_same_that_was_asked_for_anew(
    database: Database, database_url: str, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of a key cannot wait: neither is lost, and the others are not held up by it."""
    monkeypatch.setattr(worker, "REQUEUED", "* * * * * *")
    sql = await asyncpg.connect(database_url)
    await ask_for_jobs(database, district, "one", "two")
    await sql.execute("UPDATE pgqueuer SET status = 'failed'")
    await ask_for_jobs(database, district, "one", "two")
    await sql.execute(
        "UPDATE pgqueuer SET execute_after = now() + interval '1 hour' WHERE status = 'queued'"
    )
    await sql.execute(
        "UPDATE pgqueuer SET dedupe_key = id WHERE id = (SELECT min(id) FROM pgqueuer)"
    )
    async with at_work(database_url):

        async def one_is_let_go() -> bool:
            return await sql.fetchval(_HELD) == 1

        await until(one_is_let_go)
        await sql.execute("UPDATE pgqueuer SET execute_after = now() WHERE status = 'queued'")

        async def none_is_left() -> bool:
            return await sql.fetchval("SELECT count(*) FROM pgqueuer") == 0

        await until(none_is_left)
    await sql.close()


async def approved(api: Api) -> str:
    """A request for a copy that a worker is to write."""
    mother = public_id("elder", api.district.mother_id)
    asked = await api.data(Role.ELDER, SUBMIT, elder=mother)
    request = asked["dataRequestSubmit"]["dataRequest"]["id"]
    assert await approve(api, request) == "APPROVED"
    return request


async def approve(api: Api, request: str) -> str:
    payload = (await api.data(Role.STATION, APPROVE, id=request))["dataRequestApprove"]
    assert payload["userErrors"] == []
    return payload["dataRequest"]["state"]


async def come_to(api: Api, request: str, state: str) -> Any:
    """The request, once whoever asked sees it in a state."""

    async def there() -> bool:
        return (await api.data(Role.ELDER, STATE, id=request))["dataRequest"]["state"] == state

    await until(there)
    return (await api.data(Role.ELDER, STATE, id=request))["dataRequest"]


async def test_a_data_request_that_cannot_be_carried_out_fails_and_may_be_approved_again(
    api: Api,
    database_url: str,
    vault: Vault,
    district: District,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(worker, "_RETRY_AFTER", timedelta(0))
    sql = await asyncpg.connect(database_url)
    readable = await sql.fetchval(
        "SELECT address_cipher FROM elder WHERE id = $1", district.mother_id
    )
    put = "UPDATE elder SET address_cipher = $2 WHERE id = $1"
    await sql.execute(put, district.mother_id, b"unreadable")
    async with working(database_url, vault):
        request = await approved(api)
        assert (await come_to(api, request, "FAILED"))["url"] is None
        assert "cannot be carried out" in caplog.text
        assert caplog.text.count("is tried again") == 4
        await sql.execute(put, district.mother_id, readable)
        # At once: the job that has failed is hardly off the queue.
        assert await approve(api, request) == "APPROVED"
        assert (await come_to(api, request, "DONE"))["url"]
    await sql.close()


async def test_a_data_request_waits_for_a_database_as_long_as_it_takes(
    api: Api,
    database_url: str,
    vault: Vault,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A table that is not there yet is an outage: the migration will come."""
    monkeypatch.setattr(worker, "_RETRY_AFTER", timedelta(0))
    sql = await asyncpg.connect(database_url)
    await sql.execute("ALTER TABLE elder_tag RENAME TO elder_tag_to_come")
    async with working(database_url, vault):
        request = await approved(api)
        await until(lambda: caplog.text.count("is tried again") > 6)
        assert (await come_to(api, request, "APPROVED"))["url"] is None
        await sql.execute("ALTER TABLE elder_tag_to_come RENAME TO elder_tag")
        assert (await come_to(api, request, "DONE"))["url"]
    await sql.close()
