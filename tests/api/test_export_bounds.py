"""What exports may take: of the disk, of an hour, of connections, of the event loop."""

import asyncio
import os
import threading
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from api.connections import MAX_A_CLIENT
from api.own_documents import MOST_VARIABLES
from api.relay import key_of
from domain.access import Role
from domain.accounts.models import Account
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.exports import service
from domain.exports.allowance import MOST_STARTED, STARTED_WITHIN
from domain.exports.asked import asked_of
from domain.exports.lifecycle import ExportState
from domain.exports.models import Export, ExportFailure
from tests.clients import Api
from tests.exporting import CANCEL, answer, exported, fetch, refused, started, working
from tests.makers.exports import make_export, make_file

NAMED = "query ($name: String!) { elders(filter: {nameContains: $name}) { nodes { id } } }"
SEALED = {"asked_cipher": b"sealed", "cursor_cipher": b"sealed"}
BLANK = (None, None)


async def asked(database: Database, key: UUID) -> tuple[Any, ...]:
    """What was asked for, and the cursor, as they are stored."""
    columns = (col(Export.asked_cipher), col(Export.cursor_cipher))
    (row,) = await database.fetch(select(*columns).where(col(Export.id) == key))
    return tuple(row)


async def test_only_variables_that_are_declared_are_stored(
    api: Api, database: Database, vault: Vault
) -> None:
    junk = {"junk": "x" * MOST_VARIABLES, "exportFirst": 1, "exportAfter": "y"}
    export = await started(api, Role.OFFICIAL, NAMED, variables={"name": "王", **junk})
    async with database.transaction("test") as session:
        stored = await session.get_one(Export, key_of(export["id"], "export"))
    assert asked_of(stored, vault).variables == {"name": "王"}
    assert "王".encode() not in (stored.asked_cipher or b"")


async def test_variables_are_bounded(api: Api) -> None:
    # With the name, the quotes and the braces.
    fits = "王" * (MOST_VARIABLES - len('{"name":""}'))
    payload = await answer(api, Role.OFFICIAL, NAMED, variables={"name": f"{fits}王"})
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "variables")
    assert str(MOST_VARIABLES) in error["message"]
    assert await started(api, Role.OFFICIAL, NAMED, variables={"name": fits})


async def test_what_has_been_given_up_keeps_no_question(api: Api, database: Database) -> None:
    export = await started(api, Role.OFFICIAL, NAMED, variables={"name": "王"})
    assert (await asked(database, key_of(export["id"], "export")))[0]
    await api.data(Role.OFFICIAL, CANCEL, id=export["id"])
    assert await asked(database, key_of(export["id"], "export")) == BLANK


async def test_what_is_written_keeps_no_question(
    api: Api, database: Database, database_url: str, vault: Vault
) -> None:
    async with working(database_url, vault):
        export = await exported(api, Role.OFFICIAL, NAMED, variables={"name": "王"})
    assert await asked(database, key_of(export["id"], "export")) == BLANK
    assert (await fetch(api, Role.OFFICIAL, export["url"])).status_code == 200


async def test_what_fails_or_expires_keeps_no_question(api: Api, database: Database) -> None:
    official = api.actor(Role.OFFICIAL)
    failed = await make_export(database, official, **SEALED)
    over = {"state": ExportState.DONE, "expires_at": now() - timedelta(seconds=1)}
    expired = await make_export(database, official, **SEALED, **over)
    async with database.transaction("test") as session:
        await service.fail(session, failed, ExportFailure.INTERNAL)
        assert await service.expire(session) == 1
    assert await asked(database, failed) == await asked(database, expired) == BLANK


async def test_what_has_ended_is_forgotten_after_a_week(api: Api, database: Database) -> None:
    official = api.actor(Role.OFFICIAL)
    old = now() - service.REMEMBERED - timedelta(seconds=1)
    failed = {"state": ExportState.FAILED, "failure": ExportFailure.INTERNAL, "created_at": old}
    kept = [
        await make_export(database, official, **values)
        for values in (
            {"created_at": old},
            {"created_at": old, "state": ExportState.RUNNING},
            {"created_at": old, "state": ExportState.DONE, "finished_at": old, "expires_at": now()},
            {"created_at": old, "state": ExportState.EXPIRED, "expires_at": now()},
            {"state": ExportState.CANCELLED},
            {**failed, "finished_at": now()},
        )
    ]
    for values in (
        {**failed, "finished_at": old},
        {"created_at": old, "state": ExportState.CANCELLED},
        {"created_at": old, "state": ExportState.EXPIRED, "finished_at": old, "expires_at": old},
    ):
        await make_export(database, official, **values)
    async with database.transaction("test") as session:
        assert await service.prune(session) == 3
    left = await database.fetch(select(col(Export.id)))
    assert {row[0] for row in left} == set(kept)


