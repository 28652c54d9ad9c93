"""Whom to call for an elder, in which order; and with whom an elder lives."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.access import Role
from domain.calendar import today
from domain.database import Database
from domain.ids import public_id
from tests.api.test_elder_tags import community
from tests.clients import Api
from tests.makers.canteens import make_elder

MUTATION = """mutation ($input: {name}Input!) {{ {field}(input: $input) {{
  userErrors {{ code field }} }} }}"""
ELDER = """query ($id: ID!, $on: Date) { elder(id: $id) {
  contacts { id name relation phone callingOrder } history { field before after }
  household { since until household { id members(asOf: $on) { since until elder { id } } } } } }"""
PERSON = {"relation": "DAUGHTER", "phone": "138 1234 5678"}


@pytest.fixture
async def elders(api: Api, database: Database) -> list[str]:
    """Three of the station's region, with nobody to call; their ids."""
    region = await community(database, api.actor(Role.STATION).region or "")
    return [public_id("elder", await make_elder(database, region)) for _ in range(3)]


async def ask(api: Api, field: str, **given: Any) -> Any:
    """What the station was refused."""
    return await ask_as(api, Role.STATION, field, given)


async def ask_as(api: Api, who: Role, field: str, given: Any) -> Any:
    """What was refused."""
    query = MUTATION.format(name=field[0].upper() + field[1:], field=field)
    return (await api.data(who, query, input=given))[field]["userErrors"]


async def entry(api: Api, elder: str, role: Role = Role.OFFICIAL, **more: Any) -> Any:
    return (await api.data(role, ELDER, id=elder, **more))["elder"]


async def called(api: Api, elder: str) -> list[str]:
    """Names in the order of calling, which has no gap."""
    contacts = (await entry(api, elder))["contacts"]
    assert [one["callingOrder"] for one in contacts] == list(range(1, len(contacts) + 1))
    return [one["name"] for one in contacts]


async def ids(api: Api, elder: str) -> dict[str, str]:
    return {one["name"]: one["id"] for one in (await entry(api, elder))["contacts"]}


async def add(api: Api, elder: str, name: str, place: int | None = None) -> Any:
    return await ask(api, "contactAdd", elderId=elder, name=name, callingOrder=place, **PERSON)


async def test_contacts_are_called_in_their_order(api: Api, elders: list[str]) -> None:
    elder = elders[0]
    for name, place in (("王一", None), ("王二", None), ("王零", 1)):
        assert await add(api, elder, name, place) == []
    assert await called(api, elder) == ["王零", "王一", "王二"]
    known = await ids(api, elder)
    order = [known[name] for name in ("王二", "王零", "王一")]
    assert await ask(api, "contactReorder", id=elder, contactIds=order) == []
    assert await called(api, elder) == ["王二", "王零", "王一"]
    changed = {"id": known["王零"], "phone": "13900000000", "relation": "NEIGHBOUR"}
    assert await ask(api, "contactUpdate", **changed) == []
    assert await ask(api, "contactRemove", id=known["王二"]) == []
    assert await called(api, elder) == ["王零", "王一"]
    told = await entry(api, elder)
    assert (told["contacts"][0]["phone"], told["contacts"][0]["relation"]) == (
        "139****0000",
        "NEIGHBOUR",
    )
    lines = [(one["field"], one["before"], one["after"]) for one in told["history"]]
    assert lines[0] == ("CONTACT", None, "王一 DAUGHTER 138****5678")
    assert lines[3] == ("CONTACT", "王零, 王一, 王二", "王二, 王零, 王一")
    assert lines[5] == ("CONTACT", "王二 DAUGHTER 138****5678", None)


