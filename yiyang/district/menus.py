"""What the canteens cook: two weeks of lunches, and of dinners where they are served."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum, auto
from random import Random

from domain.canteens.models import Meal
from domain.canteens.ordering import DAYS_AHEAD
from yiyang.district import numbers
from yiyang.district.chance import between, pick, stream
from yiyang.district.columns import Row
from yiyang.district.facilities import Facility
from yiyang.district.keys import Keys

DAYS_BACK = 6
"""How many days before today have a menu."""

_DINNER_EVERY = 2
"""Every second canteen serves dinner."""


class Course(Enum):
    """What a dish is."""

    MAIN = auto()
    SIDE = auto()
    SOUP = auto()


# Yuan, as a canteen with ordinary prices asks; what people eat in Hangzhou.
_DISHES = {
    Course.MAIN: {
        "红烧狮子头": 14,
        "东坡肉": 18,
        "清蒸鲈鱼": 22,
        "西湖醋鱼": 20,
        "龙井虾仁": 22,
        "糖醋排骨": 17,
        "葱油鸡": 15,
        "盐水鸭": 16,
        "雪菜烧小黄鱼": 18,
        "萝卜烧牛腩": 19,
        "土豆烧鸡块": 13,
        "笋干烧肉": 15,
        "梅干菜扣肉": 16,
        "肉末蒸蛋": 9,
        "木耳山药炒肉片": 12,
    },
    Course.SIDE: {
        "清炒时蔬": 6,
        "番茄炒蛋": 9,
        "家常豆腐": 8,
        "蒜蓉西兰花": 8,
        "油焖茄子": 7,
        "香菇青菜": 7,
        "芹菜炒香干": 8,
        "清炒土豆丝": 6,
        "油焖笋": 10,
        "糖醋莲藕": 8,
    },
    Course.SOUP: {
        "西湖莼菜汤": 8,
        "番茄蛋花汤": 6,
        "冬瓜排骨汤": 11,
        "紫菜虾皮汤": 6,
        "笋干老鸭汤": 13,
    },
}
_ON_MENU = {Course.MAIN: (2, 3), Course.SIDE: (1, 2), Course.SOUP: (1, 1)}
_APPETITE = {Course.MAIN: 0.9, Course.SIDE: 0.75, Course.SOUP: 0.3}
_LOWEST, _HIGHEST = Decimal("6.00"), Decimal("22.00")

# Numbers of keys: for each canteen so many days of sixteen dishes.
_PER_DAY = 16
_PER_CANTEEN = 16 * _PER_DAY


@dataclass(frozen=True, slots=True)
class Dish:
    """A dish of a meal.

    Parameters:
        number: of its key.
        price: yuan, 6.00 to 22.00.
    """

    number: int
    course: Course
    name: str
    price: Decimal


Menu = Mapping[tuple[date, Meal], Sequence[Dish]]
"""The four to six dishes of each meal."""


def plan_menu(seed: int, today: date, canteen: Facility) -> Menu:
    """What a canteen cooks from six days ago to six days ahead."""
    place = canteen.number - numbers.CANTEEN
    rng = stream(seed, "menu", place)
    meals = [Meal.LUNCH] if place % _DINNER_EVERY else [Meal.LUNCH, Meal.DINNER]
    # Half a yuan up or down, the same on every day.
    dearer = Decimal(between(rng, -1, 2)) / 2
    menu: dict[tuple[date, Meal], Sequence[Dish]] = {}
    for day in range(DAYS_BACK + 1 + DAYS_AHEAD):
        for number, meal in enumerate(meals):
            first = numbers.DISH + _PER_CANTEEN * place + _PER_DAY * day + 8 * number
            menu[today + timedelta(day - DAYS_BACK), meal] = list(_meal(rng, first, dearer))
    return menu


def menu_rows(canteen: Facility, menu: Menu, keys: Keys) -> Iterator[Row]:
    """The rows of a canteen's menu."""
    canteen_id = keys[canteen.number]
    for (day, meal), dishes in menu.items():
        for dish in dishes:
            yield keys[dish.number], canteen_id, day, meal.value, dish.name, dish.price


def draw_meal(rng: Random, dishes: Sequence[Dish]) -> list[tuple[Dish, int]]:
    """What somebody takes of a menu, and how much of each."""
    chosen = [
        pick(rng, [dish for dish in dishes if dish.course is course])
        for course, chance in _APPETITE.items()
        if rng.random() < chance
    ]
    return [(dish, 2 if rng.random() < 0.04 else 1) for dish in chosen or [pick(rng, dishes)]]


def _meal(rng: Random, first: int, dearer: Decimal) -> Iterator[Dish]:
    number = first
    for course, (least, most) in _ON_MENU.items():
        names = list(_DISHES[course])
        rng.shuffle(names)
        for name in names[: between(rng, least, most)]:
            price = min(max(_DISHES[course][name] + dearer, _LOWEST), _HIGHEST)
            yield Dish(number, course, name, price.quantize(_LOWEST))
            number += 1
