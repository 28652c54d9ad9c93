"""What comes with a home care bed: said from a day on, by who keeps it, and what was so stays."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from domain.access import Actor, Role
from domain.beds.lifecycle import StayState
from domain.beds.models import BedKind, BedStay
from domain.beds.package_models import BedStayPackage
from domain.calendar import today
from domain.database import Database
from domain.ids import public_id
from tests.bedside import Bedside, day, open_bedside, stay_of
from tests.clients import Api
from tests.makers.beds import make_bed

SHOWN = "id since setBy { id } items { item amount monthly }"
SET = f"""mutation ($i: BedStayPackageSetInput!) {{ done: bedStayPackageSet(input: $i) {{
  bedStayPackage {{ {SHOWN} }} userErrors {{ code field }} }} }}"""
READ = f"""query ($id: ID!) {{ bedStay(id: $id) {{ package {{ {SHOWN} }}
  packages {{ {SHOWN} stay {{ id }} }} bed {{ stays(first: 5) {{ nodes {{ id }} }} }} }} }}"""


@pytest.fixture
async def place(api: Api, database: Database) -> Bedside:
    return await open_bedside(api, database, beds=(BedKind.HOME, BedKind.INSTITUTION), elders=3)


async def lived_in(place: Bedside, bed: int = 0, starts: int | None = None) -> str:
    """The mother's stay."""
    mother = place.api.district.mother_id
    return stay_of(await place.admit(place.beds[bed], mother, starts))["id"]


async def ask(
    place: Bedside, stay: str, since: int | None = None, who: Any = None, **amounts: int
) -> Any:
    """The payload of a package of these amounts."""
    items = [{"item": item, "amount": amount} for item, amount in amounts.items()]
    given = {"stayId": stay, "items": items, "since": None if since is None else day(since)}
    return (await place.api.data(who or place.staff, SET, i=given))["done"]


async def refused(place: Bedside, stay: str, **given: Any) -> tuple[str, str | None]:
    (error,) = (await ask(place, stay, **given))["userErrors"]
    return error["code"], error["field"]


async def read(place: Bedside, stay: str, who: Any = None) -> Any:
    return (await place.api.data(who or place.staff, READ, id=stay))["bedStay"]


def amounts(package: Any) -> dict[str, int]:
    return {one["item"]: one["amount"] for one in package["items"]}


async def test_a_package_counts_from_its_day_on_until_another_is_said(place: Bedside) -> None:
    stay = await lived_in(place)
    first = await ask(place, stay, DEVICE=3, CARE_VISIT=8)
    assert first["userErrors"] == []
    assert first["bedStayPackage"]["items"] == [
        {"item": "DEVICE", "amount": 3, "monthly": False},
        {"item": "CARE_VISIT", "amount": 8, "monthly": True},
    ]
    assert first["bedStayPackage"]["setBy"]["id"] == public_id("account", place.staff.id)
    await ask(place, stay, 30, DEVICE=3, CARE_VISIT=12)
    await ask(place, stay, 60)
    shown = await read(place, stay)
    assert amounts(shown["package"]) == {"DEVICE": 3, "CARE_VISIT": 8}
    assert [(one["since"], amounts(one)) for one in shown["packages"]] == [
        (day(0), {"DEVICE": 3, "CARE_VISIT": 8}),
        (day(30), {"DEVICE": 3, "CARE_VISIT": 12}),
        (day(60), {}),
    ]
    assert {one["stay"]["id"] for one in shown["packages"]} == {stay}
    assert shown["bed"]["stays"]["nodes"] == [{"id": stay}]


async def test_said_again_for_a_day_it_is_another_and_what_was_before_stays(
    place: Bedside, database: Database
) -> None:
    stay = await lived_in(place)
    first = (await ask(place, stay, BATH=2))["bedStayPackage"]
    again = (await ask(place, stay, BATH=4))["bedStayPackage"]
    assert (again["id"], amounts(again)) == (first["id"], {"BATH": 4})
    async with database.transaction("test") as session:
        yesterday = today() - timedelta(days=1)
        await session.execute(update(BedStayPackage).values(since=yesterday))
    assert await refused(place, stay, since=-1, BATH=1) == ("INVALID_INPUT", "since")
    await ask(place, stay, MEAL=30)
    shown = await read(place, stay)
    assert [amounts(one) for one in shown["packages"]] == [{"BATH": 4}, {"MEAL": 30}]
    assert amounts(shown["package"]) == {"MEAL": 30}


