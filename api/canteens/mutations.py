"""What people do about a meal: one transaction, one verb, one payload."""

import strawberry

from api.canteens import quote_token
from api.canteens.types import MealOrder
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from domain import calendar
from domain.access import Permission
from domain.canteens import service


@mutation_input
class MealOrderPlaceInput(MutationInput):
    """Which quote to order by."""

    token: str
    """The quote's token; given again, it answers with the same order."""


@mutation_input
class MealOrderCancelInput(MutationInput):
    """Which order to take back."""

    id: strawberry.ID
    """The order."""


@mutation_payload
class MealOrderPayload(MutationPayload):
    """What every mutation of a meal order answers."""

    meal_order: MealOrder | None
    """The order after the change; null if there is none to be seen."""


@mutation_payload
class MealOrderPlacePayload(MealOrderPayload):
    """The placed order."""


@mutation_payload
class MealOrderCancelPayload(MealOrderPayload):
    """The cancelled order."""


@strawberry.type
class CanteenMutations:
    """Root fields that change meal orders."""

    # A new order, or the one that the quote has made already.
    meal_order_place = mutation(
        MealOrderPlacePayload,
        "Order a meal; it is charged exactly as its quote said.",
        node=MealOrder,
        asks=Permission.MEAL_ORDER_PLACE,
        given=MealOrderPlaceInput,
        which="Which quote.",
        verb=lambda change, given: service.place(
            change.session,
            change.actor,
            quote_token.opened(given.token, change.vault),
            calendar.now(),
        ),
    )

    # PLACED -> CANCELLED.
    meal_order_cancel = mutation(
        MealOrderCancelPayload,
        "Take an order back before its meal's cut-off.",
        node=MealOrder,
        asks=Permission.MEAL_ORDER_CANCEL,
        given=MealOrderCancelInput,
        which="Which order.",
        verb=lambda change, given: service.cancel(
            change.session, change.actor, change.key, calendar.now()
        ),
    )
