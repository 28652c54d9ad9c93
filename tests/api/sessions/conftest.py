"""Somebody with two accounts, who signs in."""

from uuid import UUID

import pytest

from domain.access import Role
from domain.database import Database
from tests.clients import Api
from tests.makers.accounts import make_person


@pytest.fixture
async def daughter(api: Api, database: Database) -> UUID:
    """A person who is the mother's daughter, and a volunteer."""
    accounts = api.district.daughter_id, api.district.players[Role.VOLUNTEER].account_id
    return await make_person(database, accounts=accounts)
