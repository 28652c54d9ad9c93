"""Canteens, their menus and their orders as lists."""

from datetime import timedelta
from uuid import UUID

import pytest

from api.context import Context
from api.execution import answered
from api.feed import Feed
from api.requests import Request
from api.texts import Language
from domain.access import Actor, Role
from domain.calendar import today
from domain.canteens.models import Meal
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from tests.api.meals import cancelled, placed, quoted
from tests.clients import Api
from tests.makers.canteens import (
    Table,
    community,
    lay_table,
    make_canteen,
    make_dish,
    make_elder,
    make_family,
)
from yiyang.district.cast import District

CANTEENS = """
query ($filter: CanteenFilter) { canteens(first: 200, filter: $filter) {
  totalCount nodes { id name address delivers region { code } position { longitude latitude } } } }
"""
MENU = """
query ($id: ID!) { node(id: $id) { ... on Canteen {
  menu { day meal name price canteen { id } } } } }
"""
ORDERS = """
query ($filter: MealOrderFilter) { mealOrders(first: 200, filter: $filter) {
  totalCount nodes { id } } }
"""
AROUND = """
query ($elder: ID!, $canteen: ID!) {
  elder(id: $elder) { mealOrders(first: 1) { totalCount nodes { id state } } }
  canteen: node(id: $canteen) { ... on Canteen { orders(first: 5) { totalCount nodes { id } } } } }
"""


@pytest.fixture
async def table(database: Database, district: District) -> Table:
    return await lay_table(database, district)


async def found(api: Api, **filter: object) -> set[str]:
    data = await api.data(Role.VENDOR, CANTEENS, filter=filter or None)
    assert data["canteens"]["totalCount"] == len(data["canteens"]["nodes"])
    return {node["id"] for node in data["canteens"]["nodes"]}


async def test_canteens_by_region_place_and_delivery(
    api: Api, database: Database, district: District
) -> None:
    region = await community(database, district)
    here = await make_canteen(database, region, longitude=121.5, latitude=31.2)
    near = await make_canteen(database, region, longitude=121.5, latitude=31.21, delivers=False)
    away = await make_canteen(database, region, longitude=121.6, latitude=31.2)
    one, two, three = (public_id("canteen", key) for key in (here, near, away))
    circle = {"longitude": 121.5, "latitude": 31.2, "radiusM": 1500}
    assert await found(api, near=circle) == {one, two}
    assert await found(api, near=circle, delivers=False) == {two}
    assert {one, two, three} <= await found(api, region=region[:9])
    assert await found(api, near=circle, region="330103") == set()
    assert {one, two, three} <= await found(api)


async def test_a_canteens_fields(api: Api, database: Database, district: District) -> None:
    region = await community(database, district)
    canteen = await make_canteen(database, region, longitude=121.5, latitude=31.2)
    circle = {"longitude": 121.5, "latitude": 31.2, "radiusM": 1}
    data = await api.data(Role.FAMILY, CANTEENS, filter={"near": circle})
    assert data["canteens"]["nodes"] == [
        {
            "id": public_id("canteen", canteen),
            "name": "测试老年食堂",
            "address": "测试路1号",
            "delivers": True,
            "region": {"code": region},
            "position": {"longitude": 121.5, "latitude": 31.2},
        }
    ]


async def test_the_menu_is_the_week_from_today_in_the_days_order(
    api: Api, database: Database, district: District
) -> None:
    canteen = await make_canteen(database, await community(database, district))
    for ahead in (7, 6, 0, -1):
        day = today() + timedelta(days=ahead)
        await make_dish(database, canteen, day, f"第{ahead}天", "9.50")
    for meal in (Meal.DINNER, Meal.BREAKFAST):
        await make_dish(database, canteen, today(), meal.value, "6.00", meal)
    node = public_id("canteen", canteen)
    menu = (await api.data(Role.FAMILY, MENU, id=node))["node"]["menu"]
    last = (today() + timedelta(days=6)).isoformat()
    assert [(dish["day"], dish["meal"], dish["name"]) for dish in menu] == [
        (today().isoformat(), "BREAKFAST", "BREAKFAST"),
        (today().isoformat(), "LUNCH", "第0天"),
        (today().isoformat(), "DINNER", "DINNER"),
        (last, "LUNCH", "第6天"),
    ]
    assert menu[1]["price"] == "9.50"
    assert menu[1]["canteen"] == {"id": node}


