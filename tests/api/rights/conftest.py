"""The desks at which data requests are made and decided."""

import pytest

from domain.access import Role
from domain.database import Database
from tests.clients import Api
from tests.makers.colleagues import make_colleague
from tests.rights import Desk


@pytest.fixture
async def desk(api: Api, database: Database) -> Desk:
    return Desk(api, database, await make_colleague(database, api.actor(Role.STATION)))
