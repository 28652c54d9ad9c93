"""A server that asks WeChat, and a person whose phone is known."""

from uuid import UUID

import pytest

from domain.crypto import Vault
from domain.database import Database
from tests.clients import Api
from tests.wechat import api as api
from tests.wechat import wechat as wechat
from tests.wechat_users import DAUGHTER_PHONE, known


@pytest.fixture
async def daughter(api: Api, database: Database, vault: Vault) -> UUID:
    """The mother's daughter, whose phone is known."""
    return await known(database, vault, DAUGHTER_PHONE, api.district.daughter_id)
