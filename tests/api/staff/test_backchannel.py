"""Whoever is signed out at the provider is signed out here, at once, and by nobody else's word."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
import websockets
from joserfc.jwk import ECKey, KeySet, OctKey
from sqlalchemy import select, update
from sqlmodel import col

from domain.database import Database
from domain.sessions.models import LoginSession, ProviderLogout, SessionEnd
from domain.sessions.provider_logout import prune
from tests.clients import BEGINNING, TIMEOUT_SECONDS, graphql_socket
from tests.identity_provider import CLIENT, LOGOUT, SECRET, IdentityProvider, User
from tests.staff_desk import Browser, Desk
from tests.trail import trail
from tests.waiting import until

GROUPS = ["streets/330102001/dispatcher"]
STRANGER = ECKey.generate_key("P-256")
CHANGED = f'subscription {{ alarmChanged(after: "{BEGINNING}") {{ change }} }}'


@pytest.fixture(autouse=True)
def somebody(provider: IdentityProvider) -> None:
    """Who is signed in at the provider."""
    at_the_desk(provider, "s-1")


def at_the_desk(provider: IdentityProvider, session: str | None, sub: str = "u-1") -> None:
    provider.user = User(sub=sub, groups=GROUPS, more={"sid": session} if session else {})


async def ended(database: Database) -> list[SessionEnd | None]:
    """Of each session, oldest first, why it has ended."""
    found = select(col(LoginSession.ended_why)).order_by(col(LoginSession.id))
    async with database.transaction("test") as session:
        return list(await session.scalars(found))


async def goes_on(browser: Browser, tokens: dict[str, Any]) -> bool:
    """Whether its refresh token is good for another."""
    status = (await browser.refresh(tokens)).status_code
    assert status in (200, 401)
    return status == 200


async def test_tokens_and_sockets_end_with_the_providers_session(
    desk: Desk, browser: Browser, provider: IdentityProvider, database: Database
) -> None:
    tokens = await browser.sign_in()
    async with graphql_socket(f"ws://127.0.0.1:{desk.port}/graphql", tokens["access_token"]) as one:
        await one.subscribe(CHANGED)
        told = await browser.told(provider.logout_token(sub="u-1", sid="s-1"))
        assert (told.status_code, told.content) == (200, b"")
        assert told.headers["cache-control"] == "no-store"
        async with asyncio.timeout(TIMEOUT_SECONDS):
            with pytest.raises(websockets.ConnectionClosed):
                await one.receive()
        assert one.connection.close_code == 4401
    assert await browser.is_refused(tokens)
    assert not await goes_on(browser, tokens)
    assert await ended(database) == [SessionEnd.PROVIDER_LOGOUT]
    (act,) = await trail(database, action="provider_logout")
    assert act.object_id == desk.grant(tokens).session


@pytest.mark.parametrize(
    ("claims", "left"),
    [
        pytest.param({"sid": "s-1"}, [False, True, True, True], id="a session"),
        pytest.param({"sub": "u-1"}, [False, False, False, True], id="all of somebody's"),
        pytest.param(
            {"sub": "u-1", "sid": "s-1"}, [False, True, False, True], id="and one without a name"
        ),
        pytest.param({"sub": "u-2", "sid": "s-1"}, [True, True, True, True], id="another's name"),
        pytest.param({"sid": "s-9"}, [True, True, True, True], id="no session of ours"),
        pytest.param({"sub": "s-1"}, [True, True, True, True], id="nobody"),
    ],
)
async def test_what_is_meant_and_nothing_else(
    browser: Browser, provider: IdentityProvider, claims: dict[str, str], left: list[bool]
) -> None:
    tokens: list[dict[str, Any]] = []
    for session, sub in (("s-1", "u-1"), ("s-2", "u-1"), (None, "u-1"), ("s-3", "u-2")):
        at_the_desk(provider, session, sub)
        tokens.append(await browser.sign_in())
    assert (await browser.told(provider.logout_token(**claims))).status_code == 200
    assert [await goes_on(browser, one) for one in tokens] == left


async def test_a_code_that_no_page_has_changed_yet(
    browser: Browser, provider: IdentityProvider
) -> None:
    code = await browser.code()
    at_the_desk(provider, "s-2")
    other = await browser.code()
    await browser.told(provider.logout_token(sub="u-1", sid="s-1"))
    assert (await browser.redeem(code)).status_code == 400
    assert (await browser.redeem(other)).status_code == 200


async def test_a_page_that_changes_its_code_at_this_moment(
    browser: Browser, provider: IdentityProvider, database: Database, database_url: str
) -> None:
    """The session that the code becomes ends too: the logout waits for it."""
    code = await browser.code()
    holder = await asyncpg.connect(database_url)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    mine = f"{waiting} AND datname = current_database()"
    watcher = await asyncpg.connect(database_url)
    transaction = holder.transaction()
    await transaction.start()
    # The new session's row has to wait for this, with its code used up already.
    await holder.execute("LOCK TABLE refresh_token IN SHARE MODE")
    redeemed = asyncio.create_task(browser.redeem(code))
    await until(lambda: _is(watcher, mine, 1))
    told = asyncio.create_task(browser.told(provider.logout_token(sub="u-1", sid="s-1")))
    await until(lambda: _is(watcher, mine, 2))
    await transaction.rollback()
    tokens = (await redeemed).json()
    assert (await told).status_code == 200
    assert await ended(database) == [SessionEnd.PROVIDER_LOGOUT]
    assert not await goes_on(browser, tokens)
    await holder.close()
    await watcher.close()


async def _is(connection: Any, query: str, count: int) -> bool:
    return await connection.fetchval(query) == count


async def test_a_token_is_heeded_once(
    browser: Browser, provider: IdentityProvider, database: Database
) -> None:
    token = provider.logout_token(sub="u-1")
    both = await asyncio.gather(browser.told(token), browser.told(token))
    assert sorted(one.status_code for one in both) == [200, 400]
    tokens = await browser.sign_in()
    again = await browser.told(token)
    assert (again.status_code, again.json()["error"]) == (400, "bad_request")
    assert await goes_on(browser, tokens)
    # Another token of the same name, of another time, is heeded as little.
    named = provider.logout_token(sub="u-1", jti="x"), provider.logout_token(jti="x", sid="s-1")
    assert [(await browser.told(one)).status_code for one in named] == [200, 400]


Claims = Callable[[], dict[str, Any]]
"""Made when they are told: by then a run of all tests may have gone on for long."""

LIES: dict[str, Claims] = {
    "another issuer": lambda: {"iss": "https://evil.example"},
    "no issuer": lambda: {"iss": None},
    "another audience": lambda: {"aud": "somebody-else"},
    "no audience": lambda: {"aud": None},
    "no time": lambda: {"iat": None},
    "a time that is none": lambda: {"iat": "now"},
    "not a number": lambda: {"iat": float("nan")},
    "old": lambda: {"iat": int(time.time()) - 900, "exp": int(time.time()) + 900},
    "of the future": lambda: {"iat": int(time.time()) + 900},
    "over": lambda: {"exp": int(time.time()) - 300},
    "no name": lambda: {"jti": None},
    "an empty name": lambda: {"jti": ""},
    "a name that is none": lambda: {"jti": 7},
    "no events": lambda: {"events": None},
    "another event": lambda: {"events": {"https://schemas.example/event": {}}},
    "an event that is none": lambda: {"events": {LOGOUT: "yes"}},
    "a list of events": lambda: {"events": [LOGOUT]},
    "a nonce": lambda: {"nonce": "x"},
    "a nonce of null": lambda: {"nonce": ""},
    "nobody": lambda: {"sub": None},
    "somebody who is none": lambda: {"sub": ["u-1"]},
    "a session that is none": lambda: {"sid": 1},
}


@pytest.mark.parametrize("claims", LIES.values(), ids=LIES.keys())
async def test_a_token_that_is_not_believed(
    browser: Browser, provider: IdentityProvider, database: Database, claims: Claims
) -> None:
    tokens = await browser.sign_in()
    refused = await browser.told(provider.logout_token(**{"sub": "u-1", **claims()}))
    assert refused.status_code == 400, refused.text
    assert refused.headers["cache-control"] == "no-store"
    assert await goes_on(browser, tokens)
    assert await trail(database, action="provider_logout") == []


@pytest.mark.parametrize(
    ("header", "status"),
    [
        pytest.param({"typ": "at+jwt"}, 400, id="an access token"),
        pytest.param({"key": STRANGER}, 400, id="another key"),
        pytest.param({"key": STRANGER, "kid": "x"}, 400, id="an unknown key"),
        pytest.param({"alg": "none"}, 400, id="not signed"),
        pytest.param({"alg": "HS256", "key": OctKey.import_key(SECRET)}, 400, id="our password"),
        pytest.param({"typ": "JWT"}, 200, id="as providers did before"),
        pytest.param({"typ": "application/logout+jwt"}, 200, id="the whole type"),
    ],
)
async def test_how_a_token_is_signed(
    browser: Browser, provider: IdentityProvider, header: dict[str, Any], status: int
) -> None:
    tokens = await browser.sign_in()
    claims = {
        "iss": provider.issuer,
        "aud": [CLIENT, "another"],
        "iat": int(time.time()),
        "jti": "one",
        "events": {LOGOUT: {}},
        "sub": "u-1",
    }
    told = await browser.told(provider.signed(claims, **header))
    assert told.status_code == status, told.text
    assert await goes_on(browser, tokens) == (status == 400)


async def test_an_id_token_ends_nothing(browser: Browser, provider: IdentityProvider) -> None:
    seen: list[dict[str, Any]] = []
    provider.lie = lambda claims: seen.append(dict(claims))
    tokens = await browser.sign_in()
    (claims,) = seen
    assert (await browser.told(provider.signed(claims))).status_code == 400
    # Nor one whose nonce is left out.
    del claims["nonce"]
    assert (await browser.told(provider.signed(claims))).status_code == 400
    assert await goes_on(browser, tokens)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "é.é.é", "e30.e30.", "x" * 200_000])
async def test_bytes_of_no_meaning(browser: Browser, token: str) -> None:
    assert (await browser.told(token)).status_code == 400


async def test_keys_that_the_provider_has_changed_since(
    browser: Browser, provider: IdentityProvider
) -> None:
    tokens = await browser.sign_in()
    provider.key = ECKey.generate_key("P-256", auto_kid=True)
    provider.published = KeySet([provider.key])
    assert (await browser.told(provider.logout_token(sub="u-1"))).status_code == 200
    assert not await goes_on(browser, tokens)


async def test_names_of_tokens_are_forgotten_once_they_are_too_old(
    browser: Browser, provider: IdentityProvider, database: Database
) -> None:
    await browser.told(provider.logout_token(sub="u-1"))
    async with database.transaction("test") as session:
        assert await prune(session) == 0
        earlier = col(ProviderLogout.until) - timedelta(minutes=7)
        await session.execute(update(ProviderLogout).values(until=earlier))
        assert await prune(session) == 1
