"""Beds as a list."""

import strawberry
from sqlalchemy import Date, select
from sqlmodel import col

from api.beds.types import Bed, BedStay
from api.plan.criteria import equal, equal_id, through, under, whether
from api.plan.declare import ascending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.beds import models
from domain.beds.occupancy import bed_free
from domain.calendar import today
from domain.stations.models import Station


@filter_input
class BedFilter(Filter):
    """Which beds."""

    region: str | None = through(
        under(Station.region_code),
        lambda _, here: col(models.Bed.station_id).in_(select(col(Station.id)).where(here)),
    )
    """Only those of places of care in the subtree of the division with this code."""
    station: strawberry.ID | None = equal_id(models.Bed.station_id, "station")
    """Only those of this place of care."""
    kind: models.BedKind | None = equal(models.Bed.kind)
    """Only this kind."""
    nursing: bool | None = equal(models.Bed.nursing)
    """Only nursing beds, or only others."""
    free: bool | None = whether(bed_free, Date(), today)
    """Only beds that nobody has today, by the district's clock, and that are clean; or only the
    others: occupied, kept for someone from today, overstayed, or still to be cleaned."""


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
