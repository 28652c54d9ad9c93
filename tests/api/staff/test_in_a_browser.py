"""Staff sign in in a real browser: its rules on cookies, origins and redirects are no guess."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.async_api import Page, async_playwright, expect

from api.settings import ApiSettings
from domain.calendar import now
from tests.browsing import ARGUMENTS, FULFILLED
from tests.identity_provider import IdentityProvider, User
from tests.staff_desk import ADDRESS, DESK, Desk, staff_desk

DESK_PAGE = Path(__file__).with_name("desk.html")
DISPATCHER = "streets/330102001/dispatcher"


@pytest.fixture
def tls(tmp_path: Path) -> dict[str, Path]:
    """A certificate that no authority has signed, for uvicorn."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api.example")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(now()).not_valid_after(now() + timedelta(hours=1))
    pem = serialization.Encoding.PEM
    certificate, private = tmp_path / "api.pem", tmp_path / "api.key"
    certificate.write_bytes(dated.sign(key, hashes.SHA256()).public_bytes(pem))
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return {"ssl_certfile": certificate, "ssl_keyfile": private}


@pytest.fixture
async def desk(
    provider: IdentityProvider, desk_settings: ApiSettings, tls: dict[str, Path]
) -> AsyncGenerator[Desk, None]:
    """The API, with TLS of its own."""
    async with staff_desk(provider, desk_settings, **tls) as one:
        yield one


@pytest.fixture
async def page(desk: Desk, chromium: Path) -> AsyncGenerator[Page, None]:
    """A tab on the desk's page, in a browser that has been nowhere yet."""
    found = f"--host-resolver-rules=MAP api.example 127.0.0.1:{desk.port}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=[*ARGUMENTS, FULFILLED, found]
        )
        page = await browser.new_page(ignore_https_errors=True, locale="zh-CN")
        await page.route("https://desk.example/**", lambda route: route.fulfill(path=DESK_PAGE))
        await page.goto(DESK)
        yield page
        await browser.close()


async def test_in_and_out_again(page: Page, provider: IdentityProvider) -> None:
    provider.user = User(name="陆明远", groups=[DISPATCHER])
    await page.click("#in")
    await expect(page.locator("#who")).to_have_text("陆明远 DISPATCHER")
    assert page.url == DESK, "the code stays in no address"
    assert await page.context.cookies(f"{ADDRESS}/auth/staff/login") == [], "a cookie for the way"
    await page.click("#out button")
    await expect(page.locator("#who")).to_have_text("refused 401")
    assert page.url == DESK


async def test_who_has_no_role_is_told_so_in_their_language(
    page: Page, provider: IdentityProvider
) -> None:
    provider.user = User(name="陆明远", groups=[])
    await page.click("#in")
    await expect(page.locator("h1")).to_contain_text("未被授予")
    assert page.url.startswith(f"{ADDRESS}/auth/staff/")
