"""A role that is granted by hand and by the provider is held once, whichever came first."""

import asyncio
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from domain.access import Role
from domain.accounts.granting import Holder, Wish, grant
from domain.accounts.models import Account
from domain.accounts.places import Place
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.errors import RoleHeld
from tests.api.roles import STREET, make_official
from tests.identity_provider import IdentityProvider, User
from tests.makers.accounts import make_account, make_person
from tests.staff_desk import Browser

PHONE = "13900010002"
DISPATCHER = User(
    name="顾念慈",
    groups=[f"streets/{STREET}/dispatcher"],
    more={"phone_number": PHONE, "phone_number_verified": True},
)
WISH = Wish(Role.DISPATCHER, Place(STREET), Holder(PHONE, "顾念慈"))


async def held(database: Database) -> list[Account]:
    theirs = select(Account).where(
        col(Account.role) == Role.DISPATCHER, col(Account.name) == "顾念慈"
    )
    async with database.transaction("test") as session:
        return list(await session.scalars(theirs.order_by(col(Account.since))))


async def by_hand(database: Database, vault: Vault) -> bool:
    """Whether an official's grant is done, or refused because it is held."""
    official = await make_official(database, vault)
    try:
        async with database.transaction("test") as session:
            await grant(session, official, vault, WISH)
    except RoleHeld:
        return False
    return True


async def test_a_grant_by_hand_of_what_the_provider_gave_is_refused(
    browser: Browser, provider: IdentityProvider, database: Database, vault: Vault
) -> None:
    provider.user = DISPATCHER
    await browser.sign_in()
    assert not await by_hand(database, vault)
    assert len(await held(database)) == 1


async def test_at_the_same_moment_it_is_held_once(
    browser: Browser, provider: IdentityProvider, database: Database, vault: Vault
) -> None:
    await make_person(database, "顾念慈", vault=vault, phone=PHONE)
    provider.user = DISPATCHER
    back = await browser.back_from_provider()
    granted, landed = await asyncio.gather(by_hand(database, vault), browser.get(back))
    assert landed.status_code == 303
    (account,) = await held(database)
    assert (account.granted_by is not None) == granted


async def test_what_is_granted_by_hand_for_later_follows_what_the_provider_gives(
    browser: Browser, provider: IdentityProvider, database: Database, vault: Vault
) -> None:
    person_id = await make_person(database, "顾念慈", vault=vault, phone=PHONE)
    later = now() + timedelta(days=30)
    await make_account(
        database, Role.DISPATCHER, person_id, since=later, region_code=STREET, name="顾念慈"
    )
    provider.user = DISPATCHER
    tokens = await browser.sign_in()
    assert [one["role"] for one in tokens["accounts"]] == ["DISPATCHER"]
    first, second = await held(database)
    assert (first.until, second.since, second.until) == (later, later, None)
    assert (await browser.sign_in())["accounts"] == tokens["accounts"]
