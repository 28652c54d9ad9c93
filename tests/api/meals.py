"""What a client sends to order a meal, and shorthands for sending it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.access import Actor, Role
from domain.ids import public_id
from tests.clients import Api

QUOTE = """
query ($elder: ID!, $items: [MealQuoteItemInput!]!, $delivery: Boolean! = false) {
  mealQuote(input: {elderId: $elder, items: $items, delivery: $delivery}) {
    token expiresAt orderableUntil canteen { id name } day meal delivery
    items { name unitPrice quantity } price subsidy ownShare scheme subsidyReason } }
"""

_ORDER = """mealOrder { id state elder { id } recipient canteen { id } day meal delivery
    price subsidy ownShare scheme subsidyReason items { name unitPrice quantity }
    placedBy { id } placedAt cancelledAt availableActions }
  userErrors { code field message blockers } clientMutationId"""

PLACE = f"""
mutation ($token: String!) {{ mealOrderPlace(input: {{token: $token, clientMutationId: "p"}}) {{
  {_ORDER} }} }}
"""

CANCEL = f"""
mutation ($id: ID!) {{ mealOrderCancel(input: {{id: $id}}) {{
  {_ORDER} }} }}
"""


def asked(elder_id: UUID, dishes: Sequence[UUID], *, delivery: bool = False) -> dict[str, Any]:
    """The variables of ``QUOTE``: one of each dish."""
    items = [{"menuItemId": public_id("menu_item", dish), "quantity": 1} for dish in dishes]
    return {"elder": public_id("elder", elder_id), "items": items, "delivery": delivery}


async def quoted(
    api: Api, who: Role | Actor, elder_id: UUID, dishes: Sequence[UUID]
) -> dict[str, Any]:
    """A quote for one of each dish, at the canteen."""
    return (await api.data(who, QUOTE, **asked(elder_id, dishes)))["mealQuote"]


async def placed(api: Api, who: Role | Actor, token: str) -> dict[str, Any]:
    """The payload of ordering by a quote's token."""
    return (await api.data(who, PLACE, token=token))["mealOrderPlace"]


async def cancelled(api: Api, who: Role | Actor, order_id: str) -> dict[str, Any]:
    """The payload of cancelling an order."""
    return (await api.data(who, CANCEL, id=order_id))["mealOrderCancel"]


def codes(payload: dict[str, Any]) -> list[tuple[str, str | None]]:
    """The refusals of a payload: code and field."""
    return [(error["code"], error["field"]) for error in payload["userErrors"]]
