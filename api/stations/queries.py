"""Places of care as a list, and on the map."""

from datetime import datetime

import strawberry
from sqlalchemy import Integer, String

from api.geo import NearInput
from api.plan.criteria import at_moment, equal, in_circle, under
from api.plan.declare import ascending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from api.stations.types import Station
from domain.stations import models
from domain.stations.opening import Instant, open_at


@filter_input
class StationFilter(Filter):
    """Which places of care."""

    region: str | None = under(models.Station.region_code)
    """Only those in the subtree of the division with this code."""
    kind: models.StationKind | None = equal(models.Station.kind)
    """Only this kind."""
    near: NearInput | None = in_circle(models.Station.longitude, models.Station.latitude)
    """Only those in this circle."""
    open_at: datetime | None = at_moment(
        (String(), String(), Integer()), Instant.of, lambda bounds: open_at(Instant(*bounds))
    )
    """Only those that are known to be open at this moment."""


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
