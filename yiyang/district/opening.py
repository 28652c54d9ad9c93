"""What is said of each kind of house: whom to call, how many may be there by day, when it is
open."""

from collections.abc import Iterable, Mapping

import orjson

from domain.stations.models import StationKind
from domain.stations.opening import OpeningDay
from yiyang.district.columns import Row

_Hours = dict[str, list[list[int]]]

_WEEK = tuple(OpeningDay)[:5]


def _daily(days: Iterable[OpeningDay], *intervals: list[int]) -> _Hours:
    return {day.value: list(intervals) for day in days}


_HOURS: Mapping[StationKind, _Hours] = {
    StationKind.STREET_CENTRE: _daily(_WEEK, [510, 1020])
    | _daily([OpeningDay.SATURDAY], [540, 960]),
    StationKind.NURSING_HOME: _daily(OpeningDay, [0, 1440]),
    StationKind.COMMUNITY_STATION: _daily((*_WEEK, OpeningDay.SATURDAY), [510, 690], [780, 1020])
    | _daily([OpeningDay.HOLIDAY], [510, 690]),
}

_DAY_PLACES: Mapping[StationKind, int | None] = {
    StationKind.STREET_CENTRE: 40,
    StationKind.NURSING_HOME: None,
    StationKind.COMMUNITY_STATION: 15,
}


def said_of(kind: StationKind, number: int) -> Row:
    """Telephone, places by day and hours of a house.

    Parameters:
        number: of its key.
    """
    # 0571-5550…: a block that no exchange of Hangzhou has.
    phone = f"0571-5550{number % 10_000:04d}"
    return phone, _DAY_PLACES[kind], orjson.dumps(_HOURS[kind]).decode()
