"""Where a volunteer says to be: what is taken, and what is far."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.geo import Position, metres
from domain.visits.proof import Fix

CENTRE = Position(120.17, 30.25)
METRES_A_DEGREE = 111_194.93
"""Northwards, on a sphere of 6,371 km."""


def fix(metres_north: float, accuracy_m: float) -> Fix:
    return Fix(Position(120.17, 30.25 + metres_north / METRES_A_DEGREE), accuracy_m)


@pytest.mark.parametrize(
    ("metres_north", "accuracy_m", "far"),
    [
        (0, 0, False),
        (1_499, 0, False),
        (1_501, 0, True),
        (1_999, 500, False),
        (2_001, 500, True),
        (0, 1_500, False),
        (0, 1_501, None),
        (50_000, 50_000, None),
        (50_000, 100_000, None),
        (200_000, 100_000, True),
    ],
)
def test_far_is_more_than_1500_m_wherever_the_phone_is(
    metres_north: float, accuracy_m: float, far: bool | None
) -> None:
    assert fix(metres_north, accuracy_m).is_far_from(CENTRE) is far


@given(st.floats(0, 5_000), st.floats(0, 100_000), st.floats(0, 100_000))
def test_a_vaguer_phone_is_never_farther(north: float, one: float, other: float) -> None:
    exact, vague = sorted((one, other))
    assert fix(north, exact).is_far_from(CENTRE) or not fix(north, vague).is_far_from(CENTRE)


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_distance_is_the_same_both_ways(longitude: float, latitude: float) -> None:
    there = Position(longitude, latitude)
    assert metres(CENTRE, there) == pytest.approx(metres(there, CENTRE), abs=1e-6)


@pytest.mark.parametrize("accuracy_m", [-0.1, 100_000.1, nan, inf])
def test_an_accuracy_that_is_none(accuracy_m: float) -> None:
    with pytest.raises(InvalidInput) as caught:
        Fix.of(120.17, 30.25, accuracy_m)
    assert caught.value.field == "accuracy_m"


def test_nothing_given_is_no_place_and_the_zeros_are_one() -> None:
    assert Fix.of(None, None, None) is None
    assert Fix.of(0, 0, 0) == Fix(Position(0, 0), 0)
