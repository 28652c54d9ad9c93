"""A provider gives roles in its own division, whatever division its values name."""

from collections.abc import AsyncGenerator

import pytest

from api.auth.tokens import TokenKey
from api.settings import ApiSettings
from domain.crypto import Vault
from domain.ids import public_id
from tests.identity_provider import IdentityProvider, User
from tests.staff_desk import Browser, Desk, staff_desk, staff_login
from yiyang.district.cast import District


@pytest.fixture
async def desk(
    request: pytest.FixtureRequest,
    provider: IdentityProvider,
    database_url: str,
    token_key: TokenKey,
    vault: Vault,
) -> AsyncGenerator[Desk, None]:
    """The API of a division; the test's parameter says which."""
    login = staff_login(provider.issuer, within=request.param)
    settings = ApiSettings(
        database_url, token_key, vault, origins=("https://desk.example",), staff_login=login
    )
    async with staff_desk(provider, settings) as one:
        yield one


@pytest.mark.parametrize(
    ("desk", "codes"),
    [("330102", ["330102", "330102001"]), ("330102001", ["330102001"])],
    indirect=["desk"],
)
async def test_no_division_that_is_wider_or_elsewhere(
    browser: Browser, provider: IdentityProvider, codes: list[str]
) -> None:
    named = ("33", "3301", "330102", "330102001", "330106")
    provider.user = User(groups=[f"streets/{code}/official" for code in named])
    tokens = await browser.sign_in()
    assert sorted(one["region"] for one in tokens["accounts"]) == codes


@pytest.mark.parametrize(
    ("desk", "status"), [("330102001", 303), ("330102003", 403)], indirect=["desk"]
)
async def test_no_house_that_is_elsewhere(
    browser: Browser, provider: IdentityProvider, district: District, status: int
) -> None:
    station = public_id("station", district.station_id)
    provider.user = User(groups=[f"houses/{station}"])
    assert (await browser.walk()).status_code == status
