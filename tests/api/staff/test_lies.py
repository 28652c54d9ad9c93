"""What a provider, or somebody in its place, may say, and is not believed."""

import asyncio
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc.jwk import ECKey, KeySet, OctKey
from sqlalchemy import func, select
from starlette.responses import JSONResponse, PlainTextResponse, Response

from api.auth.staff import provider as ours
from domain.accounts.identities import StaffIdentity
from domain.accounts.sign_in_codes import SignInCode
from domain.database import Database
from tests.identity_provider import IdentityProvider, User
from tests.staff_desk import ADDRESS, DESK, Browser, Desk
from tests.trail import trail

GROUPS = ["streets/330102001/dispatcher"]
STRANGER = ECKey.generate_key("P-256")


@pytest.fixture(autouse=True)
def somebody(provider: IdentityProvider) -> None:
    """Who would have a role, were it for the token."""
    provider.user = User(groups=GROUPS)


async def nothing_was_done(database: Database) -> bool:
    """Nobody was signed in."""
    async with database.transaction("test") as session:
        for table in (StaffIdentity, SignInCode):
            if await session.scalar(select(func.count()).select_from(table)):
                return False
    return True


def says(**claims: Any) -> Callable[[dict[str, Any]], None]:
    return lambda honest: honest.update(claims)


def is_off(claim: str, seconds: int) -> Callable[[dict[str, Any]], None]:
    return lambda honest: honest.update({claim: int(time.time()) + seconds})


def lacks(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda honest: honest.pop(name) and None


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(says(nonce="another"), id="another nonce"),
        pytest.param(lacks("nonce"), id="no nonce"),
        pytest.param(says(iss="https://evil.example"), id="another issuer"),
        pytest.param(says(aud="somebody-else"), id="another audience"),
        pytest.param(says(aud="somebody-else", azp="yiyang"), id="another audience, our azp"),
        pytest.param(says(aud=["yiyang", "other"], azp="other"), id="another party"),
        pytest.param(is_off("exp", -3600), id="expired"),
        pytest.param(is_off("iat", 3600), id="of the future"),
        pytest.param(lacks("exp"), id="no end"),
        pytest.param(lacks("sub"), id="no subject"),
        pytest.param(says(sub=""), id="an empty subject"),
        pytest.param(says(sub=7), id="a subject that is no text"),
        pytest.param(says(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), id="another access token"),
        pytest.param(lambda _: {"alg": "none"}, id="no signature"),
        pytest.param(lambda _: {"key": STRANGER}, id="another key"),
        pytest.param(
            lambda _: {"alg": "HS256", "key": OctKey.import_key("a-secret-of-the-tests")},
            id="our own secret as key",
        ),
    ],
)
async def test_a_token_that_is_not_believed(
    browser: Browser, provider: IdentityProvider, database: Database, lie: Any
) -> None:
    provider.lie = lie
    refused = await browser.walk()
    assert refused.status_code == 403, refused.text
    assert "location" not in refused.headers
    assert await nothing_was_done(database)
    assert len(await trail(database, action="staff_sign_in_refused")) == 1
    provider.lie = says()
    assert (await browser.walk()).status_code == 303


async def test_no_token_at_all(
    browser: Browser, provider: IdentityProvider, database: Database
) -> None:
    answer = {"access_token": "x", "token_type": "Bearer"}
    provider.before_tokens = lambda: JSONResponse(answer)
    assert (await browser.walk()).status_code == 403
    assert await nothing_was_done(database)


async def test_a_key_that_is_new_is_asked_for(browser: Browser, provider: IdentityProvider) -> None:
    assert (await browser.walk()).status_code == 303
    provider.key = ECKey.generate_key("P-256", auto_kid=True)
    provider.published = KeySet([provider.key])
    assert (await browser.walk()).status_code == 303


@pytest.mark.parametrize("state", ["wrong", "", None], ids=str)
async def test_a_state_that_this_browser_did_not_begin(
    browser: Browser, provider: IdentityProvider, database: Database, state: str | None
) -> None:
    back = urlsplit(await browser.back_from_provider())
    asked = {name: values[0] for name, values in parse_qs(back.query).items()}
    asked = {**asked, "state": state} if state is not None else {"code": asked["code"]}
    refused = await browser.get(back._replace(query=urlencode(asked)).geturl())
    assert refused.status_code == 400
    assert "/token" not in provider.requests
    assert await nothing_was_done(database)


