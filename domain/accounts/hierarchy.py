"""Who may grant which role where: one table, from which ``docs/access.md`` is made too.

A role is granted, and ended, by a higher role in the same place. ELDER, GUARDIAN and FAMILY are
granted by nobody: they come with the link to an elder.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from domain.access import Role
from domain.accounts.models import Account
from domain.accounts.places import PLACE_OF, Place


class Reach(StrEnum):
    """How far somebody's right to grant a role goes; the value is for people."""

    EVERYWHERE = "everywhere"
    REGION = "in one's region"
    BELOW = "below one's region"
    STATION = "in one's station"


def _in_region(granter: Account, place: Place) -> bool:
    region, code = granter.region_code, place.region_code
    return bool(region) and code is not None and code.startswith(region or "")


def _below_region(granter: Account, place: Place) -> bool:
    return _in_region(granter, place) and place.region_code != granter.region_code


def _in_station(granter: Account, place: Place) -> bool:
    return granter.station_id is not None and granter.station_id == place.station_id


_REACHES: Final[Mapping[Reach, Callable[[Account, Place], bool]]] = {
    Reach.EVERYWHERE: lambda _, __: True,
    Reach.REGION: _in_region,
    Reach.BELOW: _below_region,
    Reach.STATION: _in_station,
}

GRANTS: Final[Mapping[Role, Mapping[Role, Reach]]] = {
    Role.ADMIN: dict.fromkeys(PLACE_OF, Reach.EVERYWHERE),
    Role.OFFICIAL: {
        Role.OFFICIAL: Reach.BELOW,
        Role.STATION: Reach.REGION,
        Role.DISPATCHER: Reach.REGION,
        Role.ADVISOR: Reach.REGION,
        Role.VOLUNTEER: Reach.REGION,
        Role.CANTEEN: Reach.REGION,
    },
    Role.STATION: {
        Role.CAREGIVER: Reach.STATION,
        Role.VOLUNTEER: Reach.REGION,
    },
}
"""Who grants -> the role that is granted -> how far; what is not here is granted by nobody."""


def may_grant(granter: Account, role: Role, place: Place) -> bool:
    """Whether somebody may grant, and end, a role at a place that has its division."""
    reach = GRANTS.get(granter.role, {}).get(role)
    return reach is not None and _REACHES[reach](granter, place)
