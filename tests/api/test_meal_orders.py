"""From a menu to a meal over HTTP: asked, ordered, cancelled; and who sees what of it."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from domain.access import Actor, Role
from domain.calendar import now, today
from domain.canteens.models import Meal, MealOrder, MenuItem
from domain.canteens.ordering import cutoff
from domain.canteens.quotes import Line, Wish, quote
from domain.canteens.service import place
from domain.database import Database
from domain.ids import public_id
from domain.metadata import METADATA
from domain.outbox import OutboxEvent
from tests.api.meals import QUOTE, asked, cancelled, codes, placed, quoted
from tests.clients import Api
from tests.makers.canteens import Table, lay_table, make_menu
from yiyang.district.cast import District

ORDER_TABLES = [METADATA.tables[name] for name in ("meal_order", "meal_order_item")]


@pytest.fixture
async def table(database: Database, district: District) -> Table:
    return await lay_table(database, district)


async def stored(database: Database) -> list[Any]:
    """Every row that an order leaves, events included."""
    tables = [*ORDER_TABLES, METADATA.tables["outbox_event"]]
    return [await database.fetch(select(table)) for table in tables]


async def test_a_meal_is_charged_as_quoted_and_can_be_taken_back(
    api: Api, database: Database, table: Table
) -> None:
    tomorrow = today() + timedelta(days=1)
    offer = await quoted(api, table.daughter, table.elder_id, table.dishes[1:])
    assert {name: offer[name] for name in ("price", "subsidy", "ownShare", "subsidyReason")} == {
        "price": "22.00",
        "subsidy": "2.00",
        "ownShare": "20.00",
        "subsidyReason": "AGED_60",
    }
    assert offer["canteen"]["id"] == public_id("canteen", table.canteen_id)
    assert datetime.fromisoformat(offer["orderableUntil"]) == cutoff(tomorrow, Meal.LUNCH)
    payload = await placed(api, table.daughter, offer["token"])
    order = payload["mealOrder"]
    assert payload["userErrors"] == []
    assert payload["clientMutationId"] == "p"
    same = ("day", "meal", "delivery", "items", "price", "subsidy", "ownShare", "scheme")
    assert {name: order[name] for name in same} == {name: offer[name] for name in same}
    assert order["items"] == [
        {"name": "红烧肉", "unitPrice": "10.00", "quantity": 1},
        {"name": "清蒸鲈鱼", "unitPrice": "12.00", "quantity": 1},
    ]
    assert order["day"] == tomorrow.isoformat()
    assert order["recipient"] == "王测试"
    assert order["elder"]["id"] == public_id("elder", table.elder_id)
    assert order["placedBy"]["id"] == public_id("account", table.daughter.id)
    assert (order["state"], order["availableActions"]) == ("PLACED", ["CANCEL"])
    taken_back = await cancelled(api, table.daughter, order["id"])
    assert taken_back["userErrors"] == []
    assert taken_back["mealOrder"]["state"] == "CANCELLED"
    assert taken_back["mealOrder"]["cancelledAt"]
    assert taken_back["mealOrder"]["availableActions"] == []
    events = select(col(OutboxEvent.topic), col(OutboxEvent.change))
    of_orders = events.where(col(OutboxEvent.topic) == "meal_order").order_by(
        col(OutboxEvent.position)
    )
    changes = [row.change for row in await database.fetch(of_orders)]
    assert changes == ["PLACED", "CANCELLED"]


async def test_a_cancelled_order_gives_its_subsidy_back(api: Api, table: Table) -> None:
    first = await quoted(api, table.daughter, table.elder_id, table.dishes)
    order = (await placed(api, table.daughter, first["token"]))["mealOrder"]
    second = await quoted(api, table.daughter, table.elder_id, table.dishes)
    assert (second["subsidy"], second["subsidyReason"]) == ("0.00", "USED_TODAY")
    assert second["ownShare"] == second["price"] == "30.00"
    await cancelled(api, table.daughter, order["id"])
    third = await quoted(api, table.daughter, table.elder_id, table.dishes)
    again = (await placed(api, table.daughter, third["token"]))["mealOrder"]
    assert (again["subsidy"], again["subsidyReason"]) == ("2.00", "AGED_60")
    # The first token is spent: it still answers with the order that it made.
    spent = await placed(api, table.daughter, first["token"])
    assert (spent["mealOrder"]["id"], spent["mealOrder"]["state"]) == (order["id"], "CANCELLED")


async def test_a_second_cancellation_is_refused(api: Api, database: Database, table: Table) -> None:
    offer = await quoted(api, table.daughter, table.elder_id, table.dishes)
    order = (await placed(api, table.daughter, offer["token"]))["mealOrder"]
    await cancelled(api, table.daughter, order["id"])
    before = await stored(database)
    payload = await cancelled(api, table.daughter, order["id"])
    assert codes(payload) == [("ILLEGAL_TRANSITION", None)]
    assert payload["mealOrder"]["state"] == "CANCELLED"
    assert await stored(database) == before


async def test_a_menu_that_changes_after_the_quote_does_not_change_the_charge(
    api: Api, database: Database, table: Table
) -> None:
    offer = await quoted(api, table.daughter, table.elder_id, table.dishes)
    async with database.transaction("test") as session:
        dearer = update(MenuItem).where(col(MenuItem.canteen_id) == table.canteen_id)
        await session.execute(
            dearer.values(price=col(MenuItem.price) * 2, name=col(MenuItem.name) + "（大）")
        )
    order = (await placed(api, table.daughter, offer["token"]))["mealOrder"]
    assert (order["price"], order["ownShare"]) == ("30.00", "28.00")
    assert order["items"] == offer["items"]
    newly = await quoted(api, table.daughter, table.elder_id, table.dishes)
    assert newly["price"] == "60.00"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"items": []}, "INVALID_INPUT", "items"),
        ({"elder": "elder_1"}, "INVALID_INPUT", "elderId"),
        ({"elder": public_id("elder", uuid4())}, "NOT_FOUND", "elderId"),
        ({"items": [{"menuItemId": "dish_1", "quantity": 1}]}, "INVALID_INPUT", "menuItemId"),
        (
            {"items": [{"menuItemId": public_id("menu_item", uuid4()), "quantity": 1}]},
            "NOT_FOUND",
            "items",
        ),
    ],
)
async def test_a_refused_quote_is_a_coded_error(
    api: Api, table: Table, change: dict[str, Any], code: str, field: str
) -> None:
    variables = {**asked(table.elder_id, table.dishes), **change}
    response = await api.post(table.daughter, QUOTE, variables)
    assert response["data"] is None
    (error,) = response["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == (code, field)


async def test_a_meal_whose_time_has_passed_cannot_be_quoted(
    api: Api, database: Database, table: Table
) -> None:
    dishes = await make_menu(database, table.canteen_id, today(), Meal.BREAKFAST)
    response = await api.post(
        table.daughter, QUOTE, asked(table.elder_id, dishes), **{"Accept-Language": "en"}
    )
    (error,) = response["errors"]
    assert error["extensions"]["code"] == "ORDERING_CLOSED"
    assert error["message"].endswith(f"{today() - timedelta(days=1)} 18:00")


async def test_an_order_of_yesterday_cannot_be_cancelled_or_placed(
    api: Api, database: Database, table: Table
) -> None:
    """Made under yesterday's clock, met by today's."""
    yesterday = today() - timedelta(days=1)
    menu = await make_menu(database, table.canteen_id, yesterday)
    before_it = cutoff(yesterday, Meal.LUNCH) - timedelta(hours=1)
    wish = Wish(table.elder_id, (Line(menu[0], 2),), delivery=False)
    made = await quote(database, table.daughter, wish, before_it)
    async with database.transaction("test") as session:
        order_id = (await place(session, table.daughter, made, before_it)).id
    before = await stored(database)
    payload = await cancelled(api, table.daughter, public_id("meal_order", order_id))
    assert codes(payload) == [("ORDERING_CLOSED", None)]
    assert payload["mealOrder"]["state"] == "PLACED"
    assert payload["mealOrder"]["availableActions"] == []
    assert await stored(database) == before


async def test_who_lost_sight_of_the_elder_cannot_order_for_them(
    api: Api, database: Database, table: Table
) -> None:
    offer = await quoted(api, table.daughter, table.elder_id, table.dishes)
    links = METADATA.tables["family_link"]
    async with database.transaction("test") as session:
        await session.execute(links.delete().where(links.c.account_id == table.daughter.id))
    before = await stored(database)
    payload = await placed(api, table.daughter, offer["token"])
    assert codes(payload) == [("NOT_FOUND", "token")]
    assert payload["mealOrder"] is None
    assert await stored(database) == before


SEEN = """query ($id: ID!) { node(id: $id) { ... on MealOrder {
  recipient price subsidyReason elder { name } availableActions } } }"""


async def test_a_canteen_sees_the_recipient_but_not_the_elder(
    api: Api, database: Database, table: Table, district: District
) -> None:
    offer = await quoted(api, table.daughter, table.elder_id, table.dishes)
    order = (await placed(api, table.daughter, offer["token"]))["mealOrder"]
    auditor = api.actor(Role.AUDITOR)
    for reader in (table.cook, Actor(auditor.id, Role.AUDITOR, "330102")):
        response = await api.post(reader, SEEN, {"id": order["id"]})
        seen = response["data"]["node"]
        cook = reader is table.cook
        assert (seen["recipient"], seen["price"]) == ("王测试" if cook else None, "30.00")
        assert (seen["subsidyReason"] is None) is cook
        assert (seen["elder"], seen["availableActions"]) == (None, [])
        hidden = {mask["path"][-1]: mask["reason"] for mask in response["extensions"]["masked"]}
        own = "subsidyReason" if cook else "recipient"
        assert hidden == {"elder": "NOT_VISIBLE", own: "NOT_PERMITTED"}
    elder = public_id("elder", table.elder_id)
    assert (await api.data(table.cook, f'{{ elder(id: "{elder}") {{ id }} }}'))["elder"] is None


@pytest.mark.parametrize("reader", ["cook", "official", "auditor"])
async def test_who_sees_an_order_but_may_not_cancel_it(
    api: Api, database: Database, table: Table, reader: str
) -> None:
    offer = await quoted(api, table.daughter, table.elder_id, table.dishes)
    order = (await placed(api, table.daughter, offer["token"]))["mealOrder"]
    actors = {
        "cook": table.cook,
        "official": Actor(api.actor(Role.OFFICIAL).id, Role.OFFICIAL, "330102"),
        "auditor": Actor(api.actor(Role.AUDITOR).id, Role.AUDITOR, "330102"),
    }
    before = await stored(database)
    payload = await cancelled(api, actors[reader], order["id"])
    assert codes(payload) == [("PERMISSION_DENIED", None)]
    assert payload["mealOrder"]["state"] == "PLACED"
    assert await stored(database) == before


async def test_strangers_see_and_cancel_nothing(
    api: Api, database: Database, table: Table, district: District
) -> None:
    offer = await quoted(api, table.daughter, table.elder_id, table.dishes)
    order = (await placed(api, table.daughter, offer["token"]))["mealOrder"]
    another = await lay_table(database, district)
    before = await stored(database)
    stranger = Actor(district.neighbour_daughter_id, Role.FAMILY)
    for reader in (stranger, another.cook, another.daughter, api.actor(Role.DISPATCHER)):
        assert (await api.data(reader, SEEN, id=order["id"]))["node"] is None
        payload = await cancelled(api, reader, order["id"])
        assert (payload["mealOrder"], codes(payload)) == (None, [("NOT_FOUND", "id")])
    refused = await api.post(table.cook, QUOTE, asked(table.elder_id, table.dishes))
    assert refused["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert await stored(database) == before


async def test_an_official_sees_the_elder_but_may_not_ask_for_a_quote(
    api: Api, table: Table
) -> None:
    official = Actor(api.actor(Role.OFFICIAL).id, Role.OFFICIAL, "330102")
    refused = await api.post(official, QUOTE, asked(table.elder_id, table.dishes))
    assert refused["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"


async def test_the_elder_the_station_and_the_admin_may_order(
    api: Api, database: Database, table: Table
) -> None:
    async with database.transaction("test") as session:
        accounts = METADATA.tables["account"]
        own = accounts.update().where(accounts.c.id == api.actor(Role.ELDER).id)
        await session.execute(own.values(elder_id=table.elder_id))
    station = Actor(api.actor(Role.STATION).id, Role.STATION, "330102")
    for actor in (api.actor(Role.ELDER), station, api.actor(Role.ADMIN)):
        offer = await quoted(api, actor, table.elder_id, table.dishes[:1])
        payload = await placed(api, actor, offer["token"])
        assert payload["userErrors"] == []
        assert (await cancelled(api, actor, payload["mealOrder"]["id"]))["userErrors"] == []


async def test_the_price_in_the_database_is_a_decimal_to_the_fen(
    api: Api, database: Database, table: Table
) -> None:
    offer = await quoted(api, table.daughter, table.elder_id, table.dishes)
    await placed(api, table.daughter, offer["token"])
    statement = select(col(MealOrder.price), col(MealOrder.placed_at)).where(
        col(MealOrder.elder_id) == table.elder_id
    )
    ((price, placed_at),) = await database.fetch(statement)
    assert str(price) == str(Decimal("30.00"))
    assert timedelta(0) <= now() - placed_at < timedelta(minutes=5)
