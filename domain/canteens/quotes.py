"""What a meal will cost: asked, answered and fixed for some minutes, before anything is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, exists, func, select
from sqlmodel import col

from domain.access import Actor, Permission
from domain.calendar import whole_years
from domain.canteens.lifecycle import MealState
from domain.canteens.models import Canteen, Meal, MealOrder, MenuItem
from domain.canteens.ordering import check_orderable, cutoff
from domain.canteens.subsidies import COMMUNITY_MEAL, Diner, Split, split
from domain.canteens.visibility import diner_visible, menu_item_visible
from domain.database import Database
from domain.elders.models import Elder, ElderTag, Tag
from domain.elders.tags import holds_on
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.reasons import Reason

GOOD_FOR = timedelta(minutes=10)
"""How long a quote holds, unless the meal's cut-off comes before."""

MAX_LINES = 20
MAX_QUANTITY = 20


@dataclass(frozen=True, slots=True)
class Line:
    """So many of a dish.

    Parameters:
        quantity: 1 to 20.
    """

    menu_item_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What an elder would like to eat.

    Parameters:
        lines: 1 to 20 dishes of one canteen, day and meal, none of them twice.
        delivery: brought home instead of eaten or fetched at the canteen.
    """

    elder_id: UUID
    lines: tuple[Line, ...]
    delivery: bool


@dataclass(frozen=True, slots=True)
class QuotedItem:
    """A dish at its price when it was quoted, in yuan."""

    menu_item_id: UUID
    name: str
    unit_price: Decimal
    quantity: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A meal with everything that decides what is charged; an order charges exactly this.

    Parameters:
        id: makes one order at most.
        actor_id: the account that asked: nobody else can order with it.
        price: yuan.
        split: who pays what of it.
        expires_at: from then on it is worth nothing.
    """

    id: UUID
    actor_id: UUID
    elder_id: UUID
    canteen_id: UUID
    day: date
    meal: Meal
    delivery: bool
    items: tuple[QuotedItem, ...]
    price: Decimal
    split: Split
    scheme: str
    expires_at: datetime


async def quote(database: Database, actor: Actor, wish: Wish, now: datetime) -> Quote:
    """What a meal costs, and who pays what of it. Nothing is stored.

    Parameters:
        now: with its offset.
    Raises: NotFound("elder_id"), PermissionDenied, InvalidInput, NotFound("items"),
        OrderingClosed(cutoff).
    """
    elder = await _seen_elder(database, actor, wish.elder_id)
    if not actor.may(Permission.MEAL_QUOTE):
        raise PermissionDenied(action="QUOTE")
    _check_lines(wish.lines)
    dishes = await _dishes(database, actor, wish)
    day, meal = dishes[0].day, dishes[0].meal
    check_orderable(day, meal, now)
    items = _priced(wish.lines, dishes)
    price = sum((item.unit_price * item.quantity for item in items), Decimal("0.00"))
    tags, used_today = await _entitlement(database, wish.elder_id, day)
    diner = Diner(whole_years(elder.birth_date, day), tags, elder.care_level, wish.delivery)
    return Quote(
        id=uuid4(),
        actor_id=actor.id,
        elder_id=wish.elder_id,
        canteen_id=dishes[0].canteen_id,
        day=day,
        meal=meal,
        delivery=wish.delivery,
        items=items,
        price=price,
        split=split(COMMUNITY_MEAL, price, diner, used_today=used_today),
        scheme=COMMUNITY_MEAL.code,
        expires_at=min(now + GOOD_FOR, cutoff(day, meal)),
    )


def has_subsidy(elder_id: UUID, day: date, scheme: str) -> ColumnElement[bool]:
    """Whether an order is the one that has the elder's subsidy of the day."""
    return (
        (col(MealOrder.elder_id) == elder_id)
        & (col(MealOrder.day) == day)
        & (col(MealOrder.scheme) == scheme)
        & (col(MealOrder.subsidy) > 0)
        & (col(MealOrder.state) != MealState.CANCELLED)
    )


async def _seen_elder(database: Database, actor: Actor, elder_id: UUID) -> Row[Any]:
    statement = select(col(Elder.birth_date), col(Elder.care_level)).where(
        col(Elder.id) == elder_id, diner_visible(actor)
    )
    # What the family sees was perhaps written a moment ago: a replica may not know it yet.
    rows = await database.fetch(statement, primary=True)
    if not rows:
        raise NotFound("elder_id")
    return rows[0]


def _check_lines(lines: Sequence[Line]) -> None:
    if not 1 <= len(lines) <= MAX_LINES:
        raise InvalidInput("items", reason=Reason.DISHES, most=MAX_LINES)
    if len({line.menu_item_id for line in lines}) < len(lines):
        raise InvalidInput("items", reason=Reason.DISH_TWICE)
    if any(not 1 <= line.quantity <= MAX_QUANTITY for line in lines):
        raise InvalidInput("quantity", reason=Reason.RANGE, least=1, most=MAX_QUANTITY)


async def _dishes(database: Database, actor: Actor, wish: Wish) -> Sequence[Row[Any]]:
    """The dishes in the menu's order, all of one meal."""
    keys = [line.menu_item_id for line in wish.lines]
    statement = (
        select(
            col(MenuItem.id),
            col(MenuItem.name),
            col(MenuItem.price),
            col(MenuItem.canteen_id),
            col(MenuItem.day),
            col(MenuItem.meal),
            col(Canteen.delivers),
        )
        .join(Canteen, col(Canteen.id) == col(MenuItem.canteen_id))
        .where(col(MenuItem.id).in_(keys), menu_item_visible(actor))
        .order_by(col(MenuItem.id))
    )
    dishes = await database.fetch(statement, primary=True)
    if len(dishes) < len(keys):
        raise NotFound("items")
    if len({(dish.canteen_id, dish.day, dish.meal) for dish in dishes}) > 1:
        raise InvalidInput("items", reason=Reason.ONE_MEAL)
    if wish.delivery and not dishes[0].delivers:
        raise InvalidInput("delivery", reason=Reason.NO_DELIVERY)
    return dishes


def _priced(lines: Sequence[Line], dishes: Sequence[Row[Any]]) -> tuple[QuotedItem, ...]:
    quantities = {line.menu_item_id: line.quantity for line in lines}
    return tuple(QuotedItem(dish.id, dish.name, dish.price, quantities[dish.id]) for dish in dishes)


async def _entitlement(
    database: Database, elder_id: UUID, day: date
) -> tuple[frozenset[Tag], bool]:
    """The elder's tags in force on a day, and whether its subsidised meal is ordered."""
    in_force = select(func.array_agg(col(ElderTag.tag))).where(
        col(ElderTag.elder_id) == elder_id, holds_on(day)
    )
    tags = in_force.scalar_subquery()
    used = exists().where(has_subsidy(elder_id, day, COMMUNITY_MEAL.code))
    row = (await database.fetch(select(tags, used), primary=True))[0]
    return frozenset(Tag(tag) for tag in row[0] or ()), row[1]
