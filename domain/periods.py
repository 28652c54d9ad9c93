"""Periods: what holds from ``since`` until just before ``until``, or without an end where that is
None.

They are of days of the district's, or of moments.
"""

from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col

from domain.calendar import today
from domain.errors import InvalidInput
from domain.reasons import Reason

MAX_DAYS_BACK = 31
"""How late something may be entered: what was said of a day before that stays."""

MAX_DAYS_AHEAD = 366
"""How early something may be entered."""

Moment = TypeVar("Moment", date, datetime, covariant=True)


class Period(Protocol[Moment]):
    """A row that holds from a day or a moment on."""

    @property
    def since(self) -> Moment:
        """The first."""
        ...

    @property
    def until(self) -> Moment | None:
        """The first no more; None where no end is set."""
        ...


def holds(period: Period[Moment], at: Moment) -> bool:
    """Whether something holds on a day, or at a moment."""
    return period.since <= at and (period.until is None or at < period.until)


def holding(period: type[Any], at: Any) -> ColumnElement[bool]:
    """The same in SQL.

    Parameters:
        period: the table whose rows are asked.
        at: the day or the moment; SQL of a value to come will do as well.
    """
    return and_(col(period.since) <= at, lasting(col(period.until), at))


def lasting(until: Any, at: Any) -> ColumnElement[bool]:
    """Whether the end of something is to come, or none is set.

    Parameters:
        until: the column that has the end.
        at: as for ``holding``.
    """
    later = until > at
    return or_(until.is_(None), later) if until.nullable else later


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


def end(period: Any, until: date | None = None) -> None:
    """Let a period of days be over; one that is to begin later never does.

    Parameters:
        period: the row, locked.
        until: the first day no more, from its first; today, or its first day, if None.

    Raises: InvalidInput(id) for one that is over, InvalidInput(until).
    """
    if period.until is not None and period.until <= today():
        raise InvalidInput("id", reason=Reason.ALREADY_OVER)
    first_no_more = max(today(), period.since)
    period.until = first_no_more if until is None else enterable(until, "until", period.since)
