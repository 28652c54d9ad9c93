"""How many people a caregiver looks after: who lies in the beds of houses, for each who works
there.

Both are counted of a day: caregivers as they were at its end, beds by the days of stays.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.accounts.visibility import account_listed
from domain.beds.models import Bed
from domain.beds.occupancy import bed_open, lain_in
from domain.caregivers.qualification import Known, counted
from domain.row_access import EVERY_ROW, RowAccess, in_region, region_staff
from domain.stations.models import Station
from domain.tables import within

_houses = RowAccess(
    {**region_staff(in_region(col(Station.region_code))), Role.ADMIN: EVERY_ROW},
)
"""The places of care whose beds a role counts: those of the caregivers whom it counts."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Caregivers and those who lie in beds.

    Parameters:
        residents: who lives there; who is on leave counts, and beds at home do.
    """

    caregivers: int
    residents: int

    @classmethod
    def of(cls, row: Any) -> Self:
        """What the statement's one row says."""
        return cls(row.caregivers, row.residents)

    @property
    def each(self) -> float | None:
        """How many a caregiver looks after; None where there is no caregiver."""
        return self.residents / self.caregivers if self.caregivers else None


def statement(
    actor: Actor, day: date, region: str | None, station_id: UUID | None
) -> Select[*tuple[Any, ...]]:
    """Counts for ``Ratio``, as far as the actor keeps or governs those who work there.

    Parameters:
        day: at its end; no day to come.
        region: only of the subtree of this division; all if None.
        station_id: only of this place of care; all if None.
    Raises: InvalidInput(as_of) for a day to come, InvalidInput for a text that is no code.
    """
    caregivers = [account_listed(actor), counted(actor, Known.at(day))]
    beds = [_houses(actor), bed_open(day), lain_in(day)]
    if region is not None:
        caregivers.append(within(col(Account.region_code), region))
        beds.append(within(col(Station.region_code), region))
    if station_id is not None:
        caregivers.append(col(Account.station_id) == station_id)
        beds.append(col(Station.id) == station_id)
    at_work = select(func.count()).select_from(Account).where(*caregivers)
    lain = (
        select(func.count())
        .select_from(Bed)
        .join(Station, col(Station.id) == col(Bed.station_id))
        .where(*beds)
    )
    return select(
        at_work.scalar_subquery().label("caregivers"), lain.scalar_subquery().label("residents")
    )
