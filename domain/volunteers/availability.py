"""When a volunteer has time: each week, and exceptions from that.

Kept as arrays beside the volunteer, for they are always read and written whole. The minutes of a
week are counted by the district's clock, from Monday's midnight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    and_,
    cast,
    column,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlmodel import col

from domain.calendar import DISTRICT_ZONE
from domain.clock import DAY_MINUTES
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.visits.models import Volunteer

WEEK_MINUTES: Final = 7 * DAY_MINUTES

MAX_WEEKLY: Final = 42
"""Times of a week: six a day."""

MAX_EXCEPTIONS: Final = 60
MAX_EXCEPTION_DAYS: Final = 366
"""Of one exception, and how far ahead it may begin."""


@dataclass(frozen=True, slots=True)
class Weekly:
    """A time of each week.

    Parameters:
        begins, ends: minutes after Monday's midnight, 0 to 10,080; on one day.
    """

    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Except:
    """A time that is not as in other weeks.

    Parameters:
        free: whether they have time then; else they have none, whatever the week says.
    """

    begins: datetime
    ends: datetime
    free: bool


def checked_week(times: Sequence[Weekly]) -> list[Weekly]:
    """The times in their order; those that meet become one.

    Raises: InvalidInput(weekly) for too many, or one that ends before it begins.
    """
    if len(times) > MAX_WEEKLY:
        raise InvalidInput("weekly", reason=Reason.AT_MOST, most=MAX_WEEKLY)
    joined: list[Weekly] = []
    for time in sorted(times, key=lambda one: (one.begins, one.ends)):
        if not 0 <= time.begins < time.ends <= WEEK_MINUTES:
            raise InvalidInput("weekly", reason=Reason.ENDS_AFTER)
        if joined and time.begins <= joined[-1].ends:
            before = joined.pop()
            time = Weekly(before.begins, max(before.ends, time.ends))
        joined.append(time)
    return joined


def checked_exceptions(times: Sequence[Except], moment: datetime) -> list[Except]:
    """The exceptions that are not over, in their order.

    Raises: InvalidInput(exceptions) for too many, or one that ends before it begins, takes more
        than 366 days or begins later than that.
    """
    if len(times) > MAX_EXCEPTIONS:
        raise InvalidInput("exceptions", reason=Reason.AT_MOST, most=MAX_EXCEPTIONS)
    longest = timedelta(days=MAX_EXCEPTION_DAYS)
    for time in times:
        if not time.begins < time.ends:
            raise InvalidInput("exceptions", reason=Reason.ENDS_AFTER)
        if time.ends - time.begins > longest or time.begins - moment > longest:
            raise InvalidInput("exceptions", reason=Reason.DAYS_AHEAD, most=MAX_EXCEPTION_DAYS)
    return sorted((time for time in times if time.ends > moment), key=lambda one: one.begins)


def available(begins: Any, ends: Any) -> ColumnElement[bool]:
    """Volunteers who have time from one moment to another, as far as they have said; who has said
    nothing may have.

    Parameters:
        begins, ends: SQL of moments, less than a week apart.
    """
    weekly = _rows("week", ("weekly_from", Integer()), ("weekly_to", Integer()))
    first, last = _minute(begins), _minute(begins) + _minutes(begins, ends)
    usually = _any_of(weekly, weekly.c.weekly_from <= first, weekly.c.weekly_to >= last)
    moment = DateTime(timezone=True)
    times = _rows("odd", ("except_from", moment), ("except_to", moment), ("except_free", None))
    odd = times.c
    extra = _any_of(times, odd.except_free, odd.except_from <= begins, odd.except_to >= ends)
    away = _any_of(times, not_(odd.except_free), odd.except_from < ends, odd.except_to > begins)
    silent = func.cardinality(col(Volunteer.weekly_from)) == 0
    return and_(or_(silent, usually, extra), not_(away))


def available_at(moment: Any) -> ColumnElement[bool]:
    """The same of the minute that begins at a moment."""
    return available(moment, moment + literal(timedelta(minutes=1), INTERVAL()))


def _rows(name: str, *columns: tuple[str, Any]) -> Any:
    """The elements of some of the volunteer's arrays, side by side."""
    arrays = (getattr(Volunteer, column_name) for column_name, _ in columns)
    names = (column(column_name, kind) for column_name, kind in columns)
    return func.unnest(*arrays).table_valued(*names, name=name).render_derived(name=name)


def _any_of(rows: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(1).select_from(rows).where(*conditions)).correlate_except(rows)


def _minute(moment: Any) -> ColumnElement[int]:
    """Of the week, by the district's clock."""
    local = func.timezone(str(DISTRICT_ZONE), moment)
    day = (func.extract("isodow", local) - 1) * DAY_MINUTES
    return cast(day + func.extract("hour", local) * 60 + func.extract("minute", local), Integer)


def _minutes(begins: Any, ends: Any) -> ColumnElement[int]:
    return cast(func.ceil(func.extract("epoch", ends - begins) / 60), Integer)
