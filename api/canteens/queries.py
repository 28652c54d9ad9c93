"""Canteens and meal orders as lists, and what a meal would cost."""

from datetime import date
from typing import Annotated

import strawberry

from api.canteens import quote_token
from api.canteens.types import Canteen, MealOrder, MealQuote, MealQuoteItem
from api.context import Info
from api.describe import input_object
from api.geo import NearInput
from api.permissions import asks
from api.plan.criteria import equal, equal_id, in_circle, one_of, under
from api.plan.declare import ascending, descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.plan.shapes import row_type_of
from api.plan.values import later
from api.relay import Connection, key_of
from domain import calendar
from domain.access import Permission
from domain.canteens import models, quotes
from domain.canteens.lifecycle import MealState
from domain.canteens.ordering import cutoff


@filter_input
class CanteenFilter(Filter):
    """Which canteens."""

    region: str | None = under(models.Canteen.region_code)
    """Only those in the subtree of the division with this code."""
    near: NearInput | None = in_circle(models.Canteen.longitude, models.Canteen.latitude)
    """Only those in this circle."""
    delivers: bool | None = equal(models.Canteen.delivers)
    """Only those that bring meals home, or only those that don't."""


@filter_input
class MealOrderFilter(Filter):
    """Which orders."""

    canteen: strawberry.ID | None = equal_id(models.MealOrder.canteen_id, "canteen")
    """Only those that this canteen cooks."""
    day: date | None = equal(models.MealOrder.day)
    """Only those for this day."""
    meal: models.Meal | None = equal(models.MealOrder.meal)
    """Only those for this meal."""
    state: list[MealState] | None = one_of(models.MealOrder.state)
    """Only those in one of these states; one alone needs no brackets."""


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
        return _shown(info, quote)


def _shown(info: Info, quote: quotes.Quote) -> MealQuote:
    return MealQuote(
        token=quote_token.sealed(quote, info.context.vault),
        expires_at=quote.expires_at,
        orderable_until=cutoff(quote.day, quote.meal),
        canteen=later(info.context, row_type_of(Canteen), quote.canteen_id),
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
