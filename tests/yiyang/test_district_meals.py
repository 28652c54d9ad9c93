"""The demo district's meals: so many diners a day, at the scheme's prices."""

from datetime import timedelta
from itertools import groupby

import asyncpg
import pytest

from domain.calendar import whole_years
from domain.canteens.subsidies import COMMUNITY_MEAL, Diner, split
from domain.elders.models import CareLevel, Tag
from tests.yiyang.loaded import ELDERS, MIDNIGHT, TODAY, number, numbers


async def test_so_many_eat_at_the_canteens(thousands: asyncpg.Connection) -> None:
    days = await thousands.fetch(
        "SELECT day, count(DISTINCT elder_id) AS diners FROM meal_order GROUP BY day ORDER BY day"
    )
    assert [row["day"] for row in days] == [TODAY + timedelta(n) for n in range(-6, 2)]
    mean = sum(row["diners"] for row in days) / len(days)
    # Of so few elders some 110 eat, so two standard deviations are a fifth.
    assert mean / ELDERS == pytest.approx(787 / 43_000, rel=0.2)


async def test_meals_cost_what_dishes_and_scheme_say(
    thousands: asyncpg.Connection,
) -> None:
    rows = await thousands.fetch(
        "SELECT o.*, e.birth_date, e.care_level, e.region_code AS home, c.delivers,"
        " array(SELECT t.tag FROM elder_tag t WHERE t.elder_id = o.elder_id AND t.since <= o.day"
        " AND (t.until IS NULL OR t.until > o.day)) AS tags,"
        " (SELECT sum(i.unit_price * i.quantity) FROM meal_order_item i JOIN menu_item m"
        " ON m.id = i.menu_item_id AND m.canteen_id = o.canteen_id AND m.day = o.day"
        " AND m.meal = o.meal AND m.name = i.name AND m.price = i.unit_price"
        " WHERE i.order_id = o.id) AS dishes FROM meal_order o"
        " JOIN elder e ON e.id = o.elder_id JOIN canteen c ON c.id = o.canteen_id"
        " ORDER BY o.elder_id, o.day, o.id"
    )
    reasons: set[str] = set()
    for _, of_day in groupby(rows, key=lambda row: (row["elder_id"], row["day"])):
        used = False
        for row in of_day:
            diner = Diner(
                whole_years(row["birth_date"], row["day"]),
                frozenset(Tag(tag) for tag in row["tags"]),
                CareLevel(row["care_level"]),
                row["delivery"],
            )
            wanted = split(COMMUNITY_MEAL, row["price"], diner, used_today=used)
            assert row["price"] == row["dishes"]
            charged = (row["subsidy"], row["own_share"], row["subsidy_reason"], row["scheme"])
            paid = (wanted.subsidy, wanted.own_share, wanted.reason.value, COMMUNITY_MEAL.code)
            assert charged == paid
            assert row["delivers"] or not row["delivery"]
            assert row["region_code"] == row["home"]
            used = used or (row["subsidy"] > 0 and row["state"] != "CANCELLED")
            reasons.add(row["subsidy_reason"])
    assert reasons >= {"HARDSHIP", "DELIVERY", "AGED_80", "AGED_60", "BELOW_MINIMUM", "USED_TODAY"}


async def test_meals_of_the_past_are_settled_and_those_to_come_are_placed(
    thousands: asyncpg.Connection,
) -> None:
    past = await numbers(thousands, "state", f"meal_order WHERE day < '{TODAY}'")
    assert past["SETTLED"] > 0.85 * sum(past.values())
    assert set(past) <= {"SETTLED", "CANCELLED", "FAILED", "SERVED", "DELIVERED"}
    assert past["CANCELLED"] > 0
    to_come = await numbers(thousands, "state", f"meal_order WHERE day >= '{TODAY}'")
    assert to_come["PLACED"] > 0.9 * sum(to_come.values())
    assert set(to_come) <= {"PLACED", "CANCELLED"}
    later = "meal_order WHERE greatest(placed_at, cancelled_at) >= $1"
    assert await number(thousands, later, MIDNIGHT) == 0
