"""A vendor that runs a canteen cooks its meals, and learns of the elders a name on a slip."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import false, select
from sqlmodel import col

from domain.access import Actor, DataScope, Role
from domain.accounts.models import Account
from domain.audit.models import Outcome
from domain.canteens.models import Canteen, MealOrder
from domain.database import Database
from domain.elders.visibility import elder_visible
from domain.ids import public_id
from tests.api.plan.desk import Desk
from tests.clients import Api
from tests.trail import trail

ORDERS = """{ mealOrders(first: 200) { totalCount nodes {
  id recipient recipientPhone price subsidyReason canteen { id } elder { id name } placedBy { id }
  items { name quantity } } } }"""


@pytest.fixture
async def cook(database: Database) -> Actor:
    """A client of the vendor that runs a canteen, with no more than the scope for its orders."""
    runs = select(col(Canteen.vendor_id)).where(col(Canteen.vendor_id).is_not(None))
    account = select(col(Account.id), col(Account.role)).where(col(Account.vendor_id).in_(runs))
    ((account_id, role),) = await database.fetch(account)
    return Actor(account_id, role, scopes=frozenset({DataScope.ORDERS}))


async def diner(database: Database, cook: Actor) -> UUID:
    """An elder who eats there."""
    vendor = select(col(Account.vendor_id)).where(col(Account.id) == cook.id)
    orders = (
        select(col(MealOrder.elder_id))
        .join(Canteen, col(Canteen.id) == col(MealOrder.canteen_id))
        .where(col(Canteen.vendor_id).in_(vendor))
        .limit(1)
    )
    return (await database.fetch(orders))[0][0]


async def test_it_sees_its_orders_and_no_elder(api: Api, cook: Actor) -> None:
    answer = await api.post(cook, ORDERS)
    orders: list[dict[str, Any]] = answer["data"]["mealOrders"]["nodes"]
    assert len({order["canteen"]["id"] for order in orders}) == 1
    assert all(order["recipient"] and order["items"] for order in orders)
    phones = [order["recipientPhone"] for order in orders if order["recipientPhone"]]
    assert phones
    assert all("****" in phone for phone in phones)
    assert all(
        order[name] is None for order in orders for name in ("elder", "placedBy", "subsidyReason")
    )
    without = replace(cook, scopes=frozenset({DataScope.DEVICES}))
    assert (await api.post(without, ORDERS))["data"]["mealOrders"]["totalCount"] == 0


async def test_of_an_elder_it_learns_not_even_that_there_is_one(
    api: Api, cook: Actor, database: Database
) -> None:
    # The same statement with another key, and false before PostgreSQL looks at any row: so it takes
    # as long, too.
    assert elder_visible(cook).compare(false())
    there, nowhere = await diner(database, cook), uuid4()
    query = """query ($id: ID!) { node(id: $id) { id ... on Elder { name address
      fullAddress contacts { phone } } } elder(id: $id) { name } }"""
    told: list[Any] = []
    for key in (there, nowhere):
        answer = await api.post(cook, query, {"id": public_id("elder", key)})
        answer.pop("extensions", None)
        told.append(answer)
    assert told[0] == told[1]
    assert told[0]["data"] == {"node": None, "elder": None}


async def test_an_elders_phone_is_masked_and_asking_for_more_is_logged(
    api: Api, cook: Actor, database: Database
) -> None:
    query = """{ mealOrders(first: 1) { nodes { recipientPhone
      elder { phone reveal(field: PHONE, purpose: CARE) } } } }"""
    answer = await api.post(cook, query)
    (order,) = answer["data"]["mealOrders"]["nodes"]
    assert order["elder"] is None
    (mask,) = answer["extensions"]["masked"]
    assert mask["reason"] == "NOT_VISIBLE"
    (entry,) = await trail(database, action="read")
    assert (entry.outcome, entry.fields, entry.purpose) == (
        Outcome.DENIED,
        ["Elder.phone"],
        "CARE",
    )
    assert (entry.actor_id, entry.role) == (cook.id, Role.VENDOR)


@pytest.mark.parametrize("root", ["elder", "node"])
async def test_nothing_in_the_work_done_tells_whether_there_is_an_elder(
    desk: Desk, cook: Actor, root: str
) -> None:
    """Nothing that takes time differs: the same statements, and as many rows of the trail."""
    query = f"""query ($id: ID!) {{ {root}(id: $id) {{ ... on Elder {{
      phone reveal(field: PHONE, purpose: CARE) }} }} }}"""
    done: list[Any] = []
    for key in (await diner(desk.database, cook), uuid4()):
        asked = await desk.ask(cook, query, {"id": public_id("elder", key)})
        (entry,) = await trail(desk.database, object_id=key)
        said = (entry.outcome, entry.elder_id, entry.fields, entry.purpose)
        context = asked.context
        ran = [*context.statements, *context.loaders.statements]
        assert ran
        done.append((asked.body["data"], ran, context.loaders.batches, said))
    assert done[0] == done[1]
    assert done[0][0] == {root: None}
