"""Two at the same moment, a lost answer, and rows written past the service."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select, update
from sqlmodel import col

from domain.canteens.lifecycle import MealState
from domain.canteens.models import MealOrder, MealOrderItem
from domain.database import Database
from domain.errors import AlreadyExists, DomainError, InvalidInput, SubsidyUsed
from domain.ids import public_id
from domain.metadata import METADATA
from domain.outbox import OutboxEvent
from tests.api.meals import cancelled, codes, placed, quoted
from tests.clients import Api
from tests.makers.canteens import Table, lay_table, make_family
from yiyang.district.cast import District


@pytest.fixture
async def table(database: Database, district: District) -> Table:
    return await lay_table(database, district)


async def orders_of(database: Database, elder_id: UUID) -> list[dict[str, Any]]:
    orders = METADATA.tables["meal_order"]
    statement = select(orders).where(orders.c.elder_id == elder_id).order_by(orders.c.id)
    rows = await database.fetch(statement)
    return [dict(row._mapping) for row in rows]


async def test_two_orders_at_the_same_moment_share_one_subsidy(
    api: Api, database: Database, table: Table
) -> None:
    """A daughter and a son order their mother's lunch; both were promised the subsidy."""
    son = await make_family(database, table.elder_id)
    offers = [await quoted(api, who, table.elder_id, table.dishes) for who in (table.daughter, son)]
    assert [offer["subsidy"] for offer in offers] == ["2.00", "2.00"]
    payloads = await asyncio.gather(
        placed(api, table.daughter, offers[0]["token"]), placed(api, son, offers[1]["token"])
    )
    won = [payload for payload in payloads if not payload["userErrors"]]
    lost = [payload for payload in payloads if payload["userErrors"]]
    assert len(won) == len(lost) == 1
    assert won[0]["mealOrder"]["subsidy"] == "2.00"
    assert codes(lost[0]) == [("SUBSIDY_USED", "token")]
    assert lost[0]["mealOrder"] is None
    assert lost[0]["userErrors"][0]["blockers"] == [won[0]["mealOrder"]["id"]]
    (order,) = await orders_of(database, table.elder_id)
    assert public_id("meal_order", order["id"]) == won[0]["mealOrder"]["id"]


async def test_a_second_quote_says_the_full_price_and_is_charged_so(
    api: Api, database: Database, table: Table
) -> None:
    son = await make_family(database, table.elder_id)
    first = await quoted(api, table.daughter, table.elder_id, table.dishes)
    await placed(api, table.daughter, first["token"])
    second = await quoted(api, son, table.elder_id, table.dishes)
    assert (second["ownShare"], second["subsidyReason"]) == ("30.00", "USED_TODAY")
    payload = await placed(api, son, second["token"])
    assert payload["userErrors"] == []
    assert (payload["mealOrder"]["subsidy"], payload["mealOrder"]["ownShare"]) == ("0.00", "30.00")
    orders = await orders_of(database, table.elder_id)
    assert [str(order["own_share"]) for order in orders] == ["28.00", "30.00"]


async def test_a_full_price_quote_stays_at_full_price_when_the_subsidy_comes_free(
    api: Api, table: Table
) -> None:
    first = await quoted(api, table.daughter, table.elder_id, table.dishes)
    order = (await placed(api, table.daughter, first["token"]))["mealOrder"]
    second = await quoted(api, table.daughter, table.elder_id, table.dishes)
    await cancelled(api, table.daughter, order["id"])
    payload = await placed(api, table.daughter, second["token"])
    assert payload["mealOrder"]["ownShare"] == second["ownShare"] == "30.00"