async def ordered(api: Api, who: Actor, elder_id: UUID, dishes: list[UUID]) -> str:
    offer = await quoted(api, who, elder_id, dishes)
    return (await placed(api, who, offer["token"]))["mealOrder"]["id"]


async def listed(api: Api, who: Actor, **filter: object) -> list[str]:
    data = (await api.data(who, ORDERS, filter=filter or None))["mealOrders"]
    assert data["totalCount"] == len(data["nodes"])
    return [node["id"] for node in data["nodes"]]


async def test_orders_newest_first_by_canteen_day_meal_and_state(
    api: Api, database: Database, table: Table
) -> None:
    tomorrow = today() + timedelta(days=1)
    dinner = await make_dish(database, table.canteen_id, tomorrow, "粥", "3.00", Meal.DINNER)
    later = await make_dish(database, table.canteen_id, tomorrow + timedelta(1), "面", "9.00")
    who = table.daughter
    first = await ordered(api, who, table.elder_id, list(table.dishes))
    second = await ordered(api, who, table.elder_id, [dinner])
    third = await ordered(api, who, table.elder_id, [later])
    await cancelled(api, who, first)
    assert await listed(api, who) == [third, second, first]
    assert await listed(api, table.cook) == [third, second, first]
    assert await listed(api, who, day=tomorrow.isoformat()) == [second, first]
    assert await listed(api, who, meal="DINNER") == [second]
    assert await listed(api, who, state="PLACED") == [third, second]
    assert await listed(api, who, state=["PLACED", "CANCELLED"], meal="LUNCH") == [third, first]
    canteen = public_id("canteen", table.canteen_id)
    assert await listed(api, who, canteen=canteen) == [third, second, first]
    another = await make_canteen(database, "330102")
    assert await listed(api, who, canteen=public_id("canteen", another)) == []
    wrong = await api.post(who, ORDERS, {"filter": {"canteen": "elder_1"}})
    assert wrong["errors"][0]["extensions"] == {
        "code": "INVALID_INPUT",
        "field": "canteen",
        "requestId": wrong["errors"][0]["extensions"]["requestId"],
    }


async def test_an_elders_and_a_canteens_orders(api: Api, table: Table) -> None:
    first = await ordered(api, table.daughter, table.elder_id, list(table.dishes))
    second = await ordered(api, table.daughter, table.elder_id, list(table.dishes))
    ids = {
        "elder": public_id("elder", table.elder_id),
        "canteen": public_id("canteen", table.canteen_id),
    }
    data = await api.data(table.daughter, AROUND, **ids)
    orders = {"totalCount": 2, "nodes": [{"id": second, "state": "PLACED"}]}
    assert data["elder"]["mealOrders"] == orders
    assert data["canteen"]["orders"]["nodes"] == [{"id": second}, {"id": first}]
    stranger = await api.data(Role.DISPATCHER, AROUND, **ids)
    assert stranger["canteen"]["orders"] == {"totalCount": 0, "nodes": []}


DEEP = """
query { mealOrders(first: 100) { nodes {
  id elder { name } canteen { name menu { name canteen { id } } } items { name } placedBy { name }
  availableActions } } }
"""


@pytest.mark.parametrize("number", [1, 5])
async def test_a_deep_list_costs_the_same_for_one_order_and_for_five(
    api: Api,
    database: Database,
    database_url: str,
    vault: Vault,
    table: Table,
    district: District,
    number: int,
) -> None:
    region = await community(database, district)
    for _ in range(number):
        elder_id = await make_elder(database, region)
        daughter = await make_family(database, elder_id)
        await ordered(api, daughter, elder_id, list(table.dishes))
    context = Context(database, table.cook, Language.EN, "test", Feed(database_url), vault)
    answer = await answered(Request(DEEP), context, planned=False)
    assert "errors" not in answer.body
    assert len(answer.body["data"]["mealOrders"]["nodes"]) == number
    assert context.loaders.statement_count <= 6
