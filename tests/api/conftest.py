"""Who gives roles and takes them away."""

import pytest

from domain.access import Actor
from domain.crypto import Vault
from domain.database import Database
from tests.api.roles import make_official


@pytest.fixture
async def official(database: Database, vault: Vault) -> Actor:
    """Of a street: grants and ends its roles."""
    return await make_official(database, vault)
