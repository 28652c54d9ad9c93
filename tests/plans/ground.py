"""A database of one's own, in which something is going on, and who asks it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from domain.crypto import Vault
from domain.database import Database
from tests.conftest import TEMPLATE, Template
from tests.plans.lively import enliven
from tests.plans.running import Runner
from tests.plans.state import Kept
from tests.plans.supply import Supply, read_supply
from yiyang.district.cast import District


@dataclass(frozen=True)
class Ground:
    """Where operations are tried.

    Parameters:
        kept: puts the rows back after a change.
    """

    district: District
    runner: Runner
    supply: Supply
    kept: Kept


@asynccontextmanager
async def open_ground(
    cluster: str, template: Template, vault: Vault, name: str
) -> AsyncGenerator[Ground, None]:
    """A clone of the small district, on the running event loop."""
    admin = await asyncpg.connect(cluster)
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    url = f"{template.url.rpartition('/')[0]}/{name}"
    database, sql = Database(url), await asyncpg.connect(url)
    try:
        await enliven(database, vault, template.district)
        runner, kept = Runner(database, vault), Kept(sql)
        supply = await read_supply(runner, database, template.district)
        await kept.keep()
        yield Ground(template.district, runner, supply, kept)
    finally:
        await sql.close()
        await database.close()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()
