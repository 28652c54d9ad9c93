"""Whose accounts enter and decide what happens in the district."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from domain.access import Role
from yiyang.district import numbers
from yiyang.district.addresses import DISTRICT
from yiyang.district.keys import Keys
from yiyang.district.staff import StaffAccount


@dataclass
class Offices:
    """Accounts for work.

    Parameters:
        stations, officials: the account of each street.
        caregivers: one of each street.
        advisors: those of each street, one or two.
        of_district: the official who decides where a street doesn't.
    """

    of_district: UUID
    stations: dict[str, UUID] = field(default_factory=dict[str, UUID])
    officials: dict[str, UUID] = field(default_factory=dict[str, UUID])
    caregivers: dict[str, UUID] = field(default_factory=dict[str, UUID])
    advisors: dict[str, list[UUID]] = field(default_factory=dict[str, list[UUID]])


def offices(accounts: Iterable[StaffAccount], keys: Keys) -> Offices:
    """The offices of all accounts for work, which are in the order of their keys."""
    found = Offices(of_district=keys[numbers.STAFF])
    for number, account in enumerate(accounts, numbers.STAFF):
        key, street = keys[number], account.region_code or ""
        if account.role is Role.STATION:
            found.stations[street] = key
        elif account.role is Role.CAREGIVER:
            # The first one plays.
            found.caregivers.setdefault(street, key)
        elif account.role is Role.ADVISOR:
            found.advisors.setdefault(street, []).append(key)
        elif account.role is Role.OFFICIAL and street == DISTRICT:
            found.of_district = key
        elif account.role is Role.OFFICIAL:
            found.officials[street] = key
    return found
