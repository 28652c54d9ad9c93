"""Which canteens, dishes and orders a role sees."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, ConsentScope, DataScope, Role
from domain.accounts.models import Account
from domain.canteens.models import Canteen, MealOrder, MealOrderItem
from domain.elders.visibility import elder_visible_for, family
from domain.row_access import EVERY_ROW, PUBLIC, RowAccess, RowRule, in_region

canteen_visible = PUBLIC
menu_item_visible = PUBLIC


def _of_own_canteen(actor: Actor) -> Any:
    canteen = select(col(Account.canteen_id)).where(col(Account.id) == actor.id)
    return col(MealOrder.canteen_id).in_(canteen)


def _of_vendors_canteens(actor: Actor) -> Any:
    vendor = select(col(Account.vendor_id)).where(col(Account.id) == actor.id)
    run = select(col(Canteen.id)).where(col(Canteen.vendor_id) == vendor.scalar_subquery())
    return col(MealOrder.canteen_id).in_(run)


_in_region = in_region(col(MealOrder.region_code))

meal_order_visible = RowAccess(
    {
        **family(col(MealOrder.elder_id), ConsentScope.MEALS_ORDERS),
        Role.CANTEEN: RowRule("of one's canteen", _of_own_canteen),
        Role.VENDOR: RowRule(
            "of the canteens that one's vendor runs", _of_vendors_canteens, scope=DataScope.ORDERS
        ),
        Role.STATION: _in_region,
        Role.OFFICIAL: _in_region,
        Role.AUDITOR: _in_region,
        Role.ADMIN: EVERY_ROW,
    }
)

diner_visible = elder_visible_for(ConsentScope.MEALS_ORDERS)
"""For which elders someone may order."""

meal_order_item_visible = meal_order_visible.through(col(MealOrderItem.order_id), col(MealOrder.id))
