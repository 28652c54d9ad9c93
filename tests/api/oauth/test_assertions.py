"""A signed assertion proves a client once, for five minutes, to us alone."""

import asyncio
import hmac
import math
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from joserfc.jwk import ECKey
from sqlalchemy import func, select, text

from domain.clients import proofs
from domain.clients.models import OauthAssertion
from domain.clients.service import replace_keys
from domain.database import Database
from tests.clients import PUBLIC_URL, Api
from tests.makers.clients import Client, ask, make_client

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture
async def client(database: Database) -> Client:
    """A client with a key."""
    return await make_client(database, key=ECKey.generate_key("P-256", auto_kid=True))


async def shown(api: Api, assertion: str) -> httpx.Response:
    return await ask(api, client_assertion=assertion, client_assertion_type=TYPE)


GOOD: dict[str, Callable[[], dict[str, Any]]] = {
    "the issuer as audience": lambda: {"aud": PUBLIC_URL},
    "several audiences": lambda: {"aud": ["https://other.example", PUBLIC_URL]},
    "a clock that is slow": lambda: {"iat": int(time.time()) - 20, "exp": int(time.time()) - 10},
    "a clock that is fast": lambda: {"iat": int(time.time()) + 20},
    "no time of its making": lambda: {"iat": None},
    "good for an hour, and young": lambda: {"exp": int(time.time()) + 3600},
}
BAD: dict[str, Callable[[], dict[str, Any]]] = {
    "another audience": lambda: {"aud": "https://other.example"},
    "no audience": lambda: {"aud": None},
    "no end": lambda: {"exp": None},
    "over": lambda: {"iat": int(time.time()) - 300, "exp": int(time.time()) - 60},
    "old, though good for an hour": lambda: {
        "iat": int(time.time()) - 400,
        "exp": int(time.time()) + 3200,
    },
    "far off, made nobody knows when": lambda: {"iat": None, "exp": int(time.time()) + 3600},
    "made in the future": lambda: {"iat": int(time.time()) + 600, "exp": int(time.time()) + 900},
    "an end that is no number": lambda: {"exp": math.nan},
    "an end without end": lambda: {"exp": math.inf, "iat": None},
    "no name": lambda: {"jti": None},
    "a name that is none": lambda: {"jti": 7},
    "a name too long": lambda: {"jti": "x" * 300},
    "another issuer": lambda: {"iss": str(uuid4())},
    "no issuer": lambda: {"iss": None},
    "another's name": lambda: {"sub": str(uuid4())},
}


@pytest.mark.parametrize("claims", GOOD.values(), ids=GOOD)
async def test_good_ones(api: Api, client: Client, claims: Callable[[], dict[str, Any]]) -> None:
    answer = await shown(api, client.assertion("ES256", **claims()))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("claims", BAD.values(), ids=BAD)
async def test_bad_ones(
    api: Api, client: Client, database: Database, claims: Callable[[], dict[str, Any]]
) -> None:
    answer = await shown(api, client.assertion("ES256", **claims()))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert (await database.fetch(select(func.count()).select_from(OauthAssertion)))[0][0] == 0


NO_SIGNATURE, BY_SECRET = b'{"alg":"none"}', b'{"alg":"HS256"}'


def in_base64(given: bytes) -> str:
    return urlsafe_b64encode(given).decode().rstrip("=")


async def test_signed_by_nobody_or_by_another(api: Api, client: Client) -> None:
    good = client.assertion("ES256")
    head, claims, signature = good.split(".")
    assert isinstance(client.key, ECKey)
    # The public key, taken for a secret that both sides know.
    public = client.key.as_pem(private=False)
    signed = f"{in_base64(BY_SECRET)}.{claims}"
    forged = f"{signed}.{in_base64(hmac.digest(public, signed.encode(), 'sha256'))}"
    other = Client(client.id, client.account_id, client.epoch, "", ECKey.generate_key("P-256"))
    for assertion in (
        f"{in_base64(NO_SIGNATURE)}.{claims}.",
        f"{head}.{claims}.{signature[:-4]}AAAA",
        f"{head}.{claims}.",
        forged,
        other.assertion("ES256"),
        other.assertion("ES256", kid=client.key.kid),
        client.assertion("ES256", kid="unknown"),
    ):
        answer = await shown(api, assertion)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert (await shown(api, good)).status_code == 200


async def test_of_many_at_once_with_the_same_assertion_one_wins(api: Api, client: Client) -> None:
    assertion = client.assertion("ES256")
    answers = await asyncio.gather(*(shown(api, assertion) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 7]
    refused = {answer.text for answer in answers if answer.status_code == 401}
    assert len(refused) == 1
    assert refused == {(await shown(api, client.assertion("ES256", aud="x"))).text}


async def test_a_used_one_is_used_for_every_endpoint(api: Api, client: Client) -> None:
    assertion = client.assertion("ES256")
    token = (await shown(api, assertion)).json()["access_token"]
    form = {"client_assertion": assertion, "client_assertion_type": TYPE, "token": token}
    assert (await ask(api, "revoke", **form)).status_code == 401
    assert (await ask(api, "introspect", **form)).status_code == 401


async def test_other_keys_take_the_place_of_the_old(
    api: Api, client: Client, database: Database
) -> None:
    new = ECKey.generate_key("P-256", auto_kid=True)
    moved = Client(client.id, client.account_id, client.epoch, "", new)
    assert (await shown(api, moved.assertion("ES256"))).status_code == 401
    assert client.key
    both = {"keys": [key.as_dict(private=False) for key in (client.key, new)]}
    async with database.transaction("test") as session:
        await replace_keys(session, client.id, both)
    for one in (client, moved):
        assert one.key
        assert (await shown(api, one.assertion("ES256", kid=one.key.kid))).status_code == 200
    async with database.transaction("test") as session:
        await replace_keys(session, client.id, {"keys": both["keys"][1:]})
    assert (await shown(api, client.assertion("ES256"))).status_code == 401
    assert (await shown(api, moved.assertion("ES256"))).status_code == 200


async def test_used_ones_are_forgotten_when_nobody_would_take_them(
    api: Api, client: Client, database: Database
) -> None:
    await shown(api, client.assertion("ES256"))
    async with database.transaction("test") as session:
        assert await proofs.prune(session) == 0
        old = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(text("UPDATE oauth_assertion SET until = :old"), {"old": old})
        assert await proofs.prune(session) == 1
