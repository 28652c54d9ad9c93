"""OAuth clients for tests, made as an operator makes them, and how they ask for tokens."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import Key

from domain.access import DataScope
from domain.clients.service import NewClient, create
from domain.database import Database
from tests.clients import PUBLIC_URL, Api

EVERYTHING = ("documents:own", *sorted(DataScope))


@dataclass(frozen=True)
class Client:
    """A client, and what proves that one is it."""

    id: UUID
    account_id: UUID
    epoch: UUID
    secret: str
    key: Key | None = None

    @property
    def name(self) -> str:
        """Its ``client_id``."""
        return str(self.id)

    def assertion(self, alg: str, *, kid: str | None = None, **claims: Any) -> str:
        """A signed assertion of now.

        Parameters:
            claims: instead of the right ones; one that is None is left out.
        """
        assert self.key is not None
        now = int(time.time())
        right = {
            "iss": self.name,
            "sub": self.name,
            "aud": f"{PUBLIC_URL}/oauth/token",
            "iat": now,
            "exp": now + 60,
            "jti": uuid4().hex,
        }
        said = {name: value for name, value in {**right, **claims}.items() if value is not None}
        header = {"alg": alg} if kid is None else {"alg": alg, "kid": kid}
        return jwt.encode(header, said, self.key, algorithms=[alg])


async def make_client(
    database: Database,
    scopes: tuple[str, ...] = EVERYTHING,
    key: Key | None = None,
    vendor: str = "安颐科技",
    budget: int | None = None,
) -> Client:
    """A new client of a vendor of the demo district.

    Parameters:
        key: a private one, where it is to prove itself by keys.
    """
    jwks = None if key is None else {"keys": [key.as_dict(private=False)]}
    async with database.transaction("test") as session:
        made, secret = await create(session, NewClient(vendor, "订单对接", scopes, budget, jwks))
        return Client(made.id, made.account_id, made.epoch, secret or "", key)


async def ask(
    api: Api, endpoint: str = "token", auth: tuple[str, str] | None = None, **form: str
) -> httpx.Response:
    """One request to the authorization server.

    Parameters:
        auth: client id and secret for HTTP Basic.
        form: ``grant_type`` is client_credentials where nothing else is said.
    """
    if endpoint == "token":
        form = {"grant_type": "client_credentials", **form}
    url = f"http://127.0.0.1:{api.port}/oauth/{endpoint}"
    # Said aloud, as httpx says nothing of a form without fields.
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    basic = auth or httpx.USE_CLIENT_DEFAULT
    return await api.http.post(url, data=form, auth=basic, headers=headers)


async def token_of(api: Api, client: Client, **form: str) -> str:
    """An access token for a client with a secret."""
    answer = await ask(api, auth=(client.name, client.secret), **form)
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


async def asked_with(api: Api, token: str, query: str = "{ viewer { id } }") -> httpx.Response:
    """One GraphQL operation with a token."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/graphql-response+json",
    }
    return await api.http.post(api.url, json={"query": query}, headers=headers)
