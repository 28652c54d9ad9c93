"""What people do about a meal: one transaction, one verb, one payload."""

from typing import Annotated

import strawberry

from api.canteens import quote_token
from api.canteens.types import MealOrder
from api.context import Info
from api.describe import input_object, output
from api.errors import UserError
from api.mutations import changed
from api.permissions import asks
from api.relay import key_of
from domain import calendar
from domain.access import Permission
from domain.canteens import service


@input_object
class MealOrderPlaceInput:
    """Which quote to order by."""

    token: str
    """The quote's token; given again, it answers with the same order."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@input_object
class MealOrderCancelInput:
    """Which order to take back."""

    id: strawberry.ID
    """The order."""
    client_mutation_id: str | None = None
    """Given back in the payload."""


@output
class MealOrderPayload:
    """What every mutation of a meal order answers."""

    meal_order: MealOrder | None
    """The order after the change; null if there is none to be seen."""
    user_errors: list[UserError]
    """Why nothing was changed; empty when it was."""
    client_mutation_id: str | None = None
    """As given in the input."""


@output
class MealOrderPlacePayload(MealOrderPayload):
    """The placed order."""


@output
class MealOrderCancelPayload(MealOrderPayload):
    """The cancelled order."""


@strawberry.type
class CanteenMutations:
    """Root fields that change meal orders."""

    @strawberry.mutation(description="Order a meal; it is charged exactly as its quote said.")
    @asks(Permission.MEAL_ORDER_PLACE)
    async def meal_order_place(
        self,
        info: Info,
        input: Annotated[MealOrderPlaceInput, strawberry.argument(description="Which quote.")],
    ) -> MealOrderPlacePayload:
        """A new order, or the one that the quote has made already."""
        context = info.context
        return await changed(
            info,
            MealOrderPlacePayload,
            MealOrder,
            input,
            lambda session: service.place(
                session,
                context.actor,
                quote_token.opened(input.token, context.vault),
                calendar.now(),
            ),
        )

    @strawberry.mutation(description="Take an order back before its meal's cut-off.")
    @asks(Permission.MEAL_ORDER_CANCEL)
    async def meal_order_cancel(
        self,
        info: Info,
        input: Annotated[MealOrderCancelInput, strawberry.argument(description="Which order.")],
    ) -> MealOrderCancelPayload:
        """PLACED -> CANCELLED."""
        context = info.context
        return await changed(
            info,
            MealOrderCancelPayload,
            MealOrder,
            input,
            lambda session: service.cancel(
                session, context.actor, key_of(input.id, "meal_order"), calendar.now()
            ),
        )
