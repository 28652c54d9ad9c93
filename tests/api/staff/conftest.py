"""A desk that staff sign in at, and their provider."""

from collections.abc import AsyncGenerator

import pytest

from api.auth.tokens import TokenKey
from api.settings import ApiSettings
from domain.crypto import Vault
from tests.identity_provider import IdentityProvider, identity_provider
from tests.staff_desk import Browser, Desk, staff_desk, staff_login


@pytest.fixture
async def provider() -> AsyncGenerator[IdentityProvider, None]:
    """One that is up, and honest."""
    async with identity_provider() as one:
        yield one


@pytest.fixture
async def desk(
    provider: IdentityProvider, database_url: str, token_key: TokenKey, vault: Vault
) -> AsyncGenerator[Desk, None]:
    """The API beside it."""
    settings = ApiSettings(
        database_url,
        token_key,
        vault,
        origins=("https://desk.example",),
        staff_login=staff_login(provider.issuer),
    )
    async with staff_desk(provider, settings) as one:
        yield one


@pytest.fixture
async def browser(desk: Desk) -> AsyncGenerator[Browser, None]:
    """A browser that has been nowhere yet."""
    async with desk.browser() as one:
        yield one
