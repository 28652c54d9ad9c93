"""Beds as a list."""

import strawberry
from sqlalchemy import ColumnElement, not_, select
from sqlmodel import col

from api.beds.types import Bed, BedStay
from api.describe import input_object
from api.plan.declare import ascending
from api.plan.roots import by_id, listing
from api.relay import Connection, key_of
from domain.access import Actor
from domain.beds import models
from domain.beds.occupancy import bed_free
from domain.calendar import today
from domain.stations.models import Station
from domain.tables import within


@input_object
class BedFilter:
    """Which beds."""

    region: str | None = None
    """Only those of places of care in the subtree of the division with this code."""
    station: strawberry.ID | None = None
    """Only those of this place of care."""
    kind: models.BedKind | None = None
    """Only this kind."""
    nursing: bool | None = None
    """Only nursing beds, or only others."""
    free: bool | None = None
    """Only beds that nobody has today, by the district's clock, and that are clean; or only the
    others: occupied, kept for someone from today, overstayed, or still to be cleaned."""

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """The predicates of the fields that are given."""
        del actor
        conditions: list[ColumnElement[bool]] = []
        if self.region is not None:
            here = select(col(Station.id)).where(within(col(Station.region_code), self.region))
            conditions.append(col(models.Bed.station_id).in_(here))
        if self.station is not None:
            key = key_of(self.station, "station", "station")
            conditions.append(col(models.Bed.station_id) == key)
        if self.kind:
            conditions.append(col(models.Bed.kind) == self.kind)
        if self.nursing is not None:
            conditions.append(col(models.Bed.nursing).is_(self.nursing))
        if self.free is not None:
            free = bed_free(today())
            conditions.append(free if self.free else not_(free))
        return conditions


@strawberry.type
class BedQueries:
    """Root fields on beds."""

    bed: Bed | None = by_id(
        models.Bed, description="A bed by id; null if there is none to be seen."
    )
    bed_stay: BedStay | None = by_id(
        models.BedStay, description="A stay by id; null if there is none to be seen."
    )
    beds: Connection[Bed] = listing(
        models.Bed,
        order=ascending(models.Bed.id),
        filter=BedFilter,
        description="The beds, in the order in which they were set up.",
    )
