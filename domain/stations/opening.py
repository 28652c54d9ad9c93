"""When a place of care is open: by the day of the week, on public holidays, and on single dates.

Hours are intervals of minutes since midnight, ``[[510, 690], [780, 1020]]``, by the district's
clock: none over midnight, so that a day's hours are that day's. A place whose hours nobody has said
is neither open nor closed: nobody knows.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, cast, exists, func
from sqlmodel import col

from domain.calendar import DISTRICT_ZONE, is_public_holiday
from domain.clock import DAY_MINUTES
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.stations.models import Station

MOST = 4
"""Intervals of a day."""

Hours = Mapping[str, Sequence[Sequence[int]]]
"""Intervals by a day's word, or by a date as ISO 8601 writes it."""


class OpeningDay(StrEnum):
    """A day of the week, or a public holiday, whatever day of the week that is."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"
    HOLIDAY = "HOLIDAY"


class Instant(NamedTuple):
    """A moment as hours are looked up by it.

    Parameters:
        day: the district's date, as ISO 8601 writes it.
        word: the ``OpeningDay`` of that date.
        minute: since the district's midnight.
    """

    day: Any
    word: Any
    minute: Any

    @classmethod
    def of(cls, moment: datetime) -> "Instant":
        """The district's view of a moment.

        Raises: InvalidInput(open_at) for one on a day after the calendar's last.
        """
        try:
            local = moment.astimezone(DISTRICT_ZONE)
        except OverflowError:
            raise InvalidInput("open_at", reason=Reason.NOT_STORABLE) from None
        day = local.date()
        return cls(day.isoformat(), word_of(day).value, local.hour * 60 + local.minute)


def word_of(day: date) -> OpeningDay:
    """Whose hours a date has, where it is no exception. A weekend that is worked instead of a
    holiday (调休) stays a weekend here: places of care don't move their week."""
    if is_public_holiday(day):
        return OpeningDay.HOLIDAY
    return list(OpeningDay)[day.weekday()]


def sorted_intervals(intervals: Sequence[tuple[int, int]], field: str) -> list[list[int]]:
    """A day's intervals in their order.

    Raises: InvalidInput(field) where one does not end after it begins, two overlap, or there are
        more than four.
    """
    if len(intervals) > MOST:
        raise InvalidInput(field, reason=Reason.AT_MOST, most=MOST)
    ordered = sorted(intervals)
    ends = [0, *(closes for _, closes in ordered)]
    late = any(opens < before for (opens, _), before in zip(ordered, ends, strict=False))
    if late or any(not 0 <= opens < closes <= DAY_MINUTES for opens, closes in ordered):
        raise InvalidInput(field, reason=Reason.OPENING)
    return [[opens, closes] for opens, closes in ordered]


def is_open(hours: Hours, exceptions: Hours, moment: datetime) -> bool | None:
    """Whether a place is open; None where nobody has said when it is.

    Parameters:
        hours: by a day's word.
        exceptions: by date; a date that is there has these hours and no others.
    """
    at = Instant.of(moment)
    if not hours and at.day not in exceptions:
        return None
    of_day = exceptions.get(at.day, hours.get(at.word, ()))
    return any(opens <= at.minute < closes for opens, closes in of_day)


def open_at(at: Instant) -> ColumnElement[bool]:
    """The same in SQL, for rows of ``station``: whether it is known to be open.

    Parameters:
        at: its values, or SQL of values to come.
    """
    of_day = func.coalesce(
        col(Station.exceptions).op("->")(at.day),
        col(Station.hours).op("->")(at.word),
        func.jsonb_build_array(),
    )
    interval = func.jsonb_array_elements(of_day).column_valued("interval")
    opens, closes = (cast(interval.op("->>")(place), Integer) for place in (0, 1))
    return exists().where(opens <= at.minute, closes > at.minute).correlate(Station)