async def test_twenty_an_hour_whatever_became_of_them(api: Api, database: Database) -> None:
    ids: list[str] = []
    for _ in range(MOST_STARTED):
        ids.append((await started(api, Role.OFFICIAL, "{ regions { nodes { code } } }"))["id"])
        await api.data(Role.OFFICIAL, CANCEL, id=ids[-1])
    (error,) = (await answer(api, Role.OFFICIAL))["userErrors"]
    assert (error["code"], error["blockers"]) == ("TOO_MANY_EXPORTS", [])
    assert str(MOST_STARTED) in error["message"]
    assert await started(api, Role.AUDITOR)
    async with database.transaction("test") as session:
        one = update(Export).where(col(Export.id) == key_of(ids[0], "export"))
        await session.execute(one.values(created_at=now() - STARTED_WITHIN))
    assert await started(api, Role.OFFICIAL)
    assert await refused(api, Role.OFFICIAL) == ("TOO_MANY_EXPORTS", None)


async def test_the_last_of_an_hour_is_one_whoever_is_first(api: Api, database: Database) -> None:
    official = api.actor(Role.OFFICIAL)
    for _ in range(MOST_STARTED - 1):
        await make_export(database, official, state=ExportState.CANCELLED)
    payloads = await asyncio.gather(*(answer(api, official) for _ in range(4)))
    assert sum(payload["export"] is not None for payload in payloads) == 1


async def test_a_download_is_a_connection_of_its_client(
    api: Api, database: Database, vault: Vault
) -> None:
    official = api.actor(Role.OFFICIAL)
    # More than any socket holds back, and nothing that could be compressed.
    large = f"/exports/{await make_file(database, vault, official, [os.urandom(2**20)] * 12)}"
    small = f"/exports/{await make_file(database, vault, official, [b'1'])}"
    headers = {"Authorization": f"Bearer {api.token(official)}"}
    async with AsyncExitStack() as transfers:
        for _ in range(MAX_A_CLIENT):
            url = f"http://127.0.0.1:{api.port}{large}"
            transfer = api.http.stream("GET", url, headers=headers)
            assert (await transfers.enter_async_context(transfer)).status_code == 200
        response = await fetch(api, official, small)
        assert response.status_code == 429
        assert response.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_CONNECTIONS"
        assert (await fetch(api, official, small, "HEAD")).status_code == 200
    for _ in range(600):  # until the server has noticed
        if (await fetch(api, official, small)).status_code == 200:
            break
        await asyncio.sleep(0.05)
    # Those that have ended, well or not, are let go.
    for _ in range(MAX_A_CLIENT + 1):
        assert (await fetch(api, official, small)).content == b"1"


async def test_a_piece_is_opened_beside_the_event_loop(
    api: Api, database: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, threads = Vault.open_bytes, set[int]()

    def seen(*arguments: Any) -> bytes:
        threads.add(threading.get_ident())
        return opened(*arguments)

    monkeypatch.setattr(Vault, "open_bytes", seen)
    export = await make_file(database, vault, api.actor(Role.OFFICIAL), [b"1", b"2"])
    assert (await fetch(api, Role.OFFICIAL, f"/exports/{export}")).content == b"12"
    assert threads
    assert threading.get_ident() not in threads


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN])
@pytest.mark.parametrize(
    ("asked_in", "bound_to", "status"),
    [
        (None, None, 200),
        (None, "330102", 404),
        ("330102", None, 200),
        ("330102", "330102", 200),
        ("330102", "3301", 200),
        ("330102", "330106", 404),
    ],
)
async def test_the_region_that_counts_is_the_accounts(
    api: Api,
    database: Database,
    vault: Vault,
    role: Role,
    asked_in: str | None,
    bound_to: str | None,
    status: int,
) -> None:
    actor = api.actor(role)
    export = await make_file(database, vault, actor, [b"1"], region_code=asked_in)
    async with database.transaction("test") as session:
        mine = update(Account).where(col(Account.id) == actor.id)
        await session.execute(mine.values(region_code=bound_to))
    assert (await fetch(api, actor, f"/exports/{export}")).status_code == status
