"""An empty database, and a small demo district for it."""

from datetime import date

import asyncpg

from domain.crypto import Vault
from yiyang.district.cast import District
from yiyang.district.load import load_district

TODAY = date(2026, 2, 28)
SEED = 20
OF_ELDERS = ("elder", "elder_tag", "contact", "family_link", "device")
EMPTY = "TRUNCATE region, vendor, person, household RESTART IDENTITY CASCADE"


async def load(
    connection: asyncpg.Connection, vault: Vault, elders: int = 60, seed: int = SEED
) -> District:
    """A district in an empty database."""
    return await load_district(
        connection, vault, elders=elders, seed=seed, today=TODAY, progress=lambda *_: None
    )


async def one(connection: asyncpg.Connection, query: str, *values: object) -> asyncpg.Record:
    """The one row of a query."""
    (row,) = await connection.fetch(query, *values)
    return row
