"""Roles are granted for a time, by others, once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from domain.access import ROLE_PERMISSIONS, Actor, Role
from domain.accounts.models import Account, Person
from domain.accounts.periods import in_force
from domain.calendar import now, today
from domain.crypto import Vault
from domain.database import Database
from domain.errors import RoleHeld
from domain.ids import public_id
from domain.visits.models import Volunteer
from tests.api.roles import (
    STREET,
    a_phone,
    begins,
    code,
    everything,
    grant,
    key,
    stored,
)
from tests.clients import Api
from tests.makers.accounts import make_account, make_person

DAY = timedelta(days=1)


async def refused(
    api: Api, database: Database, who: Actor, role: Role, **given: Any
) -> dict[str, Any]:
    """The one error of a grant that changes nothing."""
    before = await everything(database)
    payload = await grant(api, who, role, **given)
    assert await everything(database) == before
    assert payload["account"] is None
    (error,) = payload["userErrors"]
    return error


async def test_somebody_new_is_entered(
    api: Api, database: Database, vault: Vault, official: Actor
) -> None:
    payload = await grant(
        api, official, Role.VOLUNTEER, regionCode=STREET, phone="+86 138-0000 0002", name=" 白露 "
    )
    account = await stored(database, key(payload))
    assert (account.name, account.role, account.region_code) == ("白露", Role.VOLUNTEER, STREET)
    assert account.granted_by == official.id
    assert in_force(account)
    assert account.until is None
    async with database.transaction("test") as session:
        theirs = await session.get(Person, account.person_id)
        assert theirs
        assert theirs.phone_masked == "138****0002"
        assert theirs.phone_cipher
        assert vault.open(theirs.phone_cipher, "person.phone_cipher") == "13800000002"
        registered = await session.get(Volunteer, account.id)
        assert registered
        assert (registered.name, registered.region_code) == ("白露", STREET)
    assert payload["account"]["permissions"] == sorted(ROLE_PERMISSIONS[Role.VOLUNTEER])


async def test_one_person_holds_several_roles(
    api: Api, database: Database, official: Actor
) -> None:
    known: dict[str, Any] = {"phone": a_phone(), "name": "白露"}
    first = await grant(api, official, Role.VOLUNTEER, regionCode=STREET, **known)
    second = await grant(api, official, Role.ADVISOR, regionCode=STREET, **known)
    third = await grant(
        api, official, Role.DISPATCHER, regionCode=STREET, accountId=first["account"]["id"]
    )
    accounts = [await stored(database, key(one)) for one in (first, second, third)]
    assert len({account.person_id for account in accounts}) == 1
    volunteer = Actor(accounts[0].id, Role.VOLUNTEER, STREET)
    shown = await api.data(
        volunteer,
        "{ viewer { role since until region { code } station { id } canteen { id } vendor { id }"
        " permissions person { name phone accounts { id role } } } }",
    )
    viewer = shown["viewer"]
    assert viewer["role"] == "VOLUNTEER"
    assert viewer["region"] == {"code": STREET}
    assert viewer["person"]["phone"] == f"{known['phone'][:3]}****{known['phone'][-4:]}"
    assert [one["role"] for one in viewer["person"]["accounts"]] == [
        "VOLUNTEER",
        "ADVISOR",
        "DISPATCHER",
    ]
    # A colleague sees the account, but not whose other roles it goes with.
    seen = await api.data(
        official,
        "query ($id: ID!) { node(id: $id) { ... on Account { role person { name } } } }",
        id=second["account"]["id"],
    )
    assert seen["node"] == {"role": "ADVISOR", "person": None}


async def test_an_account_that_is_over_is_no_role_to_switch_to(
    api: Api, database: Database
) -> None:
    person_id = await make_person(database)
    mine = await make_account(database, Role.AUDITOR, person_id, region_code=STREET)
    yesterday = now() - DAY
    await make_account(
        database, Role.ADVISOR, person_id, region_code=STREET, since=yesterday, until=yesterday
    )
    await make_account(database, Role.CANTEEN, person_id, since=now() + DAY)
    shown = await api.data(mine, "{ viewer { person { accounts { role } } } }")
    assert shown["viewer"]["person"]["accounts"] == [{"role": "AUDITOR"}]


@pytest.mark.parametrize("by", ["phone", "own account", "second account"])
async def test_nobody_grants_themselves(
    api: Api, database: Database, official: Actor, by: str
) -> None:
    person_id = (await stored(database, official.id)).person_id
    second = await make_account(database, Role.ADVISOR, person_id, region_code="330105")
    whom: dict[str, Any] = {
        "phone": {"phone": "136 0000 0001", "name": "周岚"},
        "own account": {"accountId": public_id("account", official.id)},
        "second account": {"accountId": public_id("account", second.id)},
    }[by]
    error = await refused(api, database, official, Role.DISPATCHER, regionCode=STREET, **whom)
    assert error["code"] == "CONFLICT_OF_INTEREST"


async def test_a_phone_that_has_gone_to_somebody_else(
    api: Api, database: Database, official: Actor
) -> None:
    phone = a_phone()
    await grant(api, official, Role.VOLUNTEER, regionCode=STREET, phone=phone, name="白露")
    error = await refused(
        api, database, official, Role.ADVISOR, regionCode=STREET, phone=phone, name="白霜"
    )
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "name")


WRONG: dict[str, tuple[Role, dict[str, Any], str]] = {
    "no place": (Role.VOLUNTEER, {}, "regionCode"),
    "a place too many": (Role.STATION, {"regionCode": STREET}, "regionCode"),
    "no such region": (Role.VOLUNTEER, {"regionCode": "330199"}, "regionCode"),
    "no phone": (Role.VOLUNTEER, {"regionCode": STREET, "phone": "12345", "name": "白露"}, "phone"),
    "no name": (
        Role.VOLUNTEER,
        {"regionCode": STREET, "phone": "13800000003", "name": " "},
        "name",
    ),
    "phone alone": (Role.VOLUNTEER, {"regionCode": STREET, "phone": "13800000003"}, "accountId"),
    "a stranger": (
        Role.VOLUNTEER,
        {"regionCode": STREET, "accountId": f"account_{UUID(int=7).hex}"},
        "accountId",
    ),
    "yesterday": (
        Role.VOLUNTEER,
        {"regionCode": STREET, "firstDay": str(today() - 2 * DAY)},
        "firstDay",
    ),
    "backwards": (
        Role.VOLUNTEER,
        {
            "regionCode": STREET,
            "firstDay": str(today() + 5 * DAY),
            "lastDay": str(today() + 4 * DAY),
        },
        "lastDay",
    ),
    "too far": (Role.VOLUNTEER, {"regionCode": STREET, "lastDay": "9999-12-31"}, "lastDay"),
}


@pytest.mark.parametrize("name", list(WRONG))
async def test_what_makes_no_sense(
    api: Api, database: Database, official: Actor, name: str
) -> None:
    role, given, field = WRONG[name]
    error = await refused(api, database, official, role, **given)
    assert error["field"] == field


async def test_a_house_is_no_person(api: Api, database: Database, official: Actor) -> None:
    house = await make_account(database, Role.STATION, region_code=STREET)
    whom = public_id("account", house.id)
    error = await refused(api, database, official, Role.ADVISOR, regionCode=STREET, accountId=whom)
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "accountId")


async def test_days_are_the_districts(api: Api, database: Database, official: Actor) -> None:
    first, last = today() + 3 * DAY, today() + 5 * DAY
    whom: dict[str, Any] = {"phone": a_phone(), "name": "白露"}
    payload = await grant(
        api,
        official,
        Role.ADVISOR,
        regionCode=STREET,
        firstDay=str(first),
        lastDay=str(last),
        **whom,
    )
    account = await stored(database, key(payload))
    assert (account.since, account.until) == (begins(first), begins(last + DAY))
    assert not in_force(account)
    assert in_force(account, begins(first))
    assert not in_force(account, begins(last + DAY))
    # The day after it may be held again, the last day not.
    for day, told in ((last, "ROLE_HELD"), (last + DAY, None)):
        again = await grant(
            api, official, Role.ADVISOR, regionCode=STREET, firstDay=str(day), **whom
        )
        assert code(again) == told
        if told:
            assert again["userErrors"][0]["blockers"] == [payload["account"]["id"]]


async def test_the_same_role_elsewhere_is_another(
    api: Api, database: Database, official: Actor
) -> None:
    whom: dict[str, Any] = {"phone": a_phone(), "name": "白露"}
    assert code(await grant(api, official, Role.ADVISOR, regionCode=STREET, **whom)) is None
    below = f"{STREET}051"
    assert code(await grant(api, official, Role.ADVISOR, regionCode=below, **whom)) is None
    assert code(await grant(api, official, Role.ADVISOR, regionCode=STREET, **whom)) == "ROLE_HELD"


async def test_the_same_grant_many_times_at_once(
    api: Api, database: Database, official: Actor
) -> None:
    other = await make_account(database, Role.OFFICIAL, region_code=STREET)
    whom: dict[str, Any] = {"phone": a_phone(), "name": "白露"}
    payloads = await asyncio.gather(
        *(
            grant(api, who, Role.ADVISOR, regionCode=STREET, **whom)
            for who in (official, other)
            for _ in range(5)
        )
    )
    assert sorted(str(code(one)) for one in payloads) == ["None"] + ["ROLE_HELD"] * 9
    made = select(func.count()).where(col(Account.name) == "白露", col(Account.role) == "ADVISOR")
    assert (await database.fetch(made))[0][0] == 1


async def test_postgresql_is_the_referee(database: Database) -> None:
    person_id = await make_person(database)
    await make_account(database, Role.ADVISOR, person_id, region_code=STREET)
    with pytest.raises(RoleHeld):
        await make_account(database, Role.ADVISOR, person_id, region_code=STREET)
    await make_account(database, Role.FAMILY, person_id)
    with pytest.raises(RoleHeld):
        await make_account(database, Role.FAMILY, person_id)
    # Houses hold what they hold.
    await make_account(database, Role.ADVISOR, region_code=STREET)
    await make_account(database, Role.ADVISOR, region_code=STREET)


LIST = """
query ($filter: AccountFilter) { accounts(filter: $filter, first: 200) {
  totalCount nodes { id role region { code } } } }
