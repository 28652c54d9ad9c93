"""The days on which something holds of a place of care."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col

from domain.calendar import today
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.stations.area_models import StationArea, StationAssignment

MAX_DAYS_BACK = 31
"""How late something may be entered: what was said of a day before that stays."""

MAX_DAYS_AHEAD = 366


def holds_on(
    period: type[StationArea] | type[StationAssignment], day: date | ColumnElement[date]
) -> ColumnElement[bool]:
    """Whether rows of a period hold on a day.

    Parameters:
        day: the day; SQL of a value to come will do as well.
    """
    until = col(period.until)
    return and_(col(period.since) <= day, or_(until.is_(None), until > day))


def enterable(day: date | None, field: str, least: date | None = None) -> date:
    """A day that may be entered now: 31 days back to a year ahead; today if None.

    Parameters:
        least: the earliest beside, where there is one.

    Raises: InvalidInput(field).
    """
    this = today()
    first, last = this - timedelta(days=MAX_DAYS_BACK), this + timedelta(days=MAX_DAYS_AHEAD)
    first = first if least is None else max(first, least)
    wanted = this if day is None else day
    if not first <= wanted <= last:
        raise InvalidInput(field, reason=Reason.RANGE, least=str(first), most=str(last))
    return wanted


def end(period: Any, until: date | None) -> None:
    """Let a period be over; one that is to begin later never does.

    Parameters:
        period: the row, locked.
        until: the first day no more, from its first; today, or its first day, if None.

    Raises: InvalidInput(id) for one that is over, InvalidInput(until).
    """
    if period.until is not None and period.until <= today():
        raise InvalidInput("id", reason=Reason.OVER_ALREADY)
    period.until = enterable(until or max(today(), period.since), "until", period.since)