async def test_many_at_once_leave_no_gap_and_no_clash(api: Api, elders: list[str]) -> None:
    elder = elders[0]
    answers = await asyncio.gather(*(add(api, elder, f"王{place}", 1) for place in range(12)))
    refused = [one for errors in answers for one in errors]
    assert refused == [{"code": "INVALID_INPUT", "field": "elderId"}] * 2, "ten at most"
    known = list((await ids(api, elder)).values())
    orders = [known[place:] + known[:place] for place in range(5)]
    done = await asyncio.gather(
        *(ask(api, "contactReorder", id=elder, contactIds=order) for order in orders)
    )
    assert done == [[]] * 5
    assert len(await called(api, elder)) == 10


async def test_what_no_contact_can_be(api: Api, elders: list[str]) -> None:
    elder, other = elders[:2]
    await add(api, elder, "王一")
    await add(api, other, "王二")
    before = [await entry(api, one) for one in (elder, other)]
    mine, theirs = [list((await ids(api, one)).values()) for one in (elder, other)]
    wanted = {"elderId": elder, "name": "王三", **PERSON}
    for field, given, wrong in (
        ("contactAdd", {**wanted, "phone": "1"}, "phone"),
        ("contactAdd", {**wanted, "name": " "}, "name"),
        ("contactAdd", {**wanted, "callingOrder": 3}, "callingOrder"),
        ("contactAdd", {**wanted, "callingOrder": 0}, "callingOrder"),
        ("contactUpdate", {"id": mine[0], "name": ""}, "name"),
        ("contactReorder", {"id": elder, "contactIds": []}, "contactIds"),
        ("contactReorder", {"id": elder, "contactIds": mine * 2}, "contactIds"),
        ("contactReorder", {"id": elder, "contactIds": theirs}, "contactIds"),
    ):
        assert await ask(api, field, **given) == [{"code": "INVALID_INPUT", "field": wrong}]
    for role in (Role.OFFICIAL, Role.DISPATCHER):
        (error,) = await ask_as(api, role, "contactRemove", {"id": mine[0]})
        assert error["code"] == "PERMISSION_DENIED"
    assert [await entry(api, one) for one in (elder, other)] == before


async def test_who_lives_together_is_known_by_date(api: Api, elders: list[str]) -> None:
    one, other, third = elders
    begun, moved = today() - timedelta(days=60), today() - timedelta(days=10)
    assert await ask(api, "householdJoin", id=one, otherId=other, since=str(begun)) == []
    assert await ask(api, "householdJoin", id=third, otherId=one, since=str(begun)) == []
    assert await ask(api, "householdLeave", id=third, until=str(moved)) == []
    home = (await entry(api, one))["household"]
    assert home["since"] == str(begun)
    assert {who["elder"]["id"] for who in home["household"]["members"]} == {one, other}
    assert (await entry(api, third))["household"] is None
    earlier = await entry(api, one, on=str(moved - timedelta(days=1)))
    members = earlier["household"]["household"]["members"]
    assert {who["elder"]["id"] for who in members} == {one, other, third}
    # In one at a time, and with somebody else.
    for given, error in (
        ({"id": one, "otherId": third}, {"code": "ALREADY_EXISTS", "field": None}),
        ({"id": one, "otherId": one}, {"code": "INVALID_INPUT", "field": "otherId"}),
        (
            {"id": third, "otherId": one, "since": str(today() + timedelta(days=1))},
            {"code": "INVALID_INPUT", "field": "since"},
        ),
        (
            {"id": third, "otherId": one, "since": "1899-12-31"},
            {"code": "INVALID_INPUT", "field": "since"},
        ),
    ):
        assert await ask(api, "householdJoin", **given) == [error]
    gone = await ask(api, "householdLeave", id=third)
    assert gone == [{"code": "INVALID_INPUT", "field": "id"}]


async def test_two_who_move_together_at_once_have_one_household(
    api: Api, elders: list[str]
) -> None:
    one, other, _ = elders
    await asyncio.gather(
        ask(api, "householdJoin", id=one, otherId=other),
        ask(api, "householdJoin", id=other, otherId=one),
    )
    homes = [(await entry(api, who))["household"]["household"]["id"] for who in (one, other)]
    assert homes[0] == homes[1]
