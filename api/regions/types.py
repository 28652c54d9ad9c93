"""Divisions as clients see them."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from api.describe import enumeration
from api.plan.declare import ascending, many, record
from domain.periods import holding
from domain.regions import models
from domain.regions.visibility import region_visible
from domain.stations.area_models import StationArea as StationAreaRow

if TYPE_CHECKING:
    from api.stations.types import StationArea

enumeration(
    models.RegionLevel,
    "Depth of an administrative division.",
    PROVINCE="省: 2 digits.",
    CITY="市: 4 digits.",
    DISTRICT="区、县: 6 digits.",
    STREET="街道、镇、乡: 9 digits.",
    COMMUNITY="社区、村: 12 digits.",
)


@record(models.Region, visible=region_visible)
class Region:
    """An administrative division; a child's code begins with its parent's."""

    code: str
    """Statistical division code of the National Bureau of Statistics."""
    name: str
    """Name, for example 清波街道."""
    level: models.RegionLevel
    """Depth of the division."""
    station_areas: list[Annotated["StationArea", strawberry.lazy("api.stations.types")]] = many(
        StationAreaRow.region_code,
        order=ascending(StationAreaRow.since, StationAreaRow.id),
        on=lambda day: holding(StationAreaRow, day),
        usual_length=1,
    )
    """Which places of care answer for this community on a day, as one usually does."""
