"""Places of care as a list, and on the map."""

import strawberry
from sqlalchemy import ColumnElement
from sqlmodel import col

from api.describe import input_object
from api.geo import NearInput
from api.plan.declare import ascending
from api.plan.roots import by_id, listing
from api.relay import Connection
from api.stations.types import Station
from domain.access import Actor
from domain.stations import models
from domain.tables import within


@input_object
class StationFilter:
    """Which places of care."""

    region: str | None = None
    """Only those in the subtree of the division with this code."""
    kind: models.StationKind | None = None
    """Only this kind."""
    near: NearInput | None = None
    """Only those in this circle."""

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """The predicates of the fields that are given."""
        del actor
        conditions: list[ColumnElement[bool]] = []
        if self.region is not None:
            conditions.append(within(col(models.Station.region_code), self.region))
        if self.kind:
            conditions.append(col(models.Station.kind) == self.kind)
        if self.near:
            longitude, latitude = col(models.Station.longitude), col(models.Station.latitude)
            conditions.append(self.near.condition(longitude, latitude))
        return conditions


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
