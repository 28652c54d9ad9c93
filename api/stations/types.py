"""Places of care as clients see them."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from api.context import Context
from api.describe import enumeration
from api.geo import Position
from api.plan.declare import ascending, computed, connection, node, one
from api.regions.types import Region
from api.relay import Connection, Node
from domain.beds.models import Bed as BedRow
from domain.stations import models
from domain.stations.visibility import station_visible

if TYPE_CHECKING:
    from api.beds.types import Bed

enumeration(
    models.StationKind,
    "What a place of care is.",
    NURSING_HOME="养老机构 a nursing home.",
    STREET_CENTRE="街道居家养老服务中心 a street's centre for care at home.",
    COMMUNITY_STATION="社区养老驿站 a community's elder station.",
)


def _position(station: models.Station, context: Context) -> Position:
    del context
    return Position(longitude=station.longitude, latitude=station.latitude)


@node(models.Station, visible=station_visible)
class Station(Node):
    """A place of care; the beds that it answers for may stand in elders' homes."""

    kind: models.StationKind
    """What it is."""
    name: str
    """Name, for example 清波街道居家养老服务中心."""
    address: str
    """Where to go; public."""
    region: Region = one(models.Station.region_code)
    """The division that it stands in."""
    position: Position = computed(
        _position, needs=[models.Station.longitude, models.Station.latitude]
    )
    """Where it is on the map."""
    beds: Connection[Annotated["Bed", strawberry.lazy("api.beds.types")]] = connection(
        BedRow.station_id, order=ascending(BedRow.id)
    )
    """The beds that it answers for, in the order in which they were set up."""
