"""A desk's page and its browser, an API that staff sign in to, and the provider that knows them."""

import base64
import hashlib
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from api.app import create_app
from api.auth.staff.settings import StaffLoginSettings
from api.auth.tokens import Grant, TokenKey
from api.settings import ApiSettings
from tests.clients import NO_AUTHORITIES
from tests.identity_provider import CLIENT, SECRET, IdentityProvider
from tests.serving import serving

ADDRESS = "https://api.example"
DESK = "https://desk.example/queue?tab=2"
RULES = {
    "streets/{region}/dispatcher": {"role": "DISPATCHER"},
    "streets/{region}/official": {"role": "OFFICIAL"},
    "houses/{station}": {"role": "STATION"},
    "canteens/{canteen}": {"role": "CANTEEN"},
    "auditors": {"role": "AUDITOR", "region": "330102"},
}


class BehindTls(httpx.AsyncBaseTransport):
    """The proxy with TLS before the API: https://api.example is a port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._wire = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        passed_on = httpx.Request(
            request.method,
            request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await self._wire.handle_async_request(passed_on)

    async def aclose(self) -> None:
        await self._wire.aclose()


@dataclass
class Browser:
    """One browser of a member of staff, with its cookies.

    Attributes:
        verifier: what the page keeps for itself.
    """

    http: httpx.AsyncClient
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    async def get(self, address: str, **headers: str) -> httpx.Response:
        return await self.http.get(address, headers=headers)

    async def begin(self, return_to: str = DESK) -> httpx.Response:
        """From the page to the API: the answer sends to the provider."""
        asked = {"return_to": return_to, "code_challenge": self.challenge}
        return await self.http.get(f"{ADDRESS}/auth/staff/login", params=asked)

    async def back_from_provider(self) -> str:
        """Begin, and see the provider: the address that it sends back to."""
        begun = await self.begin()
        assert begun.status_code == 303, begun.text
        approved = await self.get(begun.headers["location"])
        assert approved.status_code == 302, approved.text
        return approved.headers["location"]

    async def walk(self) -> httpx.Response:
        """All the way: the API's answer to the callback."""
        return await self.get(await self.back_from_provider())

    async def code(self) -> str:
        """All the way to the page, and what stands behind # there."""
        landed = await self.walk()
        assert landed.status_code == 303, landed.text
        address = urlsplit(landed.headers["location"])
        assert address._replace(fragment="").geturl() == DESK
        return parse_qs(address.fragment)["sign_in_code"][0]

    async def redeem(self, code: str, verifier: str | None = None, **more: str) -> httpx.Response:
        given = {"code": code, "code_verifier": verifier or self.verifier, **more}
        return await self.http.post(f"{ADDRESS}/auth/staff/tokens", json=given)

    async def refresh(self, tokens: dict[str, Any], **more: str) -> httpx.Response:
        """The page goes on."""
        given = {"refresh_token": tokens["refresh_token"], **more}
        return await self.http.post(f"{ADDRESS}/auth/refresh", json=given)

    async def leave(self, refresh_token: str, return_to: str = DESK) -> httpx.Response:
        """The page's form for signing out."""
        form = {"refresh_token": refresh_token, "return_to": return_to}
        return await self.http.post(f"{ADDRESS}/auth/staff/logout", data=form)

    async def told(self, logout_token: str) -> httpx.Response:
        """What the provider's server says to the API; its way leads through the proxy too."""
        form = {"logout_token": logout_token}
        return await self.http.post(f"{ADDRESS}/auth/staff/backchannel", data=form)

    async def ask(self, tokens: dict[str, Any], query: str) -> httpx.Response:
        """An operation with the access token."""
        authorization = {"Authorization": f"Bearer {tokens['access_token']}"}
        accepted = {"Accept": "application/graphql-response+json"}
        return await self.http.post(
            f"{ADDRESS}/graphql", json={"query": query}, headers={**authorization, **accepted}
        )

    async def is_refused(self, tokens: dict[str, Any]) -> bool:
        """Whether the access token is good no longer."""
        return (await self.ask(tokens, "{ viewer { role } }")).status_code == 401

    async def sign_in(self, **more: str) -> dict[str, Any]:
        """All the way to tokens."""
        redeemed = await self.redeem(await self.code(), **more)
        assert redeemed.status_code == 200, redeemed.text
        return redeemed.json()


@dataclass
class Desk:
    """The running API, and its provider."""

    port: int
    provider: IdentityProvider
    key: TokenKey

    @asynccontextmanager
    async def browser(self) -> AsyncGenerator[Browser, None]:
        """A new one."""
        mounts = {ADDRESS: BehindTls(self.port)}
        # The mounted transport needs no authorities, the provider speaks plain HTTP here.
        async with httpx.AsyncClient(mounts=mounts, verify=NO_AUTHORITIES, timeout=60) as http:
            yield Browser(http)

    def grant(self, tokens: dict[str, Any]) -> Grant:
        """What the access token says."""
        return self.key.verify(tokens["access_token"])


def staff_login(issuer: str, **other: Any) -> StaffLoginSettings:
    """The tests' settings for a provider."""
    given = {
        "issuer": issuer,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "address": ADDRESS,
        "roles": RULES,
        **other,
    }
    return StaffLoginSettings.model_validate(given)


@asynccontextmanager
async def staff_desk(
    provider: IdentityProvider, settings: ApiSettings, **options: Any
) -> AsyncGenerator[Desk, None]:
    """An API with a provider.

    Parameters:
        options: for uvicorn.
    """
    login = settings.staff_login
    assert login is not None
    provider.client.redirect_uri = login.callback
    async with serving(create_app(settings), **options) as port:
        yield Desk(port, provider, settings.token_key)
