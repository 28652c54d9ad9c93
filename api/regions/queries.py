"""Divisions by code."""

import strawberry

from api.plan.criteria import equal, under
from api.plan.declare import ascending
from api.plan.filters import Filter, filter_input
from api.plan.roots import listing
from api.regions.types import Region
from api.relay import Connection
from domain.regions import models


@filter_input
class RegionFilter(Filter):
    """Which divisions."""

    prefix: str | None = under(models.Region.code)
    """The division with this code and all below it."""
    level: models.RegionLevel | None = equal(models.Region.level)
    """Only this depth."""


@strawberry.type
class RegionQueries:
    """Root fields on divisions."""

    regions: Connection[Region] = listing(
        models.Region,
        order=ascending(models.Region.code),
        filter=RegionFilter,
        description="Administrative divisions by code: parents before their children.",
    )