async def test_a_package_goes_along_into_another_home_care_bed(
    place: Bedside, database: Database
) -> None:
    stay = await lived_in(place)
    await ask(place, stay, DEVICE=3)
    await ask(place, stay, 30, DEVICE=4)
    other = await make_bed(database, place.station_id, kind=BedKind.HOME, label="另一张")
    moved = stay_of(await place.move(stay, other))["id"]
    for key in (stay, moved):
        said = (await read(place, key))["packages"]
        assert [(one["since"], amounts(one)) for one in said] == [
            (day(0), {"DEVICE": 3}),
            (day(30), {"DEVICE": 4}),
        ]
        assert {one["stay"]["id"] for one in said} == {key}
    in_home = stay_of(await place.move(moved, place.beds[1]))["id"]
    assert (await read(place, in_home))["packages"] == []


async def test_only_a_home_care_bed_that_is_not_over_has_one(
    place: Bedside, database: Database
) -> None:
    before = await count(database)
    in_home = await lived_in(place, bed=1)
    assert await refused(place, in_home, BATH=2) == ("INVALID_INPUT", "stayId")
    neighbour = place.api.district.neighbour_id
    stay = stay_of(await place.admit(place.beds[0], neighbour, ends=20))["id"]
    for since in (20, 366):
        assert await refused(place, stay, since=since, BATH=2) == ("INVALID_INPUT", "since")
    for wrong in (0, -1, 1001):
        assert await refused(place, stay, BATH=wrong) == ("INVALID_INPUT", "items")
    twice = {"stayId": stay, "items": [{"item": "BATH", "amount": 1}] * 2}
    payload = (await place.api.data(place.staff, SET, i=twice))["done"]
    assert payload["userErrors"] == [{"code": "INVALID_INPUT", "field": "items"}]
    async with database.transaction("test") as session:
        mine = update(BedStay).where(col(BedStay.elder_id) == neighbour)
        await session.execute(mine.values(state=StayState.CLOSED, ends_on=today()))
    assert await refused(place, stay, BATH=2) == ("INVALID_INPUT", "stayId")
    assert await count(database) == before


async def test_who_keeps_the_beds_says_so_and_the_family_reads_it(
    place: Bedside, database: Database
) -> None:
    stay = await lived_in(place)
    await ask(place, stay, CALL=4)
    before = await count(database)
    for who, code in (
        (Role.ELDER, "PERMISSION_DENIED"),
        (Role.FAMILY, "PERMISSION_DENIED"),
        (Role.OFFICIAL, "PERMISSION_DENIED"),
        (Role.VOLUNTEER, "NOT_FOUND"),
        (Actor(place.staff.id, Role.STATION, "330106"), "NOT_FOUND"),
    ):
        (error,) = (await ask(place, stay, who=who, CALL=9))["userErrors"]
        assert error["code"] == code, who
    assert await count(database) == before
    for who in (Role.ELDER, Role.FAMILY, Role.OFFICIAL):
        assert amounts((await read(place, stay, who))["package"]) == {"CALL": 4}
    assert await read(place, stay, Role.VOLUNTEER) is None


async def test_said_by_several_at_once_there_is_one_for_the_day(
    place: Bedside, database: Database
) -> None:
    stay, before = await lived_in(place), await count(database)
    said = await asyncio.gather(*(ask(place, stay, CLEANING=number) for number in range(1, 9)))
    assert [one["userErrors"] for one in said] == [[]] * 8
    assert len({one["bedStayPackage"]["id"] for one in said}) == 1
    assert await count(database) == before + 1
    (kept,) = (await read(place, stay))["packages"]
    assert amounts(kept)["CLEANING"] in range(1, 9)


async def count(database: Database) -> int:
    rows = await database.fetch(select(func.count(), func.max(col(BedStayPackage.set_at))))
    return rows[0][0]
