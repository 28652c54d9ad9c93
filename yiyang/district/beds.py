"""The beds of the district, by the house that answers for them.

In proportion: 40 beds for 1,000 elders in all, and 65 % of the beds in nursing homes for nursing,
as one of Hangzhou's counties set itself for 2025. Four of five community stations answer for beds
in elders' homes (家庭养老床位), 25 each, as one of the district's says of itself; street centres
have beds for the day. The shares of the kinds follow from these, and are otherwise a model's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import gcd

from domain.beds.models import BedKind
from yiyang.district import numbers
from yiyang.district.addresses import street_sizes
from yiyang.district.chance import stream
from yiyang.district.columns import Row
from yiyang.district.facilities import Facilities, Facility
from yiyang.district.keys import Keys
from yiyang.district.shares import apportion

# Beds for one elder; nursing homes have what is left.
_ALL, _HOME, _DAY = 0.040, 0.0068, 0.002
_FEWEST_AT_HOME = 2
"""For each station that has any."""

_NURSING_SHARE = 0.65
_WITH_HOME_BEDS = 0.8

# Numbers of keys: so many for each house, so many houses of a kind.
_PER_HOUSE = 1 << 14
_PER_KIND = _PER_HOUSE << 12

_IN_ROOM, _ON_FLOOR, _IN_BUILDING = 2, 24, 144


@dataclass(slots=True)
class Beds:
    """Beds of one house that are alike.

    Parameters:
        first: the number of the first one's key; the others follow.
        label_from: the place of the first one among all of the house's.
        taken: how many have been given to somebody.
    """

    house: Facility
    kind: BedKind
    nursing: bool
    size: int
    first: int
    label_from: int = 0
    taken: int = 0

    def take(self) -> int:
        """The number of the next one's key; the free ones are left scattered among the others.

        Raises: IndexError where all are taken.
        """
        if self.taken == self.size:
            raise IndexError(f"all {self.size} beds of {self.house.name} are taken")
        place = self.taken * _stride(self.size) % self.size
        self.taken += 1
        return self.first + place

    def rows(self, keys: Keys) -> Iterator[Row]:
        """The rows of the beds."""
        station_id = keys[self.house.number]
        for place in range(self.size):
            label = _label(self.kind, self.label_from + place)
            yield keys[self.first + place], station_id, self.kind.value, self.nursing, label


def plan_beds(seed: int, elders: int, facilities: Facilities) -> list[Beds]:
    """All beds; those of the script's nursing home first, and of these those for nursing."""
    weights = street_sizes(seed)
    some = facilities.stations[: max(1, round(_WITH_HOME_BEDS * len(facilities.stations)))]
    served = sum(weights[street] for street in {station.street_code for station in some})
    # Only a street's own elders have beds at home, and not every street has a station yet.
    in_reach = elders * served / sum(weights.values())
    at_home = max(round(in_reach * _HOME), _FEWEST_AT_HOME * len(some))
    by_day = round(elders * _DAY)
    in_homes = max(1, round(elders * _ALL) - at_home - by_day)
    centres = list(facilities.centres.values())
    return [
        *_in_homes(seed, in_homes, facilities.homes),
        *_alike(BedKind.HOME, at_home, some, [1.0] * len(some)),
        *_alike(BedKind.DAY, by_day, centres, list(weights.values())),
    ]


def _in_homes(seed: int, total: int, homes: Sequence[Facility]) -> Iterator[Beds]:
    rng = stream(seed, "sizes of nursing homes")
    sizes = apportion(total, {place: rng.uniform(0.6, 1.4) for place in range(len(homes))})
    for place, size in sizes.items():
        nursing = round(size * _NURSING_SHARE)
        first = numbers.BED + place * _PER_HOUSE
        kind = BedKind.INSTITUTION
        yield Beds(homes[place], kind, nursing=True, size=nursing, first=first)
        yield Beds(homes[place], kind, False, size - nursing, first + nursing, nursing)


def _alike(
    kind: BedKind, total: int, houses: Sequence[Facility], weights: Sequence[float]
) -> Iterator[Beds]:
    base = numbers.BED + _PER_KIND * (1 if kind is BedKind.HOME else 2)
    sizes = apportion(total, dict(enumerate(weights)))
    for place, size in sizes.items():
        first = base + place * _PER_HOUSE
        # Who is looked after at home in bed is looked after by nurses; by day nobody is.
        yield Beds(houses[place], kind, kind is BedKind.HOME, size, first)


def _stride(size: int) -> int:
    """Near the golden section, and without a common divisor, so that every place comes once."""
    stride = max(1, round(size * 0.618))
    while gcd(stride, size) > 1:
        stride += 1
    return stride


def _label(kind: BedKind, place: int) -> str:
    """``3-207-2``: building, room and bed; or the number of a bed at home or for the day."""
    if kind is BedKind.HOME:
        return f"居家-{place + 1:03d}"
    if kind is BedKind.DAY:
        return f"日托-{place + 1:02d}"
    building, rest = divmod(place, _IN_BUILDING)
    floor, rest = divmod(rest, _ON_FLOOR)
    room, bed = divmod(rest, _IN_ROOM)
    return f"{building + 1}-{floor + 1}{room + 1:02d}-{bed + 1}"
