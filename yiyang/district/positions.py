"""Where streets and communities lie on the map, in degrees of GCJ-02.

The centres of the streets are approximate and made up, read off no map: they lie about where each
street lies in the district, and nobody should find a door by them. Communities are put around
their street's centre.
"""

from functools import cache
from math import cos, pi, radians, sin, sqrt
from random import Random

from domain.geo import Position
from yiyang.district.addresses import communities

_STREETS = {
    "330102001": Position(120.163, 30.240),
    "330102003": Position(120.167, 30.256),
    "330102004": Position(120.180, 30.253),
    "330102008": Position(120.172, 30.212),
    "330102009": Position(120.176, 30.232),
    "330102010": Position(120.193, 30.236),
    "330102011": Position(120.203, 30.267),
    "330102012": Position(120.206, 30.254),
    "330102013": Position(120.200, 30.284),
    "330102014": Position(120.218, 30.248),
    "330102015": Position(120.233, 30.288),
    "330102016": Position(120.222, 30.315),
    "330102017": Position(120.234, 30.352),
    "330102018": Position(120.268, 30.305),
}

_WITHIN_M = 950.0
_NEXT_DOOR_M = 150.0
_METRES_A_DEGREE = 111_195.0
# Each next point turns by the golden angle, which spreads any number of them evenly in a circle.
_GOLDEN_ANGLE = pi * (3 - sqrt(5))


@cache
def community_positions() -> dict[str, Position]:
    """The middle of every community, by code; within 1 km of its street's centre."""
    by_street: dict[str, list[str]] = {}
    for place in communities():
        by_street.setdefault(place.street_code, []).append(place.code)
    return {
        code: moved(
            _STREETS[street],
            angle=number * _GOLDEN_ANGLE,
            metres=_WITHIN_M * sqrt((number + 0.5) / len(codes)),
        )
        for street, codes in by_street.items()
        for number, code in enumerate(codes)
    }


def next_door(rng: Random, place: Position) -> Position:
    """A point within 150 m."""
    angle, part = rng.random() * 2 * pi, sqrt(rng.random())
    return moved(place, angle=angle, metres=_NEXT_DOOR_M * part)


def moved(place: Position, *, angle: float, metres: float) -> Position:
    """A point so far away.

    Parameters:
        angle: radians, counted from the east.
    """
    north = metres * sin(angle) / _METRES_A_DEGREE
    east = metres * cos(angle) / (_METRES_A_DEGREE * cos(radians(place.latitude)))
    # A millionth of a degree is a hand's breadth.
    return Position(round(place.longitude + east, 6), round(place.latitude + north, 6))
