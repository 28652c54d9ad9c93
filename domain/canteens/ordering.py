"""When a meal can be ordered: the days of the menu and each meal's cut-off, by the district's
clock.

Both are a fixture, an example of what a district sets; neither is from an official text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement

from domain.calendar import DISTRICT_ZONE, sql_today
from domain.canteens.models import Meal
from domain.errors import InvalidInput, OrderingClosed
from domain.reasons import Reason

DAYS_AHEAD = 6
"""How many days after today a meal can be ordered for."""


@dataclass(frozen=True, slots=True)
class Cutoff:
    """Until when a meal can be ordered and cancelled.

    Parameters:
        days_before: days before the meal's.
        at: time of day.
    """

    days_before: int
    at: time


CUTOFFS: Mapping[Meal, Cutoff] = {
    Meal.BREAKFAST: Cutoff(days_before=1, at=time(18)),
    Meal.LUNCH: Cutoff(days_before=0, at=time(10)),
    Meal.DINNER: Cutoff(days_before=0, at=time(15)),
}


def cutoff(day: date, meal: Meal) -> datetime:
    """The moment, UTC, from which a day's meal can be neither ordered nor cancelled."""
    rule = CUTOFFS[meal]
    before = timedelta(days=rule.days_before)
    return datetime.combine(day - before, rule.at, DISTRICT_ZONE).astimezone(UTC)


def check_open(day: date, meal: Meal, now: datetime) -> None:
    """Let pass what comes before the cut-off.

    Parameters:
        now: with its offset.
    Raises: OrderingClosed(cutoff: by the district's clock) from the cut-off on.
    """
    end = cutoff(day, meal)
    if now >= end:
        raise OrderingClosed(cutoff=end.astimezone(DISTRICT_ZONE).strftime("%Y-%m-%d %H:%M"))


def check_orderable(day: date, meal: Meal, now: datetime) -> None:
    """Let pass a meal of today or of the six days after, before its cut-off.

    Parameters:
        now: with its offset.
    Raises: OrderingClosed(cutoff), InvalidInput("items") for a day further off.
    """
    check_open(day, meal, now)
    if day > now.astimezone(DISTRICT_ZONE).date() + timedelta(days=DAYS_AHEAD):
        raise InvalidInput("items", reason=Reason.DAYS_AHEAD, most=DAYS_AHEAD)


def in_menu_week(day: Any) -> ColumnElement[bool]:
    """Whether a day is today or one of the six after, by PostgreSQL's own clock.

    Parameters:
        day: the row's column.
    """
    today: Any = sql_today()
    return day.between(today, today + DAYS_AHEAD)
