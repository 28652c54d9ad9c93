"""The demo district's houses, beds, volunteers and menus, before anyone comes."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import geo
from domain.beds.models import BedKind
from domain.canteens.models import Meal
from domain.regions.load import divisions
from yiyang.district import numbers
from yiyang.district.addresses import communities, streets
from yiyang.district.beds import plan_beds
from yiyang.district.facilities import Facilities, delivers, plan_facilities
from yiyang.district.keys import Keys
from yiyang.district.menus import plan_menu
from yiyang.district.months import month_before, month_of
from yiyang.district.positions import community_positions
from yiyang.district.shares import apportion
from yiyang.district.volunteers import Volunteers

TODAY = date(2026, 2, 28)
SEED = 20
A_DISTRICT = 228_900


@pytest.fixture(scope="module")
def facilities() -> Facilities:
    """The houses of a whole city district."""
    return plan_facilities(SEED, A_DISTRICT)


def test_a_district_has_the_houses_that_districts_say_they_have(facilities: Facilities) -> None:
    assert list(facilities.centres) == [street.code for street in streets()]
    assert len(facilities.homes) == 12
    assert len(facilities.stations) == 78
    assert len(facilities.canteens) == 23
    assert {canteen.street_code for canteen in facilities.canteens} == set(facilities.centres)
    assert Counter(map(delivers, facilities.canteens))[True] > 0.7 * len(facilities.canteens)


@pytest.mark.parametrize("elders", [3, 300, 2_000, 50_000])
def test_a_smaller_district_has_the_first_of_a_larger_ones_houses(
    facilities: Facilities, elders: int
) -> None:
    smaller = plan_facilities(SEED, elders)
    assert smaller.centres == facilities.centres
    assert smaller.homes == facilities.homes[: len(smaller.homes)]
    assert smaller.stations == facilities.stations[: len(smaller.stations)]
    assert smaller.canteens == facilities.canteens[: len(smaller.canteens)]


@pytest.mark.parametrize("elders", [3, 300, A_DISTRICT])
def test_the_first_house_of_each_kind_stands_in_the_mothers_street(elders: int) -> None:
    planned = plan_facilities(SEED, elders)
    firsts = (planned.homes[0], planned.stations[0], planned.canteens[0])
    assert {house.street_code for house in firsts} == {"330102001"}


def test_houses_have_names_doors_and_regions_of_their_own(facilities: Facilities) -> None:
    houses = [
        *facilities.centres.values(),
        *facilities.homes,
        *facilities.stations,
        *facilities.canteens,
    ]
    assert len({house.name for house in houses}) == len(houses)
    assert len({house.number for house in houses}) == len(houses)
    known = {region.code for region in divisions()}
    for house in houses:
        assert house.region_code in known
        assert house.region_code.startswith(house.street_code)
        assert house.address.startswith("上城区")
        assert house.address.endswith("号")


def test_communities_lie_within_a_kilometre_of_their_streets_middle() -> None:
    positions = community_positions()
    assert set(positions) == {place.code for place in communities()}
    assert len(set(positions.values())) == len(positions)
    for street in streets():
        inside = [place for code, place in positions.items() if code.startswith(street.code)]
        longitude = sum(place.longitude for place in inside) / len(inside)
        latitude = sum(place.latitude for place in inside) / len(inside)
        for place in inside:
            assert geo.metres(geo.Position(longitude, latitude), place) < 1_500
        for one in inside:
            assert max(geo.metres(one, other) for other in inside) < 2_000


def test_everything_lies_in_the_district(facilities: Facilities) -> None:
    houses = (*facilities.homes, *facilities.stations, *facilities.canteens)
    places = [*community_positions().values(), *(house.position for house in houses)]
    assert all(120.14 < place.longitude < 120.29 for place in places)
    assert all(30.19 < place.latitude < 30.37 for place in places)


@pytest.mark.parametrize("elders", [300, 2_000, 20_000, A_DISTRICT])
def test_beds_are_in_proportion(elders: int) -> None:
    beds = plan_beds(SEED, elders, plan_facilities(SEED, elders))
    total = sum(some.size for some in beds)
    assert total == pytest.approx(0.040 * elders, abs=2)
    in_homes = [some for some in beds if some.kind is BedKind.INSTITUTION]
    nursing = sum(some.size for some in in_homes if some.nursing)
    # Rounded in each home.
    allowed = 0.5 * len(in_homes) / sum(some.size for some in in_homes)
    assert nursing / sum(some.size for some in in_homes) == pytest.approx(0.65, abs=allowed)


def test_beds_stand_where_their_kind_does(facilities: Facilities) -> None:
    beds = plan_beds(SEED, A_DISTRICT, facilities)
    houses = {
        BedKind.INSTITUTION: facilities.homes,
        BedKind.HOME: facilities.stations,
        BedKind.DAY: list(facilities.centres.values()),
    }
    assert {some.kind for some in beds} == set(houses)
    for some in beds:
        assert some.house in houses[some.kind]
        if some.kind is BedKind.HOME:
            assert 23 <= some.size <= 27


def test_labels_and_keys_of_beds_are_each_ones_own(facilities: Facilities) -> None:
    keys = Keys(SEED, TODAY)
    rows = [row for some in plan_beds(SEED, A_DISTRICT, facilities) for row in some.rows(keys)]
    assert len({row[0] for row in rows}) == len(rows)
    assert len({(row[1], row[4]) for row in rows}) == len(rows)
    assert "1-207-2" in {row[4] for row in rows}


def test_each_bed_is_taken_once(facilities: Facilities) -> None:
    for some in plan_beds(SEED, A_DISTRICT, facilities):
        taken = [some.take() for _ in range(some.size)]
        assert sorted(taken) == list(range(some.first, some.first + some.size))
        with pytest.raises(IndexError, match=f"all {some.size} beds"):
            some.take()


def test_volunteers_are_one_for_fifteen_key_elders_and_three_a_street() -> None:
    def number(elders: int) -> int:
        return sum(1 for _ in Volunteers(SEED, TODAY, elders, Keys(SEED, TODAY)).rows())

    assert number(300) == 3 * len(streets())
    assert number(227_100) == pytest.approx(95_000 / 15, rel=0.01)


def test_the_same_volunteers_come_first() -> None:
    keys = Keys(SEED, TODAY)
    few, many = (Volunteers(SEED, TODAY, elders, keys) for elders in (300, 20_000))
    assert {str(row) for row in few.rows()} < {str(row) for row in many.rows()}
    (number, first), *_ = few.rows()
    assert first[0] == keys[number]
    assert all(str(first[0]) <= str(row[0]) for _, row in many.rows())
    assert first[1:3] == ("顾念慈", "330102001051")


def test_menus_are_two_weeks_of_meals(facilities: Facilities) -> None:
    with_dinner = 0
    for canteen in facilities.canteens:
        menu = plan_menu(SEED, TODAY, canteen)
        lunches = [day for day, meal in menu if meal is Meal.LUNCH]
        assert lunches == [TODAY + timedelta(days) for days in range(-6, 7)]
        dinners = [day for day, meal in menu if meal is Meal.DINNER]
        assert dinners in ([], lunches)
        with_dinner += bool(dinners)
        for dishes in menu.values():
            assert 4 <= len(dishes) <= 6
            assert len({dish.name for dish in dishes}) == len(dishes)
            for dish in dishes:
                assert Decimal("6.00") <= dish.price <= Decimal("22.00")
                assert dish.price == dish.price.quantize(Decimal("0.01"))
    assert 0 < with_dinner < len(facilities.canteens)
    assert plan_menu(SEED, TODAY, facilities.canteens[0]) != plan_menu(
        SEED, TODAY, facilities.canteens[2]
    )


@given(
    total=st.integers(0, 10_000),
    weights=st.lists(st.floats(0.01, 100), min_size=1, max_size=30),
    least=st.integers(0, 3),
)
def test_shares_add_up_and_follow_the_weights(total: int, weights: list[float], least: int) -> None:
    shares = apportion(total, dict(enumerate(weights)))
    assert sum(shares.values()) == total
    for key, share in shares.items():
        assert abs(share - total * weights[key] / sum(weights)) < 1.001
    raised = apportion(total, dict(enumerate(weights)), least=least)
    assert raised == {key: max(share, least) for key, share in shares.items()}


@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2028, 2, 29), date(2026, 7, 31)])
def test_a_volunteer_has_each_hour_of_a_month_once(day: date) -> None:
    month = month_of(day)
    hours = [month.hour(turn, shift=5) for turn in range(month.days * 8)]
    assert len(set(hours)) == len(hours)
    assert {at.month for at, _ in hours} == {day.month}
    assert {hour for _, hour in hours} == set(range(9, 17))
    assert month_before(month).first == (day.replace(day=1) - timedelta(1)).replace(day=1)


def test_each_kind_of_key_has_room_of_its_own() -> None:
    millions = 16 * 10**6
    ends = [
        (numbers.VENDOR, 16),
        (numbers.STAFF, 4_080),
        (numbers.ELDER, 16 * millions),
        *((first, 16 * millions) for first in (numbers.CENTRE, numbers.NURSING_HOME)),
        *((first, 16 * millions) for first in (numbers.COMMUNITY_STATION, numbers.CANTEEN)),
        *((first, 16 * millions) for first in (numbers.BED, numbers.DISH, numbers.VOLUNTEER)),
        (numbers.VISIT, 4 * millions),
        (numbers.STAY, numbers.on_day(0, 2_205, millions)),
        (numbers.CONTACT_NOTE, numbers.PER_CONTACTS * millions),
        (numbers.SUGGESTIONS, numbers.PER_SUGGESTIONS * millions),
        (numbers.APPLICATION, numbers.PER_APPLICATIONS * millions),
        (numbers.WINDOW, 5 << 16),
        (numbers.CASE, numbers.on_day(0, 1_000, millions)),
        (numbers.ORDER, numbers.on_day(0, 8, millions)),
        (numbers.QUOTE, numbers.on_day(0, 8, millions)),
    ]
    for (first, size), (following, _) in pairwise(ends):
        assert first + size <= following
    keys = Keys(SEED, TODAY)
    midnight = Keys(SEED, TODAY + timedelta(1))[0]
    assert keys[sum(ends[-1])] < midnight
