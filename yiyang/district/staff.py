"""Who works for the district: its offices, each street's people, and the vendors' clients.
Volunteers are in ``volunteers``."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random

from domain.access import Role
from domain.elders.models import Gender
from domain.regions.models import Region
from yiyang.district.addresses import DISTRICT, streets
from yiyang.district.chance import between, pick, stream
from yiyang.district.equipment import VENDORS
from yiyang.district.facilities import Facilities
from yiyang.district.names import full_name

_ADVISORS = 18
_CAREGIVERS = 3
"""In each street."""

_BIRTH_YEARS = (1970, 2000)

# The first of each role plays in the demo; no drawn name looks like theirs.
_PLAYERS = {
    Role.DISPATCHER: "林知衡",
    Role.OFFICIAL: "郑怀谦",
    Role.AUDITOR: "沈谨言",
    Role.ADMIN: "许清蘅",
    Role.CAREGIVER: "方巧筠",
    Role.ADVISOR: "叶知秋",
}


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """An account for work.

    Parameters:
        region_code: the region whose subtree the account covers.
        vendor: the place of its vendor in ``VENDORS``.
        station, canteen: the number of the key of the house it works in.
    """

    name: str
    role: Role
    region_code: str | None = None
    vendor: int | None = None
    station: int | None = None
    canteen: int | None = None


def staff(seed: int, facilities: Facilities) -> Iterator[StaffAccount]:
    """Every account for work, the players first of their role."""
    rng = stream(seed, "staff")
    for role in (Role.DISPATCHER, Role.OFFICIAL, Role.AUDITOR):
        yield StaffAccount(_PLAYERS[role], role, DISTRICT)
    yield StaffAccount(_PLAYERS[Role.ADMIN], Role.ADMIN)
    for place, vendor in enumerate(VENDORS):
        yield StaffAccount(vendor, Role.VENDOR, vendor=place)
    for number, street in enumerate(streets()):
        yield from _street(rng, street, facilities, first=number == 0)
    for number, street in enumerate(islice(cycle(streets()), _ADVISORS)):
        yield StaffAccount(_name(rng, Role.ADVISOR, player=number == 0), Role.ADVISOR, street.code)
    for canteen in facilities.canteens:
        # Last, because a larger district has more of them.
        yield StaffAccount(canteen.name, Role.CANTEEN, canteen.street_code, canteen=canteen.number)


def _street(
    rng: Random, street: Region, facilities: Facilities, *, first: bool
) -> Iterator[StaffAccount]:
    centre = facilities.centres[street.code]
    yield StaffAccount(centre.name, Role.STATION, street.code, station=centre.number)
    # The official who plays is the district's own.
    yield StaffAccount(_name(rng, Role.OFFICIAL, player=False), Role.OFFICIAL, street.code)
    homes = [home for home in facilities.homes if home.street_code == street.code]
    for place in range(_CAREGIVERS):
        house = homes[place % len(homes)] if homes else centre
        name = _name(rng, Role.CAREGIVER, player=first and place == 0)
        yield StaffAccount(name, Role.CAREGIVER, street.code, station=house.number)


def _name(rng: Random, role: Role, *, player: bool) -> str:
    gender = pick(rng, (Gender.FEMALE, Gender.MALE))
    drawn = full_name(rng, gender, between(rng, *_BIRTH_YEARS))
    return _PLAYERS[role] if player else drawn
