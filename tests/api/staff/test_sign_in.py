"""Staff sign in with their organisation's accounts, and have the roles that these say."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from domain.access import Role
from domain.accounts.identities import StaffAccount, StaffIdentity
from domain.accounts.models import Account, Person
from domain.accounts.sign_in_codes import SignInCode, prune
from domain.calendar import now
from domain.crypto import Vault, masked_phone
from domain.database import Database
from domain.ids import public_id
from tests.clients import Api
from tests.identity_provider import IdentityProvider, User
from tests.staff_desk import Browser, Desk
from tests.trail import trail
from tests.waiting import until
from yiyang.district.cast import District

STREET, OTHER = "330102001", "330102003"
DISPATCHER = f"streets/{STREET}/dispatcher"
OFFICIAL = f"streets/{STREET}/official"
PHONE = "13900010002"


async def given(database: Database) -> Sequence[Account]:
    """The accounts that the provider has given, oldest first."""
    ours = select(Account).join(StaffAccount, col(StaffAccount.account_id) == col(Account.id))
    async with database.transaction("test") as session:
        return (await session.scalars(ours.order_by(col(Account.id)))).all()


async def count(database: Database, table: Any) -> int:
    async with database.transaction("test") as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_from_the_page_to_a_token_that_the_api_takes(
    desk: Desk, browser: Browser, provider: IdentityProvider, database: Database
) -> None:
    provider.user = User(name="陆明远", groups=[DISPATCHER, "somewhere/else"])
    tokens = await browser.sign_in()
    answered = await browser.ask(tokens, "{ viewer { name role region { code } } }")
    assert answered.json()["data"]["viewer"] == {
        "name": "陆明远",
        "role": "DISPATCHER",
        "region": {"code": STREET},
    }
    (account,) = await given(database)
    assert (account.id, account.granted_by) == (desk.grant(tokens).actor.id, None)
    assert desk.grant(tokens).expires_at <= now() + timedelta(minutes=15)
    actions = [entry.action for entry in await trail(database)]
    assert actions == ["staff_sign_in", "staff_role_give", "staff_tokens"]


async def test_a_role_for_each_value_at_the_place_that_it_names(
    browser: Browser, provider: IdentityProvider, database: Database, district: District
) -> None:
    station = public_id("station", district.station_id)
    canteen = public_id("canteen", district.canteen_id)
    nowhere = ["streets/999999/official", f"houses/station_{'0' * 32}", "streets/x/official"]
    named = [OFFICIAL, f"houses/{station}", f"canteens/{canteen}", "auditors"]
    provider.user = User(groups=[*named, *nowhere])
    tokens = await browser.sign_in()
    assert len(tokens["accounts"]) == 4
    found = {one.role: one for one in await given(database)}
    assert found.keys() == {Role.OFFICIAL, Role.STATION, Role.CANTEEN, Role.AUDITOR}
    assert found[Role.STATION].station_id == district.station_id
    assert found[Role.STATION].region_code == district.players[Role.STATION].region_code
    assert found[Role.CANTEEN].canteen_id == district.canteen_id
    assert found[Role.AUDITOR].region_code == "330102"
    assert len({one.person_id for one in found.values()}) == 1


async def test_the_same_roles_again_make_nothing_new(
    browser: Browser, provider: IdentityProvider, database: Database
) -> None:
    provider.user = User(groups=[DISPATCHER, OFFICIAL])
    first, second = await browser.sign_in(), await browser.sign_in()
    assert first["accounts"] == second["accounts"]
    assert len(await given(database)) == 2
    assert await count(database, StaffIdentity) == 1


async def test_a_role_that_the_provider_takes_away_ends_at_the_next_sign_in(
    browser: Browser, provider: IdentityProvider, database: Database
) -> None:
    provider.user = User(groups=[DISPATCHER, OFFICIAL])
    before = await browser.sign_in()
    assert before["account"]["role"] == "DISPATCHER"
    provider.user = User(groups=[OFFICIAL])
    after = await browser.sign_in()
    assert [one["role"] for one in after["accounts"]] == ["OFFICIAL"]
    await until(lambda: browser.is_refused(before))
    assert (await browser.ask(after, "{ viewer { role } }")).status_code == 200
    ended = [one.role for one in await given(database) if one.until is not None]
    assert ended == [Role.DISPATCHER]
    assert len(await trail(database, action="staff_role_end")) == 1


async def test_whoever_has_no_role_left_is_refused_and_keeps_nothing(
    browser: Browser, provider: IdentityProvider, database: Database
) -> None:
    provider.user = User(groups=[DISPATCHER])
    before = await browser.sign_in()
    provider.user = User(groups=[])
    refused = await browser.walk()
    assert (refused.status_code, "岗位" in refused.text) == (403, True)
    await until(lambda: browser.is_refused(before))
    assert all(one.until is not None for one in await given(database))


async def test_nobody_is_made_of_a_stranger_without_a_role(
    browser: Browser, provider: IdentityProvider, database: Database
) -> None:
    people = await count(database, Person)
    provider.user = User(groups=["others"])
    refused = await browser.walk()
    assert refused.status_code == 403
    assert await count(database, Person) == people
    assert await count(database, StaffIdentity) == 0
    assert [entry.action for entry in await trail(database)] == ["staff_sign_in_refused"]


async def test_two_windows_at_once_make_one_person(
    desk: Desk, provider: IdentityProvider, database: Database
) -> None:
    people = await count(database, Person)
    provider.user = User(groups=[DISPATCHER, OFFICIAL])
    async with AsyncExitStack() as stack:
        browsers = [await stack.enter_async_context(desk.browser()) for _ in range(6)]
        answers = await asyncio.gather(*(browser.sign_in() for browser in browsers))
    assert await count(database, Person) == people + 1
    assert await count(database, StaffIdentity) == 1
    assert len(await given(database)) == 2
    assert {one["account"]["id"] for one in answers} == {answers[0]["account"]["id"]}


async def granted_here(database: Database, vault: Vault, *roles: Role) -> Person:
    """A person with a phone, and roles that were granted here."""
    person = Person(
        name="顾念慈",
        phone_masked=masked_phone(PHONE),
        phone_hash=vault.digest(PHONE, "person.phone_hash"),
        phone_cipher=vault.seal(PHONE, "person.phone_cipher"),
    )
    async with database.transaction("test") as session:
        session.add(person)
        await session.flush()
        for role in roles:
            account = Account(name=person.name, role=role, region_code=STREET, person_id=person.id)
            session.add(account)
    return person


@pytest.mark.parametrize("phone", [PHONE, f"+86 {PHONE[:3]}-{PHONE[3:7]}-{PHONE[7:]}"])
async def test_a_phone_that_the_provider_has_checked_finds_the_person(
    browser: Browser, provider: IdentityProvider, database: Database, vault: Vault, phone: str
) -> None:
    person = await granted_here(database, vault, Role.VOLUNTEER, Role.DISPATCHER)
    checked = {"phone_number": phone, "phone_number_verified": True}
    provider.user = User(name="顾念慈", groups=[DISPATCHER, OFFICIAL], more=checked)
    tokens = await browser.sign_in()
    roles = {one["role"] for one in tokens["accounts"]}
    assert roles == {"VOLUNTEER", "DISPATCHER", "OFFICIAL"}
    # What was granted here is not given a second time, and not taken away.
    assert [one.role for one in await given(database)] == [Role.OFFICIAL]
    assert {one.person_id for one in await given(database)} == {person.id}
    provider.user = User(name="顾念慈", groups=[OFFICIAL], more=checked)
    again = await browser.sign_in()
    assert {one["role"] for one in again["accounts"]} == roles


@pytest.mark.parametrize("word", [False, None, "true"], ids=str)
async def test_a_phone_that_nobody_has_checked_is_no_way_to_another_person(
    browser: Browser, provider: IdentityProvider, database: Database, vault: Vault, word: object
) -> None:
    person = await granted_here(database, vault, Role.VOLUNTEER)
    claimed = {"phone_number": PHONE, "phone_number_verified": word}
    provider.user = User(groups=[DISPATCHER], more=claimed)
    tokens = await browser.sign_in()
    assert [one["role"] for one in tokens["accounts"]] == ["DISPATCHER"]
    (account,) = await given(database)
    assert account.person_id != person.id


async def test_a_number_that_has_a_new_owner_leads_to_nobodys_roles(
    browser: Browser, provider: IdentityProvider, database: Database, vault: Vault
) -> None:
    person = await granted_here(database, vault, Role.VOLUNTEER)
    checked = {"phone_number": PHONE, "phone_number_verified": True}
    provider.user = User(name="陆明远", groups=[DISPATCHER], more=checked)
    for _ in range(2):
        tokens = await browser.sign_in()
        assert [one["role"] for one in tokens["accounts"]] == ["DISPATCHER"]
    (account,) = await given(database)
    assert account.person_id != person.id


async def test_a_code_is_good_once(browser: Browser, provider: IdentityProvider) -> None:
    provider.user = User(groups=[DISPATCHER])
    code = await browser.code()
    both = await asyncio.gather(browser.redeem(code), browser.redeem(code))
    assert sorted(one.status_code for one in both) == [200, 400]
    (refused,) = (one for one in both if one.status_code == 400)
    assert refused.json()["error"] == "sign_in_code_invalid"
    assert refused.headers["cache-control"] == "no-store"


async def test_a_code_is_of_use_to_its_own_page_alone(
    browser: Browser, provider: IdentityProvider, database: Database
) -> None:
    provider.user = User(groups=[DISPATCHER])
    code = await browser.code()
    stolen = await browser.redeem(code, "w" * 43)
    assert stolen.status_code == 400
    unknown = await browser.redeem("x" * 43)
    assert stolen.json() == unknown.json()
    # A thief's try uses it up.
    assert (await browser.redeem(code)).status_code == 400
    assert len(await trail(database, action="staff_tokens_refused")) == 3


async def test_a_code_is_good_for_a_minute(
    browser: Browser, provider: IdentityProvider, database: Database
) -> None:
    provider.user = User(groups=[DISPATCHER])
    code = await browser.code()
    async with database.transaction("test") as session:
        assert await prune(session) == 0
        earlier = col(SignInCode.expires_at) - timedelta(seconds=61)
        await session.execute(update(SignInCode).values(expires_at=earlier))
    assert (await browser.redeem(code)).status_code == 400


async def test_of_many_bad_codes_the_last_are_not_looked_at(browser: Browser) -> None:
    tries = await asyncio.gather(*(browser.redeem("x" * 43) for _ in range(100)))
    assert {one.status_code for one in tries} == {400, 429}
    waits = [int(one.headers["retry-after"]) for one in tries if one.status_code == 429]
    assert min(waits) >= 1


async def test_nothing_of_it_is_there_without_a_provider(api: Api) -> None:
    for path in ("login", "callback", "tokens", "logout"):
        answer = await api.http.get(f"http://127.0.0.1:{api.port}/auth/staff/{path}")
        assert answer.status_code == 404
