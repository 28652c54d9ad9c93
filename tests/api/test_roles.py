"""Roles are granted for a time, by others, once; and are void at once when they end."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
import websockets
from sqlalchemy import func, select, text
from sqlmodel import col

from domain.access import ROLE_PERMISSIONS, Actor, Role
from domain.accounts import granting
from domain.accounts.models import Account, Person
from domain.accounts.periods import in_force
from domain.accounts.places import Place
from domain.accounts.revocations import REVOKED
from domain.calendar import DISTRICT_ZONE, now, today
from domain.crypto import Vault
from domain.database import Database
from domain.errors import DomainError, PermissionDenied, RoleHeld
from domain.ids import public_id
from domain.jobs import Job, enqueue
from domain.visits.models import Volunteer
from tests.api.roles import a_phone, code, end, everything, grant, key, stored
from tests.clients import BEGINNING, TIMEOUT_SECONDS, Api, graphql_socket
from tests.makers.accounts import make_account, make_person
from tests.waiting import until
from yiyang import worker

STREET = "330102001"
DAY = timedelta(days=1)


@pytest.fixture
async def official(database: Database, vault: Vault) -> Actor:
    """An official of a street, with a phone."""
    person_id = await make_person(database, "周岚", vault=vault, phone="13600000001")
    return await make_account(database, Role.OFFICIAL, person_id, region_code=STREET)


def begins(day: date) -> datetime:
    return datetime.combine(day, time(), DISTRICT_ZONE).astimezone(UTC)


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
    (person,) = (await database.fetch(select(Person).where(col(Person.id) == account.person_id)))[
        0:1
    ]
    assert person[0] == account.person_id
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
            for _ in range(6)
        )
    )
    assert sorted(str(code(one)) for one in payloads) == ["None"] + ["ROLE_HELD"] * 11
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


async def test_an_ended_role_is_void_at_once(api: Api, database: Database, official: Actor) -> None:
    payload = await grant(api, official, Role.DISPATCHER, regionCode=STREET)
    desk = Actor(key(payload), Role.DISPATCHER, STREET)
    headers = {"Authorization": f"Bearer {api.token(desk)}"}

    async def status() -> int:
        asked = {"query": "{ viewer { id } }"}
        return (await api.http.post(api.url, json=asked, headers=headers)).status_code

    assert await status() == 200
    async with graphql_socket(api.ws_url, api.token(desk)) as socket:
        await socket.subscribe(
            f'subscription {{ alarmChanged(after: "{BEGINNING}") {{ change }} }}'
        )
        ended = await end(api, official, desk.id)
        assert code(ended) is None
        assert datetime.fromisoformat(ended["account"]["until"]) <= now()
        async with asyncio.timeout(TIMEOUT_SECONDS):
            with pytest.raises(websockets.ConnectionClosed):
                await socket.receive()
        assert socket.connection.close_code == 4401
    assert await status() == 401
    again = await end(api, official, desk.id)
    assert (code(again), again["userErrors"][0]["field"]) == ("INVALID_INPUT", "id")


async def test_a_role_that_ends_later(
    api: Api, database: Database, database_url: str, official: Actor
) -> None:
    theirs = key(await grant(api, official, Role.DISPATCHER, regionCode=STREET))
    last = today() + 2 * DAY
    assert code(await end(api, official, theirs, lastDay=str(last))) is None
    assert (await stored(database, theirs)).until == begins(last + DAY)
    jobs = text("SELECT execute_after FROM pgqueuer WHERE entrypoint = :name")
    async with database.transaction("test") as session:
        (due,) = (await session.scalars(jobs, {"name": granting.END_JOB})).all()
    assert abs(due - begins(last + DAY)) < timedelta(minutes=1)
    # Ending makes a role shorter, never longer.
    for day in (last + DAY, today() - DAY):
        before = await everything(database)
        longer = await end(api, official, theirs, lastDay=str(day))
        assert (code(longer), longer["userErrors"][0]["field"]) == ("INVALID_INPUT", "lastDay")
        assert await everything(database) == before
    assert code(await end(api, official, theirs, lastDay=str(today()))) is None
    assert (await stored(database, theirs)).until == begins(today() + DAY)


async def test_the_worker_voids_what_is_over(database: Database, database_url: str) -> None:
    over = await make_account(
        database, Role.ADVISOR, since=now() - DAY, until=now() - timedelta(seconds=1)
    )
    holding = await make_account(database, Role.ADVISOR, until=now() + DAY)
    working = asyncio.create_task(worker.work(database_url, lambda: None))
    try:
        async with database.transaction("test") as session:
            for actor in (holding, over):
                arguments = {"account_id": str(actor.id)}
                enqueue(session, Job(granting.END_JOB, arguments, timedelta(), str(actor.id)))

        async def is_void() -> bool:
            return bool(await database.fetch(REVOKED))

        await until(is_void)
        assert [row[0] for row in await database.fetch(REVOKED)] == [over.id]
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_a_role_that_has_not_begun_never_does(
    api: Api, database: Database, official: Actor
) -> None:
    whom: dict[str, Any] = {"phone": a_phone(), "name": "白露"}
    first = today() + 3 * DAY
    payload = await grant(
        api, official, Role.ADVISOR, regionCode=STREET, firstDay=str(first), **whom
    )
    assert code(await end(api, official, key(payload))) is None
    account = await stored(database, key(payload))
    assert account.until == account.since == begins(first)
    assert code(await grant(api, official, Role.ADVISOR, regionCode=STREET, **whom)) is None


async def test_administrators_do_not_end_themselves(api: Api, database: Database) -> None:
    person_id = await make_person(database)
    admin = await make_account(database, Role.ADMIN, person_id)
    before = await everything(database)
    assert code(await end(api, admin, admin.id)) == "CONFLICT_OF_INTEREST"
    assert await everything(database) == before


async def test_two_administrators_who_end_each_other(api: Api, database: Database) -> None:
    """One is first; the other has no say any more, so one always stays."""
    one, other = [await make_account(database, Role.ADMIN) for _ in range(2)]

    async def ends(by: Actor, whom: Actor) -> str | None:
        try:
            async with database.transaction(str(by.id)) as session:
                await granting.end(session, by, whom.id)
        except DomainError as error:
            return error.code
        return None

    told = await asyncio.gather(ends(one, other), ends(other, one))
    assert sorted(map(str, told)) == ["None", "PERMISSION_DENIED"]
    assert sorted([in_force(await stored(database, who.id)) for who in (one, other)]) == [
        False,
        True,
    ]


async def test_whoever_is_over_grants_nothing_although_the_token_lasts(
    database: Database, vault: Vault
) -> None:
    yesterday = now() - DAY
    over = await make_account(
        database, Role.ADMIN, since=yesterday, until=yesterday + timedelta(hours=1)
    )
    before = await everything(database)
    holder = granting.Holder(a_phone(), "白露")
    wish = granting.Wish(Role.ADVISOR, Place(STREET), holder)

    async def granted() -> None:
        async with database.transaction("test") as session:
            await granting.grant(session, over, vault, wish)

    async def ended() -> None:
        async with database.transaction("test") as session:
            await granting.end(session, over, over.id)

    attempts: tuple[Callable[[], Awaitable[None]], ...] = (granted, ended)
    for attempt in attempts:
        with pytest.raises(PermissionDenied):
            await attempt()
    assert await everything(database) == before


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
