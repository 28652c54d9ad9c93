"""Who works for the district: its offices, each street's people, and the vendors' clients."""

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
from yiyang.district.names import full_name

_ADVISORS = 18
_PER_STREET = {Role.OFFICIAL: 1, Role.VOLUNTEER: 3, Role.CAREGIVER: 3}
_BIRTH_YEARS = (1970, 2000)

# The first of each role plays in the demo; no drawn name looks like theirs.
_PLAYERS = {
    Role.DISPATCHER: "林知衡",
    Role.OFFICIAL: "郑怀谦",
    Role.AUDITOR: "沈谨言",
    Role.ADMIN: "许清蘅",
    Role.VOLUNTEER: "顾念慈",
    Role.CAREGIVER: "方巧筠",
    Role.ADVISOR: "叶知秋",
}


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """An account for work.

    Parameters:
        region_code: the region whose subtree the account covers.
        vendor: the place of its vendor in ``VENDORS``.
    """

    name: str
    role: Role
    region_code: str | None = None
    vendor: int | None = None


def staff(seed: int) -> Iterator[StaffAccount]:
    """Every account for work, the players first of their role."""
    rng = stream(seed, "staff")
    for role in (Role.DISPATCHER, Role.OFFICIAL, Role.AUDITOR):
        yield StaffAccount(_PLAYERS[role], role, DISTRICT)
    yield StaffAccount(_PLAYERS[Role.ADMIN], Role.ADMIN)
    for place, vendor in enumerate(VENDORS):
        yield StaffAccount(vendor, Role.VENDOR, vendor=place)
    for number, street in enumerate(streets()):
        yield from _street(rng, street, first=number == 0)
    for number, street in enumerate(islice(cycle(streets()), _ADVISORS)):
        yield _worker(rng, Role.ADVISOR, street, player=number == 0)


def _street(rng: Random, street: Region, *, first: bool) -> Iterator[StaffAccount]:
    yield StaffAccount(f"{street.name}居家养老服务中心", Role.STATION, street.code)
    yield StaffAccount(f"{street.name}老年食堂", Role.CANTEEN, street.code)
    for role, number in _PER_STREET.items():
        for place in range(number):
            # The official who plays is the district's own.
            player = first and place == 0 and role is not Role.OFFICIAL
            yield _worker(rng, role, street, player=player)


def _worker(rng: Random, role: Role, street: Region, *, player: bool) -> StaffAccount:
    gender = pick(rng, (Gender.FEMALE, Gender.MALE))
    drawn = full_name(rng, gender, between(rng, *_BIRTH_YEARS))
    return StaffAccount(_PLAYERS[role] if player else drawn, role, street.code)