async def test_what_an_address_says_forges_no_line_of_a_log(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    back = urlsplit(await browser.back_from_provider())
    state = parse_qs(back.query)["state"][0]
    asked = urlencode({"state": state, "error": "x\nERROR forged" + "x" * 500})
    assert (await browser.get(back._replace(query=asked).geturl())).status_code == 403
    (said,) = [one.getMessage() for one in caplog.records if one.name == "yiyang.auth.staff"]
    assert "forged" in said
    assert "\n" not in said
    assert len(said) < 200


async def test_another_browser_cannot_go_on(
    desk: Desk, browser: Browser, provider: IdentityProvider, database: Database
) -> None:
    back = await browser.back_from_provider()
    async with desk.browser() as victim:
        assert (await victim.get(back)).status_code == 400
        await victim.begin()
        assert (await victim.get(back)).status_code == 400
    assert "/token" not in provider.requests
    assert await nothing_was_done(database)


async def test_a_cookie_that_was_changed_is_none(browser: Browser, database: Database) -> None:
    back = await browser.back_from_provider()
    (cookie,) = browser.http.cookies.jar
    assert cookie.value is not None
    cookie.value = f"A{cookie.value[1:]}"
    assert (await browser.get(back)).status_code == 400
    assert await nothing_was_done(database)


async def test_an_address_of_the_way_back_is_good_once(
    browser: Browser, provider: IdentityProvider
) -> None:
    back = await browser.back_from_provider()
    (cookie,) = browser.http.cookies.jar
    assert (await browser.get(back)).status_code == 303
    assert (await browser.get(back)).status_code == 400
    # Nor with the cookie as it was: the provider takes its code once.
    browser.http.cookies.jar.set_cookie(cookie)
    assert (await browser.get(back)).status_code == 403


async def test_the_provider_sees_the_verifier_of_its_challenge(
    browser: Browser, provider: IdentityProvider
) -> None:
    begun = await browser.begin()
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    # To the provider goes a challenge of the API's own, not the page's.
    assert asked["code_challenge"] != [browser.challenge]
    back = (await browser.get(begun.headers["location"])).headers["location"]
    for code in provider.codes.values():
        code.code_challenge = browser.challenge
    assert (await browser.get(back)).status_code == 403
    assert provider.forms[-1]["code_verifier"]


async def test_the_cookie_is_for_these_doors_alone(browser: Browser) -> None:
    begun = await browser.begin()
    said = begun.headers["set-cookie"].lower()
    for word in ("httponly", "secure", "samesite=lax", "path=/auth/staff", "max-age=600"):
        assert word in said
    assert begun.headers["cache-control"] == "no-store"
    assert begun.headers["referrer-policy"] == "no-referrer"


async def test_a_user_who_does_not_want_to(
    browser: Browser, provider: IdentityProvider, database: Database
) -> None:
    provider.user = None
    assert (await browser.walk()).status_code == 403
    assert await nothing_was_done(database)


async def slow() -> Response:
    await asyncio.sleep(ours.PATIENCE_SECONDS + 1)
    return PlainTextResponse("late")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda: PlainTextResponse("oops", 500), id="fails"),
        pytest.param(lambda: PlainTextResponse("<html>"), id="no JSON"),
        pytest.param(lambda: JSONResponse([1]), id="no object"),
        pytest.param(lambda: JSONResponse({"error": "temporarily_unavailable"}, 400), id="busy"),
        pytest.param(slow, id="slow"),
    ],
)
async def test_a_provider_that_is_away_is_a_matter_of_seconds(
    browser: Browser,
    provider: IdentityProvider,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    answer: Any,
) -> None:
    monkeypatch.setattr(ours, "PATIENCE_SECONDS", 2.0)
    provider.before_tokens = answer
    away = await browser.walk()
    assert away.status_code == 503
    assert int(away.headers["retry-after"]) >= 1
    assert await nothing_was_done(database)
    provider.before_tokens = lambda: None
    assert (await browser.walk()).status_code == 303


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"issuer": "https://evil.example"}, id="another issuer"),
        pytest.param({"token_endpoint": None}, id="no token endpoint"),
        pytest.param({"jwks_uri": 7}, id="keys nowhere"),
        pytest.param({"authorization_endpoint": "not an address"}, id="no address"),
    ],
)
async def test_metadata_that_make_no_sense_are_asked_for_again(
    browser: Browser, provider: IdentityProvider, told: dict[str, Any]
) -> None:
    provider.metadata = told
    assert (await browser.begin()).status_code == 503
    provider.metadata = {}
    assert (await browser.walk()).status_code == 303


@pytest.mark.parametrize(
    "return_to",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example",
        "https://desk.example@evil.example/",
        "https://desk.example:444/",
        "https://desk.example.evil.example/",
        "http://desk.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://[evil",
        "/queue#sign_in_code=forged",
        "/\u3002evil",
        "/" + "x" * 3000,
    ],
)
async def test_no_way_back_to_a_stranger(
    browser: Browser, provider: IdentityProvider, return_to: str
) -> None:
    refused = await browser.begin(return_to)
    assert refused.status_code == 400
    assert "location" not in refused.headers
    leaving = await browser.leave("x" * 43, return_to)
    assert leaving.status_code == 400
    assert provider.requests == []


@pytest.mark.parametrize(
    ("return_to", "whole"),
    [
        ("/desk/", f"{ADDRESS}/desk/"),
        ("///evil.example/", f"{ADDRESS}/evil.example/"),
        ("desk/?tab=1", f"{ADDRESS}/desk/?tab=1"),
        ("https:evil.example", f"{ADDRESS}/evil.example"),
        (f"{ADDRESS}/desk", f"{ADDRESS}/desk"),
        (DESK, DESK),
    ],
)
async def test_pages_of_ours(browser: Browser, return_to: str, whole: str) -> None:
    begun = await browser.begin(return_to)
    approved = await browser.get(begun.headers["location"])
    landed = await browser.get(approved.headers["location"])
    assert landed.headers["location"].startswith(f"{whole}#sign_in_code=")


@pytest.mark.parametrize("challenge", ["", "short", "x" * 44, "x" * 42 + "=", "ü" * 43])
async def test_no_sign_in_without_a_challenge(browser: Browser, challenge: str) -> None:
    answer = await browser.http.get(
        f"{ADDRESS}/auth/staff/login", params={"return_to": DESK, "code_challenge": challenge}
    )
    assert answer.status_code == 400
