"""Whom the planner's tests ask."""

from collections.abc import AsyncGenerator

import pytest

from domain.crypto import Vault
from tests.api.plan.desk import Desk, WatchedDatabase
from yiyang.district.cast import District


@pytest.fixture
async def desk(database_url: str, vault: Vault, district: District) -> AsyncGenerator[Desk, None]:
    """On the test's own database."""
    database = WatchedDatabase(database_url, role=None)
    yield Desk(database, vault, district)
    await database.close()
