"""Where a role is held: each role needs a place of exactly one kind, or none."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Role
from domain.accounts.models import Account, Vendor
from domain.canteens.models import Canteen
from domain.errors import InvalidInput, NotFound
from domain.reasons import Reason
from domain.regions.models import Region
from domain.stations.models import Station


@dataclass(frozen=True, slots=True)
class Place:
    """Where a role is held.

    Parameters:
        region_code: of the division whose subtree it covers; of a house the division that it
            serves.
    """

    region_code: str | None = None
    station_id: UUID | None = None
    canteen_id: UUID | None = None
    vendor_id: UUID | None = None

    @classmethod
    def of(cls, account: Account) -> "Place":
        """Where an account acts."""
        return cls(**{name: getattr(account, name) for name in PLACES})

    def columns(self) -> dict[str, Any]:
        """The same as columns of ``account``."""
        return {name: getattr(self, name) for name in PLACES}


PLACES: Final = tuple(one.name for one in fields(Place))

PLACE_OF: Final[Mapping[Role, str | None]] = {
    **dict.fromkeys(
        (Role.OFFICIAL, Role.DISPATCHER, Role.ADVISOR, Role.VOLUNTEER, Role.AUDITOR), "region_code"
    ),
    Role.STATION: "station_id",
    Role.CAREGIVER: "station_id",
    Role.CANTEEN: "canteen_id",
    Role.VENDOR: "vendor_id",
    Role.ADMIN: None,
}
"""The one kind of place that a role needs; roles that are not here come by links to elders."""

_THERE: Final[Mapping[str, Any]] = {
    "region_code": select(col(Region.code)),
    "station_id": select(col(Station.region_code)),
    "canteen_id": select(col(Canteen.region_code)),
    "vendor_id": select(col(Vendor.id)),
}
"""What is asked of the table that each kind of place is in."""

_KEYS: Final[Mapping[str, Any]] = {
    "region_code": col(Region.code),
    "station_id": col(Station.id),
    "canteen_id": col(Canteen.id),
    "vendor_id": col(Vendor.id),
}


def check_kind(role: Role, place: Place) -> None:
    """Raises: InvalidInput for a place that the role needs and is not given, or for one that it
    has no use for."""
    needed = PLACE_OF[role]
    for name in PLACES:
        if (getattr(place, name) is not None) is not (name == needed):
            wanted = needed or "-"
            raise InvalidInput(name, reason=Reason.PLACE_OF_ROLE, role=role.value, wanted=wanted)


async def located(session: AsyncSession, role: Role, place: Place) -> Place:
    """The place with the division in which a house lies.

    Raises: InvalidInput for a place of a kind that the role does not need; NotFound for one that is
        not there.
    """
    check_kind(role, place)
    needed = PLACE_OF[role]
    if needed is None:
        return place
    found = await session.scalar(_THERE[needed].where(_KEYS[needed] == getattr(place, needed)))
    if found is None:
        raise NotFound(needed)
    return place if needed == "vendor_id" else replace(place, region_code=found)
