"""The houses that serve elders: street centres, nursing homes, community stations and canteens.

In proportion: 78 community stations, 12 nursing homes and 23 canteens for 228,900 elders, as two
of Hangzhou's districts say of themselves; one centre and at least one canteen a street. Where it is
not too small a district it has three homes at least, to choose from.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.geo import Position
from domain.stations.models import StationKind
from yiyang.district import numbers
from yiyang.district.addresses import (
    Community,
    communities,
    draw_house,
    sizes,
    street_sizes,
    streets,
)
from yiyang.district.chance import pick, stream
from yiyang.district.columns import Row
from yiyang.district.keys import Keys
from yiyang.district.opening import said_of
from yiyang.district.positions import community_positions, next_door
from yiyang.district.scripts import COMMUNITY, STREET

_ELDERS_A_HOME = 228_900 / 12
_ELDERS_A_STATION = 228_900 / 78
_ELDERS_A_CANTEEN = 228_900 / 23
_HOMES, _CHOICE_FROM = 3, 1_000
"""At least so many homes, that there is a choice, where there are so many elders."""
_NUMERALS = "二三四五六七八九十"
_WITHOUT_DELIVERY = 6
"""Every sixth canteen serves at the counter only."""


@dataclass(frozen=True, slots=True)
class Facility:
    """A house with a door and a place on the map.

    Parameters:
        number: of its key.
        region_code: what it serves: the street for a centre, else the community it stands in.
    """

    number: int
    region_code: str
    street_code: str
    name: str
    address: str
    position: Position


@dataclass(frozen=True)
class Facilities:
    """Every house of a district. The first of each kind stands in the street of the scripts.

    Parameters:
        centres: by street.
    """

    centres: Mapping[str, Facility]
    homes: Sequence[Facility]
    stations: Sequence[Facility]
    canteens: Sequence[Facility]


def plan_facilities(seed: int, elders: int) -> Facilities:
    """The houses of a district of so many elders; more elders have the same ones, and more."""
    builder, fewest = _Builder(seed), _HOMES if elders >= _CHOICE_FROM else 1
    return Facilities(
        centres={street.code: builder.centre(i) for i, street in enumerate(streets())},
        homes=[builder.home(i) for i in range(max(fewest, round(elders / _ELDERS_A_HOME)))],
        stations=builder.stations(max(1, round(elders / _ELDERS_A_STATION))),
        canteens=builder.canteens(round(elders / _ELDERS_A_CANTEEN)),
    )


def delivers(canteen: Facility) -> bool:
    """Whether a canteen brings meals home."""
    place = canteen.number - numbers.CANTEEN
    return (place + 1) % _WITHOUT_DELIVERY != 0


def station_rows(facilities: Facilities, keys: Keys) -> Iterator[Row]:
    """The rows of all places of care."""
    for kind, houses in (
        (StationKind.STREET_CENTRE, facilities.centres.values()),
        (StationKind.NURSING_HOME, facilities.homes),
        (StationKind.COMMUNITY_STATION, facilities.stations),
    ):
        for house in houses:
            yield (
                keys[house.number],
                house.region_code,
                kind.value,
                house.name,
                house.address,
                house.position.longitude,
                house.position.latitude,
                *said_of(kind, house.number),
            )


def canteen_rows(facilities: Facilities, keys: Keys) -> Iterator[Row]:
    """The rows of the canteens; the first vendor runs the first one."""
    for house in facilities.canteens:
        yield (
            keys[house.number],
            house.region_code,
            house.name,
            house.address,
            house.position.longitude,
            house.position.latitude,
            delivers(house),
            keys[numbers.VENDOR] if house.number == numbers.CANTEEN else None,
        )


class _Builder:
    """Puts houses into communities."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._streets = streets()
        self._communities = communities()

    def centre(self, place: int) -> Facility:
        street = self._streets[place]
        name = f"{street.name}居家养老服务中心"
        return self._in_street(numbers.CENTRE + place, street.code, name, of_street=True)

    def home(self, place: int) -> Facility:
        """The script's street has the first home, the largest others follow in turn."""
        weights = street_sizes(self._seed)
        rest = sorted((code for code in weights if code != STREET), key=lambda code: -weights[code])
        turn, number = divmod(place, len(weights))
        street = (STREET, *rest)[number]
        name = f"{self._street_name(street).removesuffix('街道')}{_counted(turn)}颐养院"
        return self._in_street(numbers.NURSING_HOME + place, street, name)

    def stations(self, wanted: int) -> list[Facility]:
        """In the script's community first, then in the largest others."""
        large = sizes(self._seed)
        order = sorted(self._communities, key=lambda c: (c.code != COMMUNITY, -large[c]))
        return [
            self._house(
                numbers.COMMUNITY_STATION + place, c, f"{c.street}{c.name}居家养老服务站", c.code
            )
            for place, c in enumerate(order[:wanted])
        ]

    def canteens(self, wanted: int) -> list[Facility]:
        """One a street, then one after the other where most elders share theirs."""
        weights = street_sizes(self._seed)
        order = list(weights)
        while len(order) < wanted:
            order.append(max(weights, key=lambda code: weights[code] / order.count(code)))
        return [
            self._in_street(
                numbers.CANTEEN + place,
                street,
                f"{self._street_name(street)}{_counted(order[:place].count(street))}老年食堂",
            )
            for place, street in enumerate(order)
        ]

    def _street_name(self, code: str) -> str:
        return next(street.name for street in self._streets if street.code == code)

    def _in_street(
        self, number: int, street: str, name: str, *, of_street: bool = False
    ) -> Facility:
        inside = [place for place in self._communities if place.street_code == street]
        community = pick(stream(self._seed, "community of house", number), inside)
        return self._house(number, community, name, street if of_street else community.code)

    def _house(self, number: int, community: Community, name: str, region_code: str) -> Facility:
        rng = stream(self._seed, "house", number)
        address = draw_house(rng, community)
        position = next_door(rng, community_positions()[community.code])
        return Facility(number, region_code, community.street_code, name, address, position)


def _counted(turn: int) -> str:
    """What tells the houses of one street apart: nothing, 第二, 第三 … 第十, 第11."""
    if not turn:
        return ""
    return f"第{_NUMERALS[turn - 1] if turn <= len(_NUMERALS) else turn + 1}"
