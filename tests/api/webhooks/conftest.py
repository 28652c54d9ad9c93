"""A server whose webhooks may lead here, and somebody who is told."""

from collections.abc import AsyncGenerator

import pytest

from api.app import create_app
from api.auth.tokens import TokenKey
from api.settings import ApiSettings
from domain.crypto import Vault
from tests.clients import Api
from tests.receiver import Receiver, receiving
from tests.serving import serving
from yiyang.district.cast import District


@pytest.fixture
async def api(
    database_url: str, token_key: TokenKey, vault: Vault, district: District
) -> AsyncGenerator[Api, None]:
    """A server for development: webhooks may lead to 127.0.0.1."""
    settings = ApiSettings(database_url, token_key, vault, webhooks_anywhere=True)
    async with serving(create_app(settings)) as port:
        client = Api(port, token_key, district)
        yield client
        await client.close()


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver, None]:
    async with receiving() as server:
        yield server
