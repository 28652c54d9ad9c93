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
def desk_settings(
    provider: IdentityProvider, database_url: str, token_key: TokenKey, vault: Vault
) -> ApiSettings:
    """Of the API beside it."""
    return ApiSettings(
        database_url,
        token_key,
        vault,
        origins=("https://desk.example",),
        staff_login=staff_login(provider.issuer),
    )


@pytest.fixture
async def desk(
    provider: IdentityProvider, desk_settings: ApiSettings
) -> AsyncGenerator[Desk, None]:
    """The API, as it is behind its proxy."""
    async with staff_desk(provider, desk_settings) as one:
        yield one


@pytest.fixture
async def browser(desk: Desk) -> AsyncGenerator[Browser, None]:
    """A browser that has been nowhere yet."""
    async with desk.browser() as one:
        yield one
