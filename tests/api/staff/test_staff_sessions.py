"""A desk stays signed in for a working day, in any of the person's accounts, until it signs out."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from domain.access import Role
from domain.accounts.identities import provider_session_digest
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.sessions.models import LoginSession, SessionEnd
from domain.sessions.service import Device, Lifetimes, begin
from domain.sessions.wechat import ensure_account
from tests.identity_provider import IdentityProvider, User
from tests.makers.accounts import make_account, make_person
from tests.staff_desk import DESK, Browser, Desk
from tests.trail import trail
from tests.waiting import until

STREET = "330102001"
GROUPS = [f"streets/{STREET}/dispatcher", f"streets/{STREET}/official"]
PHONE = "13900010002"
CHECKED = {"phone_number": PHONE, "phone_number_verified": True}


@pytest.fixture(autouse=True)
def somebody(provider: IdentityProvider) -> None:
    """Who has two roles."""
    provider.user = User(groups=GROUPS, more={"sid": "s-1"})


async def logins(database: Database) -> list[LoginSession]:
    async with database.transaction("test") as session:
        return list(await session.scalars(select(LoginSession).order_by(col(LoginSession.id))))


def roles(tokens: dict[str, Any]) -> set[str]:
    return {one["role"] for one in tokens["accounts"]}


async def test_a_sign_in_is_a_session_of_twelve_hours(
    browser: Browser, database: Database, vault: Vault, provider: IdentityProvider, desk: Desk
) -> None:
    tokens = await browser.sign_in(device="值班台")
    (login,) = await logins(database)
    assert desk.grant(tokens).session == login.id
    assert (login.device, login.address) == ("值班台", "127.0.0.1")
    assert login.expires_at - login.created_at < timedelta(hours=12, minutes=1)
    assert login.provider_session_hash == provider_session_digest(vault, provider.issuer, "s-1")


async def test_it_goes_on_in_another_account(browser: Browser) -> None:
    first = await browser.sign_in()
    other = next(one for one in first["accounts"] if one["role"] == "OFFICIAL")
    second = (await browser.refresh(first, account=other["id"])).json()
    assert second["account"] == other
    answered = await browser.ask(second, "{ viewer { role } }")
    assert answered.json()["data"]["viewer"]["role"] == "OFFICIAL"
    # The next sign-in opens where this one was.
    assert (await browser.sign_in())["account"] == other


async def test_a_sign_in_may_name_its_account(browser: Browser, database: Database) -> None:
    wanted = next(one for one in (await browser.sign_in())["accounts"] if one["role"] == "OFFICIAL")
    assert (await browser.sign_in(account=wanted["id"]))["account"] == wanted
    missing = await browser.redeem(await browser.code(), account=f"account_{'0' * 32}")
    assert missing.status_code == 404
    assert len(await logins(database)) == 2


async def test_no_refresh_and_no_token_go_beyond_the_day(
    browser: Browser, database: Database, desk: Desk
) -> None:
    tokens = await browser.sign_in()
    soon = now() + timedelta(minutes=1)
    async with database.transaction("test") as session:
        await session.execute(update(LoginSession).values(expires_at=soon))
    late = (await browser.refresh(tokens)).json()
    assert desk.grant(late).expires_at <= soon
    async with database.transaction("test") as session:
        over = col(LoginSession.expires_at) - timedelta(minutes=2)
        await session.execute(update(LoginSession).values(expires_at=over))
    refused = await browser.refresh(late)
    assert (refused.status_code, refused.json()["error"]) == (401, "sign_in_again")


async def test_no_phone_acts_in_what_the_provider_gave(
    browser: Browser, database: Database, vault: Vault, provider: IdentityProvider
) -> None:
    """It would stay signed in for months after a dismissal."""
    person_id = await make_person(database, "顾念慈", vault=vault, phone=PHONE)
    await make_account(database, Role.VOLUNTEER, person_id, region_code=STREET)
    provider.user = User(name="顾念慈", groups=GROUPS, more=CHECKED)
    tokens = await browser.sign_in()
    assert roles(tokens) == {"VOLUNTEER", "DISPATCHER", "OFFICIAL"}
    # What the provider gave comes first where the provider signed in.
    assert tokens["account"]["role"] == "DISPATCHER"
    async with database.transaction("test") as session:
        phone = await begin(session, person_id, Lifetimes(), Device())
    assert [one.role for one in phone.accounts] == [Role.VOLUNTEER]
    wish = {"refresh_token": phone.refresh_token}
    refused = await browser.refresh(wish, account=tokens["account"]["id"])
    assert refused.status_code == 404
    assert roles((await browser.refresh(wish)).json()) == {"VOLUNTEER"}


async def test_a_phone_of_staff_is_a_relatives_until_more_is_granted_here(
    browser: Browser, database: Database
) -> None:
    await browser.sign_in()
    (login,) = await logins(database)
    async with database.transaction("test") as session:
        await ensure_account(session, login.person_id)
        phone = await begin(session, login.person_id, Lifetimes(), Device())
    assert [one.role for one in phone.accounts] == [Role.FAMILY]


async def test_signing_out_ends_the_session_and_goes_to_the_provider(
    browser: Browser, database: Database, provider: IdentityProvider
) -> None:
    tokens = await browser.sign_in()
    left = await browser.leave(tokens["refresh_token"])
    assert left.status_code == 303
    address = urlsplit(left.headers["location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{provider.issuer}/logout"
    asked = parse_qs(address.query)
    assert asked["post_logout_redirect_uri"] == [DESK]
    assert asked["client_id"] == ["yiyang"]
    (login,) = await logins(database)
    assert login.ended_why is SessionEnd.LOGOUT
    await until(lambda: browser.is_refused(tokens))
    assert (await browser.refresh(tokens)).status_code == 401
    (act,) = await trail(database, action="logout")
    assert act.object_id == login.id


async def test_a_page_that_holds_an_old_token_signs_out_too(
    browser: Browser, database: Database
) -> None:
    tokens = await browser.sign_in()
    newer = (await browser.refresh(tokens)).json()
    assert (await browser.leave(tokens["refresh_token"])).status_code == 303
    assert (await browser.refresh(newer)).status_code == 401
    # Once more is no fault, and an unknown token is none either: the provider's session is left.
    for token in (tokens["refresh_token"], "x" * 43):
        assert (await browser.leave(token)).status_code == 303
    assert len(await trail(database, action="logout")) == 1


async def test_a_provider_without_a_place_to_sign_out(
    browser: Browser, provider: IdentityProvider
) -> None:
    provider.metadata = {"end_session_endpoint": None}
    tokens = await browser.sign_in()
    assert (await browser.leave(tokens["refresh_token"])).headers["location"] == DESK


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_signing_out_is_no_link(browser: Browser, method: str) -> None:
    """A picture on some page would sign everybody out."""
    answer = await browser.http.request(method, "https://api.example/auth/staff/logout")
    assert answer.status_code == 405