async def test_twenty_placements_of_one_token_are_one_order(
    api: Api, database: Database, table: Table
) -> None:
    offer = await quoted(api, table.daughter, table.elder_id, table.dishes)
    payloads = await asyncio.gather(
        *(placed(api, table.daughter, offer["token"]) for _ in range(20))
    )
    assert payloads[0]["userErrors"] == []
    assert all(payload == payloads[0] for payload in payloads)
    (order,) = await orders_of(database, table.elder_id)
    items = select(func.count()).where(col(MealOrderItem.order_id) == order["id"])
    events = select(func.count()).where(col(OutboxEvent.subject_id) == order["id"])
    assert (await database.fetch(items))[0][0] == 3
    assert (await database.fetch(events))[0][0] == 1


async def test_twenty_quotes_placed_at_once_use_the_subsidy_once(
    api: Api, database: Database, table: Table
) -> None:
    offers = await asyncio.gather(
        *(quoted(api, table.daughter, table.elder_id, table.dishes) for _ in range(20))
    )
    payloads = await asyncio.gather(
        *(placed(api, table.daughter, offer["token"]) for offer in offers)
    )
    refusals = [codes(payload) for payload in payloads if payload["userErrors"]]
    assert refusals == [[("SUBSIDY_USED", "token")]] * 19
    assert len(await orders_of(database, table.elder_id)) == 1


async def test_cancelled_twice_at_once_is_cancelled_once(
    api: Api, database: Database, table: Table
) -> None:
    offer = await quoted(api, table.daughter, table.elder_id, table.dishes)
    order = (await placed(api, table.daughter, offer["token"]))["mealOrder"]
    payloads = await asyncio.gather(
        *(cancelled(api, table.daughter, order["id"]) for _ in range(5))
    )
    assert sorted(codes(payload) for payload in payloads) == [
        [],
        *[[("ILLEGAL_TRANSITION", None)]] * 4,
    ]
    events = select(col(OutboxEvent.change)).where(
        col(OutboxEvent.subject_id) == (await orders_of(database, table.elder_id))[0]["id"]
    )
    changes = [row.change for row in await database.fetch(events)]
    assert sorted(changes) == ["CANCELLED", "PLACED"]


async def refused(database: Database, statement: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        async with database.transaction("test") as session:
            await session.execute(statement)
    return caught.value


async def test_the_database_itself_keeps_the_rules(
    api: Api, database: Database, table: Table
) -> None:
    offer = await quoted(api, table.daughter, table.elder_id, table.dishes)
    await placed(api, table.daughter, offer["token"])
    (row,) = await orders_of(database, table.elder_id)
    another = {name: value for name, value in row.items() if name != "id"}

    unsubsidised = {"subsidy": 0, "own_share": row["price"]}
    same_quote = insert(MealOrder).values(**{**another, **unsubsidised})
    assert isinstance(await refused(database, same_quote), AlreadyExists)
    second_subsidy = insert(MealOrder).values(**{**another, "quote_id": uuid4()})
    assert isinstance(await refused(database, second_subsidy), SubsidyUsed)

    of_row = update(MealOrder).where(col(MealOrder.id) == row["id"])
    for values, field in (
        ({"subsidy": 3}, "price"),
        ({"subsidy": -1, "own_share": 31}, "subsidy"),
        ({"subsidy": 31, "own_share": -1}, "subsidy"),
    ):
        error = await refused(database, of_row.values(**values))
        assert isinstance(error, InvalidInput)
        assert error.field == field
    assert await orders_of(database, table.elder_id) == [row]


async def test_another_day_another_scheme_and_a_cancelled_order_leave_the_subsidy_free(
    api: Api, database: Database, table: Table
) -> None:
    offer = await quoted(api, table.daughter, table.elder_id, table.dishes)
    await placed(api, table.daughter, offer["token"])
    (row,) = await orders_of(database, table.elder_id)
    another = {name: value for name, value in row.items() if name != "id"}
    for change in (
        {"day": row["day"].replace(year=2020)},
        {"scheme": "another-2026"},
        {"state": MealState.CANCELLED},
    ):
        async with database.transaction("test") as session:
            await session.execute(
                insert(MealOrder).values(**{**another, **change, "quote_id": uuid4()})
            )
    assert len(await orders_of(database, table.elder_id)) == 4
