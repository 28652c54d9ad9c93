"""What rules remembered in rows of their own is in their device's row afterwards, and back."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from alembic import command

from domain.database import Database
from domain.devices.rule_memory import RuleMemory
from domain.devices.rule_state import memories
from migrations.run import configuration

BEFORE, LATEST = "0034", datetime(2026, 3, 1, 12, 0, 30, 500_000, tzinfo=UTC)
SINCE = LATEST - timedelta(minutes=2)
OLD = "SELECT rule, latest, breached_since, raised FROM rule_state ORDER BY rule"


async def on(url: str, query: str, *values: Any) -> list[Any]:
    connection = await asyncpg.connect(url)
    found = await connection.fetch(query, *values)
    await connection.close()
    return found


async def remembered(url: str, device_id: UUID) -> Any:
    database = Database(url)
    async with database.transaction("test") as session:
        found = await memories(session, [device_id])
    await database.close()
    return found[device_id]


def test_what_rules_remember_moves_into_one_row_and_back(database_url: str) -> None:
    config = configuration(database_url)
    command.downgrade(config, BEFORE)
    (device,) = asyncio.run(on(database_url, "SELECT id, elder_id FROM device LIMIT 1"))
    for rule, since, raised in (("slow", SINCE, True), ("fast", None, False)):
        insert = "INSERT INTO rule_state VALUES ($1, $2, $3, $4, $5)"
        asyncio.run(on(database_url, insert, device["id"], rule, LATEST, since, raised))
    command.upgrade(config, "head")
    state = asyncio.run(remembered(database_url, device["id"]))
    assert (state.elder_id, state.latest, state.due_at) == (device["elder_id"], LATEST, None)
    assert state.rules == {"slow": RuleMemory(LATEST, SINCE, raised=True)}
    command.downgrade(config, BEFORE)
    assert [tuple(row) for row in asyncio.run(on(database_url, OLD))] == [
        ("slow", LATEST, SINCE, True)
    ]