"""


@pytest.mark.parametrize("role", list(Role))
async def test_the_list_is_for_who_grants(api: Api, role: Role) -> None:
    accounts = (await api.data(role, LIST))["accounts"]
    grants = role in (Role.ADMIN, Role.OFFICIAL, Role.STATION)
    assert bool(accounts["totalCount"]) is bool(accounts["nodes"]) is grants


async def test_the_list_is_filtered(api: Api, database: Database, official: Actor) -> None:
    yesterday = now() - DAY
    over = await make_account(
        database, Role.ADVISOR, region_code=STREET, since=yesterday, until=yesterday + DAY / 2
    )
    to_come = await make_account(database, Role.ADVISOR, region_code=STREET, since=now() + DAY)
    wanted = {"role": ["ADVISOR"], "region": STREET}
    found = await api.data(official, LIST, filter={**wanted, "inForce": False})
    ids = [public_id("account", one.id) for one in (to_come, over)]
    assert [one["id"] for one in found["accounts"]["nodes"]] == ids
    held = (await api.data(official, LIST, filter={**wanted, "inForce": True}))["accounts"]
    both = (await api.data(official, LIST, filter=wanted))["accounts"]
    assert both["totalCount"] == held["totalCount"] + 2
    assert {one["role"] for one in both["nodes"]} == {"ADVISOR"}
