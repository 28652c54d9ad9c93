"""Places on the map, in degrees of GCJ-02: the datum that maps and phones in China use."""

from dataclasses import dataclass
from math import asin, cos, degrees, radians, sin, sqrt
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Double, Select, func, literal, select, tuple_

from domain.errors import InvalidInput
from domain.reasons import Reason

_EARTH_RADIUS_M = 6_371_000.0
_BOX_MARGIN = 1.01
"""A circle bulges a little beyond its radius over the cosine: 0.1 % at 50 km and 85 degrees. The
box must not cut it, and may be larger."""


@dataclass(frozen=True, slots=True)
class Position:
    """A point on the map.

    Parameters:
        longitude: degrees east, -180 to 180.
        latitude: degrees north, -85 to 85: nearer to a pole no box is a box.

    Raises: InvalidInput outside these.
    """

    longitude: float
    latitude: float

    def __post_init__(self) -> None:
        # Written so that NaN is refused as well.
        if not -180 <= self.longitude <= 180:
            raise InvalidInput("longitude", reason=Reason.RANGE, least=-180, most=180)
        if not -85 <= self.latitude <= 85:
            raise InvalidInput("latitude", reason=Reason.RANGE, least=-85, most=85)


def metres(one: Position, other: Position) -> float:
    """The distance along the earth's surface (haversine formula)."""
    south, north = radians(one.latitude), radians(other.latitude)
    half_east = radians(other.longitude - one.longitude) / 2
    chord = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin(half_east) ** 2
    return 2 * _EARTH_RADIUS_M * asin(sqrt(chord))


class Circle(NamedTuple):
    """A circle on the map: numbers, or the SQL of numbers to come.

    Parameters:
        south, north, west, east: degrees of a box around it, which indexes can use.
        longitude, latitude: its centre.
        cosine: of the latitude.
        radius_m: metres.
    """

    south: Any
    north: Any
    west: Any
    east: Any
    longitude: Any
    latitude: Any
    cosine: Any
    radius_m: Any

    @classmethod
    def of(cls, centre: Position, radius_m: float) -> "Circle":
        """The circle around a point."""
        cosine = cos(radians(centre.latitude))
        north = degrees(radius_m / _EARTH_RADIUS_M) * _BOX_MARGIN
        east = north / cosine
        return cls(
            south=centre.latitude - north,
            north=centre.latitude + north,
            west=centre.longitude - east,
            east=centre.longitude + east,
            longitude=centre.longitude,
            latitude=centre.latitude,
            cosine=cosine,
            radius_m=float(radius_m),
        )


def distance(longitude: Any, latitude: Any, circle: Circle) -> ColumnElement[float]:
    """Metres from a row's place to a circle's centre, as SQL (haversine formula).

    Parameters:
        longitude, latitude: the row's columns.
    """
    half_north = func.radians(latitude - circle.latitude, type_=Double) / 2
    half_east = func.radians(longitude - circle.longitude, type_=Double) / 2
    chord = func.power(func.sin(half_north), 2) + circle.cosine * func.cos(
        func.radians(latitude)
    ) * func.power(func.sin(half_east), 2)
    return 2 * _EARTH_RADIUS_M * func.asin(func.least(1.0, func.sqrt(chord)), type_=Double)


def near(longitude: Any, latitude: Any, circle: Circle) -> ColumnElement[bool]:
    """Whether a row's place lies in a circle, as SQL: in its box, and in the circle itself.

    Parameters:
        longitude, latitude: the row's columns.
    """
    return (
        latitude.between(circle.south, circle.north)
        & longitude.between(circle.west, circle.east)
        & (distance(longitude, latitude, circle) <= circle.radius_m)
    )


def nearest(
    found: Select[*tuple[Any, ...]],
    size: int,
    *,
    after: tuple[float, UUID] | None = None,
    before: tuple[float, UUID] | None = None,
    backward: bool = False,
) -> Select[*tuple[Any, ...]]:
    """A page of what was found around a point, the nearest first, and one more.

    Parameters:
        found: selects ``id`` and ``metres``, and whatever else is wanted of each.
        after, before: distance and key of a place in the list.
        backward: whether it is the end of the list that is wanted, the farthest first.
    """
    whole = found.subquery("near")
    metres, key = whole.c.metres, whole.c.id
    statement = select(*whole.c).limit(size + 1)
    if after is not None:
        statement = statement.where(tuple_(metres, key) > tuple_(*map(literal, after)))
    if before is not None:
        statement = statement.where(tuple_(metres, key) < tuple_(*map(literal, before)))
    order = (metres.desc(), key.desc()) if backward else (metres.asc(), key.asc())
    return statement.order_by(*order)
