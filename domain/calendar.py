"""The district's own clock: it decides what a "day" is, and which days are worked."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from chinese_calendar import holidays, workdays
from sqlalchemy import ColumnElement, Date, cast, func

DISTRICT_ZONE = ZoneInfo("Asia/Shanghai")

FIRST_SETTLED_DAY = date(min(holidays).year, 1, 1)
LAST_SETTLED_DAY = date(max(holidays).year, 12, 24)
"""Between them the State Council has said which days are worked. The last week of a year is
settled only with the next year's notice, which may arrange the days around New Year: the notice
for 2019 made 29 December 2018, a Saturday, a working day, and the Monday after it a day off."""


class Deadline(NamedTuple):
    """The last day of a period.

    Parameters:
        day: a working day, as far as anyone knows.
        provisional: whether a day that was counted lies where nothing is settled yet, so that
            the State Council's next notice may move the end.
    """

    day: date
    provisional: bool


def now() -> datetime:
    """This moment, UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The district's current day."""
    return district_day(now())


def sql_today() -> ColumnElement[date]:
    """The district's current day by PostgreSQL's own clock."""
    return sql_day(func.now())


def sql_day(moment: Any) -> ColumnElement[date]:
    """The district's day of a moment, in SQL."""
    return cast(func.timezone(DISTRICT_ZONE.key, moment), Date)


def district_day(moment: datetime) -> date:
    """The district's day of a moment."""
    return moment.astimezone(DISTRICT_ZONE).date()


def day_begins(day: date) -> datetime:
    """The first moment of a day by the district's clock, UTC."""
    return datetime.combine(day, time(), DISTRICT_ZONE).astimezone(UTC)


def whole_years(birth: date, day: date) -> int:
    """A person's age in completed years on a day; the birthday itself counts."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def months_later(day: date, months: int) -> date:
    """The last day of a period of months.

    Source: 民法典 202: the corresponding day, and where the month has none its last.

    Parameters:
        day: the day on which the period begins, which is not counted (民法典 201).
        months: 0 or more.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


_FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""(month, day) of 元旦, 劳动节 and 国庆节: off every year, whatever the year's notice adds."""


def is_working_day(day: date) -> bool:
    """Whether public offices work, moved workdays included; where nothing is settled yet, from
    Monday to Friday but for the holidays that have a fixed date.

    Sources: the yearly 国务院办公厅关于部分节假日安排的通知, as the package keeps them; for the
    fixed dates 全国年节及纪念日放假办法 (as of 2025).
    """
    # The package's own is_workday refuses a year that it does not know.
    if day > LAST_SETTLED_DAY and (day.month, day.day) in _FIXED_HOLIDAYS:
        return False
    return day in workdays or (day.weekday() < 5 and day not in holidays)


def is_public_holiday(day: date) -> bool:
    """Whether a day is one of a public holiday's (元旦 春节 …), the days off around it included;
    where nothing is settled yet, only the holidays that have a fixed date.

    Sources: as for ``is_working_day``.
    """
    return day in holidays or (day > LAST_SETTLED_DAY and (day.month, day.day) in _FIXED_HOLIDAYS)


def add_working_days(day: date, count: int) -> Deadline:
    """The end of a period of working days.

    Sources: 民法典 201 (the first day is not counted) and 203 (a last day that is a day off moves
    to the next working day; where working days are counted, only a period of none can end so).

    Parameters:
        day: the day on which the period begins.
        count: working days, 0 or more.
    """
    end, counted = day, 0
    while counted < count or not is_working_day(end):
        end += timedelta(days=1)
        counted += is_working_day(end)
    return Deadline(end, day < FIRST_SETTLED_DAY or end > LAST_SETTLED_DAY)
