"""What may happen to a meal order: placed against a quote, cancelled before the cut-off."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.canteens.lifecycle import MEAL_LIFECYCLE, PERMISSION_FOR, MealAction, MealState
from domain.canteens.models import Meal, MealOrder, MealOrderItem
from domain.canteens.ordering import check_open, cutoff
from domain.canteens.quotes import Quote, has_subsidy
from domain.canteens.visibility import diner_visible, meal_order_visible
from domain.elders.models import Elder
from domain.errors import NotFound, PermissionDenied, QuoteExpired, QuoteInvalid, SubsidyUsed
from domain.ids import public_id
from domain.outbox import Event, record

TOPIC = "meal_order"
"""The outbox topic of every change to a meal order."""


async def place(session: AsyncSession, actor: Actor, quote: Quote, now: datetime) -> MealOrder:
    """Order a meal and charge exactly its quote.

    A quote makes one order: whoever places it again, after a lost answer, has the same one,
    whatever has become of it since.

    Parameters:
        now: with its offset.
    Raises: QuoteInvalid("token") for another's quote, NotFound("token") where the elder is no
        longer to be seen, PermissionDenied, OrderingClosed(cutoff), QuoteExpired("token"),
        SubsidyUsed("token", blockers: the order that has the subsidy).
    """
    if quote.actor_id != actor.id:
        raise QuoteInvalid("token")
    elder = await _elder_for_update(session, actor, quote.elder_id)
    if not actor.may(Permission.MEAL_ORDER_PLACE):
        raise PermissionDenied(action="PLACE")
    placed = await session.scalar(select(MealOrder).where(col(MealOrder.quote_id) == quote.id))
    if placed is not None:
        return placed
    check_open(quote.day, quote.meal, now)
    if now >= quote.expires_at:
        raise QuoteExpired("token")
    if quote.split.subsidy > 0:
        await _check_subsidy_unused(session, actor, quote)
    return await _stored(session, _order(quote, elder, now), quote)


async def cancel(session: AsyncSession, actor: Actor, order_id: UUID, now: datetime) -> MealOrder:
    """Take back an order before its meal's cut-off; its subsidy is free again.

    Parameters:
        now: with its offset.
    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed),
        OrderingClosed(cutoff).
    """
    statement = select(MealOrder).where(col(MealOrder.id) == order_id, meal_order_visible(actor))
    order = await session.scalar(statement.with_for_update(of=MealOrder))
    if order is None:
        raise NotFound("id")
    if not actor.may(PERMISSION_FOR[MealAction.CANCEL]):
        raise PermissionDenied(action=MealAction.CANCEL.value)
    state = MEAL_LIFECYCLE.next(order.state, MealAction.CANCEL)
    check_open(order.day, order.meal, now)
    order.state, order.cancelled_by, order.cancelled_at = state, actor.id, now
    record(session, Event(TOPIC, order.id, order.state.value))
    return order


def available_actions(
    actor: Actor, state: MealState, day: date, meal: Meal, now: datetime
) -> list[MealAction]:
    """What the actor may do with an order of a day's meal, in the lifecycle's order.

    Parameters:
        now: with its offset; from the cut-off on an order can't be cancelled.
    """
    return [
        action
        for action in MEAL_LIFECYCLE.actions(state)
        if (permission := PERMISSION_FOR.get(action)) is not None
        and actor.may(permission)
        and (action is not MealAction.CANCEL or now < cutoff(day, meal))
    ]


async def _elder_for_update(session: AsyncSession, actor: Actor, elder_id: UUID) -> Elder:
    """The elder's row, whose lock lets one meal of an elder be placed at a time.

    FOR NO KEY UPDATE: an alarm that points at the elder does not wait for a meal.
    """
    statement = select(Elder).where(col(Elder.id) == elder_id, diner_visible(actor))
    elder = await session.scalar(statement.with_for_update(of=Elder, key_share=True))
    if elder is None:
        raise NotFound("token")
    return elder


async def _check_subsidy_unused(session: AsyncSession, actor: Actor, quote: Quote) -> None:
    holds = has_subsidy(quote.elder_id, quote.day, quote.scheme)
    statement = select(col(MealOrder.id), meal_order_visible(actor)).where(holds)
    holder = (await session.execute(statement)).first()
    if holder is not None:
        order_id, seen = holder
        raise SubsidyUsed("token", blockers=[public_id("meal_order", order_id)] if seen else [])


def _order(quote: Quote, elder: Elder, now: datetime) -> MealOrder:
    return MealOrder(
        elder_id=elder.id,
        region_code=elder.region_code,
        canteen_id=quote.canteen_id,
        recipient=elder.name,
        recipient_phone_masked=elder.phone_masked,
        day=quote.day,
        meal=quote.meal,
        delivery=quote.delivery,
        state=MealState.PLACED,
        price=quote.price,
        subsidy=quote.split.subsidy,
        own_share=quote.split.own_share,
        scheme=quote.scheme,
        subsidy_reason=quote.split.reason,
        quote_id=quote.id,
        placed_by=quote.actor_id,
        placed_at=now,
    )


async def _stored(session: AsyncSession, order: MealOrder, quote: Quote) -> MealOrder:
    session.add(order)
    await session.flush()  # gives the order its key
    session.add_all(
        MealOrderItem(
            order_id=order.id,
            menu_item_id=item.menu_item_id,
            name=item.name,
            unit_price=item.unit_price,
            quantity=item.quantity,
        )
        for item in quote.items
    )
    record(session, Event(TOPIC, order.id, order.state.value))
    return order
