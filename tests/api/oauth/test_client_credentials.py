"""Vendors' systems get tokens, as Authlib's own clients ask for them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from sqlalchemy import text

from domain.database import Database
from domain.ids import public_id
from tests.clients import NO_AUTHORITIES, PUBLIC_URL, Api
from tests.makers.clients import EVERYTHING, Client, ask, asked_with, make_client, token_of

KEYS: dict[str, Callable[[], Key]] = {
    "ES256": lambda: ECKey.generate_key("P-256", auto_kid=True),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519", auto_kid=True),
    "RS256": lambda: RSAKey.generate_key(2048, auto_kid=True),
    "PS256": lambda: RSAKey.generate_key(2048, auto_kid=True),
}


_ENDS = text("UPDATE account SET until = :until WHERE id = :account_id")
_ENDED = text("UPDATE account SET until = now() WHERE id = :account_id")


async def fetched(api: Api, client: Client, method: str, secret: Any, alg: str) -> dict[str, Any]:
    """A token, as Authlib's client for httpx asks for it."""
    async with AsyncOAuth2Client(
        client.name, secret, token_endpoint_auth_method=method, verify=NO_AUTHORITIES
    ) as session:
        session.register_client_auth_method(PrivateKeyJWT(f"{PUBLIC_URL}/oauth/token", alg=alg))
        return await session.fetch_token(
            f"http://127.0.0.1:{api.port}/oauth/token", grant_type="client_credentials"
        )


async def check(api: Api, client: Client, token: dict[str, Any]) -> None:
    assert token["token_type"] == "Bearer"
    assert 1700 < token["expires_in"] <= 1800
    assert token["scope"].split() == sorted(EVERYTHING)
    assert "refresh_token" not in token
    answer = (await asked_with(api, token["access_token"])).json()
    assert answer["data"] == {"viewer": {"id": public_id("account", client.account_id)}}


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_by_secret(api: Api, database: Database, method: str) -> None:
    client = await make_client(database)
    await check(api, client, await fetched(api, client, method, client.secret, "ES256"))


@pytest.mark.parametrize("alg", sorted(KEYS))
async def test_by_key(api: Api, database: Database, alg: str) -> None:
    client = await make_client(database, key=KEYS[alg]())
    await check(api, client, await fetched(api, client, "private_key_jwt", client.key, alg))


async def test_a_token_has_the_scopes_that_were_asked_for(api: Api, database: Database) -> None:
    client = await make_client(database)
    answer = (await ask(api, auth=(client.name, client.secret), scope="alarms:read")).json()
    assert answer["scope"] == "alarms:read"
    query = "{ devices(first: 0) { totalCount } alarms(first: 0) { totalCount } }"
    some, all_ = answer["access_token"], await token_of(api, client)
    bounded = (await asked_with(api, some, query)).json()["data"]
    assert bounded["devices"]["totalCount"] == 0
    assert (await asked_with(api, all_, query)).json()["data"]["devices"]["totalCount"] > 0


async def test_no_answer_with_a_token_is_kept(api: Api, database: Database) -> None:
    client = await make_client(database)
    answer = await ask(api, auth=(client.name, client.secret))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"
    assert answer.headers["content-type"] == "application/json"


async def test_a_token_says_whose_it_is(api: Api, database: Database) -> None:
    client = await make_client(database, budget=777)
    grant = api.key.verify(await token_of(api, client))
    assert (grant.client, grant.session, grant.budget) == (client.id, client.epoch, 777)
    assert grant.token is not None
    other = api.key.verify(await token_of(api, client))
    assert other.token != grant.token


async def test_no_token_outlives_the_vendors_account(api: Api, database: Database) -> None:
    client = await make_client(database)
    ends = datetime.now(UTC) + timedelta(minutes=5)
    async with database.transaction("test") as session:
        await session.execute(_ENDS.bindparams(until=ends, account_id=client.account_id))
    answer = (await ask(api, auth=(client.name, client.secret))).json()
    assert 200 < answer["expires_in"] <= 300
    async with database.transaction("test") as session:
        await session.execute(_ENDED.bindparams(account_id=client.account_id))
    refused = await ask(api, auth=(client.name, client.secret))
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
