"""Whose sensitive data is in a file stands in the audit trail before there is a file; what is shown
for a purpose is in none."""

from collections.abc import AsyncGenerator

import asyncpg
import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Role
from domain.crypto import Vault
from domain.database import Database
from domain.exports.models import Export
from tests.clients import Api
from tests.exporting import answer, ended, exported, fetch, rows_in, started, working
from tests.trail import object_of, trail

SENSITIVE = "{ elders { nodes { id fullAddress conditions { name } } } }"
SHOWN = ["Elder.fullAddress", "ElderCondition.name"]


@pytest.fixture
async def worker(database_url: str, vault: Vault) -> AsyncGenerator[None, None]:
    async with working(database_url, vault):
        yield


@pytest.mark.usefixtures("worker")
async def test_each_elder_in_a_file_has_a_row(api: Api, database: Database) -> None:
    export = await exported(api, Role.ADMIN, SENSITIVE)
    lines = rows_in((await fetch(api, Role.ADMIN, export["url"])).content)
    entries = await trail(database, action="read")
    assert len(lines) == export["rowCount"] > 200, "more than a page"
    assert sorted(object_of(entry) for entry in entries) == sorted(line["id"] for line in lines)
    assert {entry.actor_id for entry in entries} == {api.actor(Role.ADMIN).id}
    assert {entry.request_id for entry in entries} == {export["id"]}
    for line in lines:
        (entry,) = (one for one in entries if object_of(one) == line["id"])
        assert entry.fields == (SHOWN if line["conditions"] else SHOWN[:1])


async def test_what_the_trail_cannot_hold_is_in_no_file(
    api: Api, database_url: str, vault: Vault
) -> None:
    export = await started(api, Role.ADMIN, SENSITIVE)
    sql = await asyncpg.connect(database_url)
    await sql.execute("ALTER TABLE audit_entry RENAME TO audit_entry_away")
    async with working(database_url, vault):
        failed = await ended(api, Role.ADMIN, export["id"])
    await sql.execute("ALTER TABLE audit_entry_away RENAME TO audit_entry")
    assert (failed["state"], failed["failure"]) == ("FAILED", "INTERNAL")
    assert (failed["byteCount"], failed["url"]) == (0, None)
    assert await sql.fetchval("SELECT count(*) FROM export_piece") == 0
    await sql.close()


REVEALS = {
    "elder": "{ elders { nodes { id reveal(field: PHONE, purpose: CARE) } } }",
    "contact": "{ elders { nodes { contacts { phone: reveal(purpose: CARE) } } } }",
    "below": "{ alarms { nodes { elder { ...F } } } }"
    " fragment F on Elder { reveal(field: ADDRESS, purpose: ALARM) }",
}


@pytest.mark.parametrize("kind", sorted(REVEALS))
async def test_what_is_shown_for_a_purpose_is_in_no_file(
    api: Api, database: Database, kind: str
) -> None:
    payload = await answer(api, Role.OFFICIAL, REVEALS[kind])
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "query")
    assert ("Contact.reveal" if kind == "contact" else "Elder.reveal") in error["message"]
    assert await database.fetch(select(col(Export.id)), primary=True) == []
