"""One server process for all who attack it."""

import asyncio
from collections.abc import Generator

import asyncpg
import pytest

from api.auth.tokens import TokenKey
from domain.crypto import Vault
from tests.conformance.served import Served, served
from tests.conftest import TEMPLATE, Template

DATABASE = "conformance"


@pytest.fixture(scope="session")
def server(cluster: str, template: Template, vault: Vault) -> Generator[Served, None, None]:
    """`yiyang serve` on a database of its own, one a worker; nobody relies on what is in it."""

    async def clone() -> None:
        connection = await asyncpg.connect(cluster)
        await connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE {TEMPLATE}")
        await connection.close()

    asyncio.run(clone())
    url = f"{cluster.rpartition('/')[0]}/{DATABASE}"
    with served(url, vault, TokenKey.new_jwk(), template.district) as running:
        yield running
