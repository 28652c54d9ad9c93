"""Divisions by code."""

import strawberry
from sqlalchemy import ColumnElement
from sqlmodel import col

from api.describe import input_object
from api.plan.declare import ascending
from api.plan.roots import listing
from api.regions.types import Region
from api.relay import Connection
from domain.access import Actor
from domain.regions import models
from domain.tables import within


@input_object
class RegionFilter:
    """Which divisions."""

    prefix: str | None = None
    """The division with this code and all below it."""
    level: models.RegionLevel | None = None
    """Only this depth."""

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """The predicates of the fields that are given."""
        del actor
        conditions: list[ColumnElement[bool]] = []
        if self.prefix is not None:
            conditions.append(within(col(models.Region.code), self.prefix))
        if self.level:
            conditions.append(col(models.Region.level) == self.level)
        return conditions


@strawberry.type
class RegionQueries:
    """Root fields on divisions."""

    regions: Connection[Region] = listing(
        models.Region,
        order=ascending(models.Region.code),
        filter=RegionFilter,
        description="Administrative divisions by code: parents before their children.",
    )
