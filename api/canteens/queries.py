"""Canteens and meal orders as lists, and what a meal would cost."""

from datetime import date
from typing import Annotated

import strawberry
from sqlalchemy import ColumnElement
from sqlmodel import col

from api.canteens import quote_token
from api.canteens.types import Canteen, MealOrder, MealQuote, MealQuoteItem
from api.context import Info
from api.describe import input_object
from api.geo import NearInput
from api.permissions import asks
from api.plan.declare import ascending, descending
from api.plan.roots import by_id, listing
from api.plan.shapes import row_type_of
from api.relay import Connection, key_of
from domain import calendar
from domain.access import Actor, Permission
from domain.canteens import models, quotes
from domain.canteens.lifecycle import MealState
from domain.canteens.ordering import cutoff
from domain.tables import within


@input_object
class CanteenFilter:
    """Which canteens."""

    region: str | None = None
    """Only those in the subtree of the division with this code."""
    near: NearInput | None = None
    """Only those in this circle."""
    delivers: bool | None = None
    """Only those that bring meals home, or only those that don't."""

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """The predicates of the fields that are given."""
        del actor
        conditions: list[ColumnElement[bool]] = []
        if self.region is not None:
            conditions.append(within(col(models.Canteen.region_code), self.region))
        if self.near is not None:
            place = col(models.Canteen.longitude), col(models.Canteen.latitude)
            conditions.append(self.near.condition(*place))
        if self.delivers is not None:
            conditions.append(col(models.Canteen.delivers) == self.delivers)
        return conditions


@input_object
class MealOrderFilter:
    """Which orders."""

    canteen: strawberry.ID | None = None
    """Only those that this canteen cooks."""
    day: date | None = None
    """Only those for this day."""
    meal: models.Meal | None = None
    """Only those for this meal."""
    state: list[MealState] | None = None
    """Only those in one of these states; one alone needs no brackets."""

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """The predicates of the fields that are given."""
        del actor
        conditions: list[ColumnElement[bool]] = []
        if self.canteen is not None:
            canteen = key_of(self.canteen, "canteen", "canteen")
            conditions.append(col(models.MealOrder.canteen_id) == canteen)
        if self.day is not None:
            conditions.append(col(models.MealOrder.day) == self.day)
        if self.meal is not None:
            conditions.append(col(models.MealOrder.meal) == self.meal)
        if self.state is not None:
            conditions.append(col(models.MealOrder.state).in_(set(self.state)))
        return conditions


@input_object
class MealQuoteItemInput:
    """So many of a dish."""

    menu_item_id: strawberry.ID
    """The dish."""
    quantity: int
    """How many portions, 1 to 20."""


@input_object
class MealQuoteInput:
    """What an elder would like to eat."""

    elder_id: strawberry.ID
    """Who eats it."""
    items: list[MealQuoteItemInput]
    """1 to 20 dishes of one canteen, one day and one meal, none of them twice."""
    delivery: bool = False
    """Whether it is brought home."""

    def wish(self) -> quotes.Wish:
        """The same for the domain. Raises: InvalidInput for an id that is none."""
        lines = tuple(
            quotes.Line(key_of(item.menu_item_id, "menu_item", "menu_item_id"), item.quantity)
            for item in self.items
        )
        return quotes.Wish(key_of(self.elder_id, "elder", "elder_id"), lines, self.delivery)


@strawberry.type
class CanteenQueries:
    """Root fields on canteens and meals."""

    canteen: Canteen | None = by_id(
        models.Canteen, description="A canteen by id; null if there is none to be seen."
    )
    canteens: Connection[Canteen] = listing(
        models.Canteen,
        order=ascending(models.Canteen.id),
        filter=CanteenFilter,
        description="The canteens, in the order of registration.",
    )
    meal_order: MealOrder | None = by_id(
        models.MealOrder, description="A meal order by id; null if there is none to be seen."
    )
    meal_orders: Connection[MealOrder] = listing(
        models.MealOrder,
        order=descending(models.MealOrder.id),
        filter=MealOrderFilter,
        description="The meal orders that you may see, newest first.",
    )

    @strawberry.field(
        description="What a meal costs and who pays what of it; nothing is ordered by asking."
    )
    @asks(Permission.MEAL_QUOTE)
    async def meal_quote(
        self,
        info: Info,
        input: Annotated[MealQuoteInput, strawberry.argument(description="Which meal.")],
    ) -> MealQuote:
        """A quote and its token."""
        context = info.context
        quote = await quotes.quote(context.database, context.actor, input.wish(), calendar.now())
        return await _shown(info, quote)


async def _shown(info: Info, quote: quotes.Quote) -> MealQuote:
    canteen = await info.context.loaders.by_key(row_type_of(Canteen)).load(quote.canteen_id)
    return MealQuote(
        token=quote_token.sealed(quote, info.context.vault),
        expires_at=quote.expires_at,
        orderable_until=cutoff(quote.day, quote.meal),
        canteen=canteen,
        day=quote.day,
        meal=quote.meal,
        delivery=quote.delivery,
        items=[
            MealQuoteItem(name=item.name, unit_price=item.unit_price, quantity=item.quantity)
            for item in quote.items
        ],
        price=quote.price,
        subsidy=quote.split.subsidy,
        own_share=quote.split.own_share,
        scheme=quote.scheme,
        subsidy_reason=quote.split.reason,
    )
