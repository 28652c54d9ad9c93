"""What elders order at the canteens, from six days ago until tomorrow.

In proportion: 787 diners a day for 43,000 elders, as one of Hangzhou's districts counts them. The
old eat there more often; how much more is a model's.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from domain.calendar import whole_years
from domain.canteens.lifecycle import MealState
from domain.canteens.models import Meal
from domain.canteens.subsidies import COMMUNITY_MEAL, Diner, split
from domain.elders.models import CareLevel
from yiyang.district.chance import between
from yiyang.district.columns import Batch
from yiyang.district.facilities import Facility, delivers
from yiyang.district.menus import DAYS_BACK, Menu, draw_meal
from yiyang.district.order_records import Order, add_order
from yiyang.district.people import Resident
from yiyang.district.scripts import MOTHER, SCRIPTS
from yiyang.district.setting import Setting

_DINERS_A_DAY = 787 / 43_000
_EATS = 0.5
"""How likely a regular diner eats on a day."""

_OLD, _OLD_OFTENER = 80, 3.5
_OLD_SHARE = 0.14
"""How many of those who live at home are so old."""

_REGULAR = _DINERS_A_DAY / _EATS / (1 - _OLD_SHARE + _OLD_SHARE * _OLD_OFTENER)
"""How likely somebody younger is a regular diner."""

_DINNER, _BOTH = 0.12, 0.17
"""What a day with dinner only, or with lunch and dinner, ends at."""

_FRAIL = frozenset({CareLevel.MODERATE, CareLevel.SEVERE, CareLevel.COMPLETE})
_DELIVERED = {True: 0.85, False: 0.15}
"""How likely a meal is brought home to somebody frail, and to somebody else."""

_CANCELLED, _FAILED = 0.03, 0.02
_SETTLED_NEXT_DAY = 0.7


class Orders:
    """The orders of one elder after the other.

    Parameters:
        menus: of each canteen, by the number of its key.
    """

    def __init__(self, setting: Setting, menus: Mapping[int, Menu]) -> None:
        self._setting = setting
        self._menus = menus
        self._canteens: dict[str, list[Facility]] = {}
        for canteen in setting.facilities.canteens:
            self._canteens.setdefault(canteen.street_code, []).append(canteen)

    def add(self, batch: Batch, resident: Resident, rng: Random) -> None:
        """The orders of an elder who lives at home."""
        canteens = self._canteens[resident.community.street_code]
        canteen = canteens[resident.index % len(canteens)]
        for day in _days(resident, rng):
            for order in self._on_day(resident, canteen, self._setting.today + day, rng):
                add_order(batch, self._setting, resident, order)

    def _on_day(
        self, resident: Resident, canteen: Facility, day: date, rng: Random
    ) -> Iterator[Order]:
        menu = self._menus[canteen.number]
        used = False
        for place, meal in enumerate(_meals(menu, day, rng)):
            delivery = delivers(canteen) and rng.random() < _DELIVERED[_is_frail(resident)]
            dishes = draw_meal(rng, menu[day, meal])
            price = sum((dish.price * quantity for dish, quantity in dishes), Decimal())
            diner = _diner(resident, day, delivery=delivery)
            order = Order(
                canteen=canteen,
                day=day,
                meal=meal,
                place=place,
                delivery=delivery,
                state=_state(resident, (day - self._setting.today).days, delivery, rng),
                dishes=dishes,
                price=price,
                split=split(COMMUNITY_MEAL, price, diner, used_today=used),
                minute=between(rng, 540, 1_140),
            )
            used = used or (order.split.subsidy > 0 and order.state is not MealState.CANCELLED)
            yield order


def _days(resident: Resident, rng: Random) -> Sequence[timedelta]:
    """On which days, counted from today, somebody eats at a canteen; for most that is never."""
    past, today, tomorrow = range(-DAYS_BACK, 0), 0, 1
    if resident.index < len(SCRIPTS):
        # The mother's lunch of today is ordered, and tomorrow's is left to whoever tries it.
        days = (*past, today) if SCRIPTS[resident.index] is MOTHER else ()
        return [timedelta(day) for day in days]
    oftener = _OLD_OFTENER if resident.vitals.age >= _OLD else 1
    if rng.random() >= _REGULAR * oftener:
        return ()
    days = (*past, today, tomorrow)
    return [timedelta(day) for day in days if rng.random() < _EATS]


def _meals(menu: Menu, day: date, rng: Random) -> Sequence[Meal]:
    chance = rng.random()
    if chance >= _BOTH or (day, Meal.DINNER) not in menu:
        return (Meal.LUNCH,)
    return (Meal.DINNER,) if chance < _DINNER else (Meal.LUNCH, Meal.DINNER)


def _is_frail(resident: Resident) -> bool:
    return resident.vitals.care_level in _FRAIL


def _diner(resident: Resident, day: date, *, delivery: bool) -> Diner:
    tags = (tag for tag in resident.tags if tag.since <= day and (tag.until or date.max) > day)
    return Diner(
        age=whole_years(resident.vitals.birth_date, day),
        tags=frozenset(tag.tag for tag in tags),
        care_level=resident.vitals.care_level,
        delivered=delivery,
    )


def _state(resident: Resident, day: int, delivery: bool, rng: Random) -> MealState:
    """What has become of a meal of a day, counted from today."""
    # Nothing goes wrong with what is told.
    chance = 1 if resident.index < len(SCRIPTS) else rng.random()
    if chance < _CANCELLED:
        return MealState.CANCELLED
    if day >= 0:
        return MealState.PLACED
    if delivery and chance < _CANCELLED + _FAILED:
        return MealState.FAILED
    if day == -1 and rng.random() >= _SETTLED_NEXT_DAY:
        return MealState.DELIVERED if delivery else MealState.SERVED
    return MealState.SETTLED
