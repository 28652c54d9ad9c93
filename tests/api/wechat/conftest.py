"""A server that asks WeChat, and a person whose phone is known."""

from uuid import UUID

import pytest

from domain.crypto import Vault
from domain.database import Database
from tests.clients import Api
from tests.makers.accounts import make_person
from tests.wechat import api as api
from tests.wechat import wechat as wechat
from tests.wechat_users import DAUGHTER_PHONE


@pytest.fixture
async def daughter(api: Api, database: Database, vault: Vault) -> UUID:
    """The mother's daughter, whose phone is known."""
    return await make_person(
        database, accounts=[api.district.daughter_id], vault=vault, phone=DAUGHTER_PHONE
    )
