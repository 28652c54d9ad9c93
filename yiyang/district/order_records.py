"""A meal order as it is stored, with its dishes."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from domain.canteens.lifecycle import MealState
from domain.canteens.models import Meal
from domain.canteens.subsidies import COMMUNITY_MEAL, Split
from domain.crypto import masked_phone
from yiyang.district import numbers
from yiyang.district.columns import Batch
from yiyang.district.facilities import Facility
from yiyang.district.menus import DAYS_BACK, Dish
from yiyang.district.moments import at
from yiyang.district.people import Resident
from yiyang.district.setting import Setting

_PER_ELDER = 2
"""Numbers of keys for each day."""

_CANCELLED_AFTER = 45
"""Minutes."""


class Order(NamedTuple):
    """An order before it is written down.

    Parameters:
        place: 0 or 1, among the elder's of the day.
        minute: of the day before, at which it is placed; a later one for tomorrow is not.
    """

    canteen: Facility
    day: date
    meal: Meal
    place: int
    delivery: bool
    state: MealState
    dishes: Sequence[tuple[Dish, int]]
    price: Decimal
    split: Split
    minute: int


def add_order(batch: Batch, setting: Setting, resident: Resident, order: Order) -> None:
    """An order and its dishes into a batch."""
    day = (order.day - setting.today).days + DAYS_BACK
    place = _PER_ELDER * resident.index + order.place
    key = setting.keys[numbers.on_day(numbers.ORDER, day, place)]
    desk = setting.offices.stations[resident.community.street_code]
    placed_by = setting.relative(resident) or desk
    # Today has only begun: what is ordered for tomorrow was ordered yesterday as well.
    placed_on = min(order.day, setting.today) - timedelta(1)
    cancelled = order.state is MealState.CANCELLED
    batch["meal_order"].append(
        (
            key,
            setting.elder(resident),
            resident.community.code,
            setting.keys[order.canteen.number],
            resident.name,
            resident.phone and masked_phone(resident.phone),
            order.day,
            order.meal.value,
            order.delivery,
            order.state.value,
            order.price,
            order.split.subsidy,
            order.split.own_share,
            COMMUNITY_MEAL.code,
            order.split.reason.value,
            setting.keys[numbers.on_day(numbers.QUOTE, day, place)],
            placed_by,
            at(placed_on, order.minute),
            placed_by if cancelled else None,
            at(placed_on, order.minute + _CANCELLED_AFTER) if cancelled else None,
        )
    )
    batch["meal_order_item"].extend(
        (key, setting.keys[dish.number], dish.name, dish.price, quantity)
        for dish, quantity in order.dishes
    )
