"""Databases in which worlds are thrown."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from api.auth.tokens import TokenKey
from domain.crypto import Vault
from domain.database import Database
from tests.access.worlds.ground import Ground, Grounds, thrown
from tests.access.worlds.shuffle import peopled
from tests.access.worlds.stage import Stages
from tests.conftest import TEMPLATE, Template
from tests.plans.lively import care_for

PEOPLED = "template_peopled"


@pytest.fixture(scope="session")
async def grounds(administration: asyncpg.Connection, template: Template, vault: Vault) -> Grounds:
    """Clones of the small district with everybody in it, each with a world of its own."""
    base = template.url.rpartition("/")[0]
    await administration.execute(f"CREATE DATABASE {PEOPLED} TEMPLATE {TEMPLATE}")
    sql = await asyncpg.connect(f"{base}/{PEOPLED}")
    await peopled(sql)
    await sql.close()
    database = Database(f"{base}/{PEOPLED}", role=None)
    await care_for(database, vault, template.district)
    await database.close()

    @asynccontextmanager
    async def ground(number: int) -> AsyncGenerator[Ground, None]:
        name = f"world_{number}"
        await administration.execute(
            f"CREATE DATABASE {name} TEMPLATE {PEOPLED} STRATEGY file_copy"
        )
        try:
            async with thrown(f"{base}/{name}", vault, number) as opened:
                yield opened
        finally:
            await administration.execute(f"DROP DATABASE {name} WITH (FORCE)")

    return ground


@pytest.fixture
def stages(grounds: Grounds, template: Template, token_key: TokenKey) -> Stages:
    """Servers of such worlds."""
    return Stages(grounds, template, token_key)
