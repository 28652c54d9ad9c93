"""A demo district of a few thousand elders in a database of its own, to be read."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date, datetime, time

import asyncpg

from domain.calendar import DISTRICT_ZONE
from domain.crypto import Vault
from tests.conftest import TEMPLATE
from yiyang.district.cast import District
from yiyang.district.load import load_district

SEED = 20
TODAY = date(2026, 7, 15)
MIDNIGHT = datetime.combine(TODAY, time(), DISTRICT_ZONE)
ELDERS = 6_000


@asynccontextmanager
async def loaded(
    cluster: str, vault: Vault, *, elders: int = ELDERS, today: date = TODAY
) -> AsyncGenerator[tuple[asyncpg.Connection, District], None]:
    """A connection to a database with a district, and who plays in it.

    Parameters:
        cluster: the URL of the cluster's maintenance database; the tests' template is there.
    """
    name = f"district_{elders}_{today:%Y%m%d}"
    admin = await asyncpg.connect(cluster)
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    connection = await asyncpg.connect(f"{cluster.rpartition('/')[0]}/{name}")
    try:
        await connection.execute("TRUNCATE region, vendor, person, household CASCADE")
        cast = await load_district(
            connection, vault, elders=elders, seed=SEED, today=today, progress=lambda *_: None
        )
        yield connection, cast
    finally:
        await connection.close()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


async def number(connection: asyncpg.Connection, rows: str, *values: object) -> int:
    """How many rows a FROM clause has, with what follows it."""
    return await connection.fetchval(f"SELECT count(*) FROM {rows}", *values)


async def numbers(connection: asyncpg.Connection, column: str, rows: str) -> dict[str, int]:
    """How many rows of a FROM clause have each value of a column."""
    found = await connection.fetch(f"SELECT {column}, count(*) FROM {rows} GROUP BY 1")
    return {row[0]: row[1] for row in found}
