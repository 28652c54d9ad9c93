"""Places of care as a list, and on the map."""

import strawberry

from api.geo import NearInput
from api.plan.criteria import equal, in_circle, under
from api.plan.declare import ascending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from api.stations.types import Station
from domain.stations import models


@filter_input
class StationFilter(Filter):
    """Which places of care."""

    region: str | None = under(models.Station.region_code)
    """Only those in the subtree of the division with this code."""
    kind: models.StationKind | None = equal(models.Station.kind)
    """Only this kind."""
    near: NearInput | None = in_circle(models.Station.longitude, models.Station.latitude)
    """Only those in this circle."""


@strawberry.type
class StationQueries:
    """Root fields on places of care."""

    station: Station | None = by_id(
        models.Station, description="A place of care by id; null if there is none to be seen."
    )
    stations: Connection[Station] = listing(
        models.Station,
        order=ascending(models.Station.id),
        filter=StationFilter,
        description="The places of care, in the order in which they were set up.",
    )
