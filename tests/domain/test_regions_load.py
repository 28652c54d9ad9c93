"""The divisions: what the file says, and that the table says the same after each load."""

from collections import Counter
from collections.abc import AsyncGenerator

import asyncpg
import pytest

from domain.regions.load import divisions, load_regions
from domain.regions.models import RegionLevel

DIGITS = {
    RegionLevel.PROVINCE: 2,
    RegionLevel.CITY: 4,
    RegionLevel.DISTRICT: 6,
    RegionLevel.STREET: 9,
    RegionLevel.COMMUNITY: 12,
}


@pytest.fixture
async def empty(database_url: str) -> AsyncGenerator[asyncpg.Connection, None]:
    """A database with no region, and so with nothing that points at one."""
    connection = await asyncpg.connect(database_url)
    await connection.execute("TRUNCATE region CASCADE")
    yield connection
    await connection.close()


def test_the_file_holds_every_level() -> None:
    counted = Counter(row.level for row in divisions())

    assert counted == {
        RegionLevel.PROVINCE: 1,
        RegionLevel.CITY: 1,
        RegionLevel.DISTRICT: 13,
        RegionLevel.STREET: 196,
        RegionLevel.COMMUNITY: 3320,
    }


def test_a_parent_comes_first_and_its_code_begins_the_childs() -> None:
    seen: set[str] = set()
    for row in divisions():
        assert len(row.code) == DIGITS[row.level]
        assert row.code not in seen
        if row.level is RegionLevel.PROVINCE:
            assert row.parent_code is None
        else:
            assert row.parent_code in seen
            assert row.code.startswith(row.parent_code)
        seen.add(row.code)


async def test_the_table_says_what_the_file_says(empty: asyncpg.Connection) -> None:
    assert await load_regions(empty) == 3531

    rows = await empty.fetch("SELECT code, name, level, parent_code FROM region")
    stored = {tuple(row) for row in rows}
    assert stored == {(row.code, row.name, row.level.value, row.parent_code) for row in divisions()}


async def places(connection: asyncpg.Connection) -> dict[str, object]:
    """Where each row lies: another place, another version of the row."""
    rows = await connection.fetch("SELECT code, ctid FROM region")
    return {row["code"]: row["ctid"] for row in rows}


async def test_a_second_load_mends_what_differs_and_touches_nothing_else(
    empty: asyncpg.Connection,
) -> None:
    await load_regions(empty)
    await empty.execute("UPDATE region SET name = '旧名' WHERE code = '330102001'")
    await empty.execute("DELETE FROM region WHERE code = '330102001051'")
    before = await places(empty)

    await load_regions(empty)

    after = await places(empty)
    assert len(after) == 3531
    assert {code for code, place in after.items() if before.get(code) != place} == {
        "330102001",
        "330102001051",
    }
    name = await empty.fetchval("SELECT name FROM region WHERE code = '330102001'")
    assert name == "清波街道"
