"""What an elder can walk to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import strawberry

from api.canteens.types import Canteen
from api.context import Info
from api.describe import enumeration, input_object, output
from api.nearest import NearestConnection, nearest_page
from api.plan.shapes import row_type_of
from api.relay import After, Before, Edge, First, Last, PageArguments
from api.stations.types import Station
from domain.errors import InvalidInput
from domain.geo import Circle, Position
from domain.nearby import walking
from domain.nearby.places import PlaceKind, places_near
from domain.reasons import Reason

enumeration(
    PlaceKind,
    "What a place has for elders.",
    name="NearbyPlaceKind",
    NURSING_HOME="养老机构 a nursing home.",
    STREET_CENTRE="街道居家养老服务中心 a street's centre for care at home.",
    COMMUNITY_STATION="社区养老驿站 a community's elder station.",
    DAY_CARE="日间照料 a place of care of any kind that has beds for the day.",
    CANTEEN="老年食堂 a canteen.",
)


@input_object
class PointInput:
    """A point on the map, in degrees of GCJ-02."""

    longitude: float
    """Degrees east."""
    latitude: float
    """Degrees north."""


@output
class NearbyPlace:
    """A place that serves elders, and how far it is to walk. One of `station` and `canteen` is
    there."""

    kinds: list[PlaceKind]
    """What it has."""
    station: Station | None
    """The place of care; null for a canteen."""
    canteen: Canteen | None
    """The canteen; null for a place of care."""
    distance_m: int
    """Metres, as the crow flies."""
    walk_minutes: int
    """How long an elder walks there, begun minutes counted: reckoned from the distance, with 1,000
    metres in fifteen minutes on ways that are 1.3 times as long."""


@output
class NearbyPlaceConnection(NearestConnection[NearbyPlace]):
    """Places that can be walked to, the nearest first."""


def _circle(point: PointInput, minutes: int) -> Circle:
    """Raises: InvalidInput(within_minutes, longitude or latitude)."""
    most = walking.MOST_MINUTES
    if not 1 <= minutes <= most:
        raise InvalidInput("within_minutes", reason=Reason.RANGE, least=1, most=most)
    return Circle.of(Position(point.longitude, point.latitude), walking.radius_m(minutes))


async def _shown(info: Info, rows: Sequence[Any]) -> list[NearbyPlace]:
    """The places of some rows; one statement for each of the two tables."""
    loaders = info.context.loaders
    kitchens = [row.id for row in rows if row.kind == PlaceKind.CANTEEN]
    houses = [row.id for row in rows if row.kind != PlaceKind.CANTEEN]
    canteens = await loaders.by_key(row_type_of(Canteen)).load_many(kitchens)
    stations = await loaders.by_key(row_type_of(Station)).load_many(houses)
    canteen_of = dict(zip(kitchens, canteens, strict=True))
    station_of = dict(zip(houses, stations, strict=True))
    return [
        NearbyPlace(
            kinds=[PlaceKind(row.kind), *([PlaceKind.DAY_CARE] if row.by_day else [])],
            station=station_of.get(row.id),
            canteen=canteen_of.get(row.id),
            distance_m=round(row.metres),
            walk_minutes=walking.minutes_for(row.metres),
        )
        for row in rows
    ]


@strawberry.type
class NearbyQueries:
    """Root fields on what lies around a point."""

    @strawberry.field(
        description="All places that serve elders and can be walked to from a point (一刻钟生活圈),"
        " the nearest first: an elder is reckoned to walk 1,000 metres in fifteen minutes, on ways "
        "1.3 times as long as the line."
    )
    async def nearby(
        self,
        info: Info,
        point: Annotated[PointInput, strawberry.argument(description="From where.")],
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        kinds: Annotated[
            list[PlaceKind] | None, strawberry.argument(description="Which; all if null.")
        ] = None,
        within_minutes: Annotated[
            int, strawberry.argument(description="How long the walk may be, 1 to 60.")
        ] = walking.WALK_MINUTES,
        open_at: Annotated[
            datetime | None,
            strawberry.argument(
                description="Only places that are known to be open at this moment; a canteen's "
                "hours nobody knows."
            ),
        ] = None,
    ) -> NearbyPlaceConnection:
        """Three statements: the page's places in the list, and the rows of both tables."""
        page = PageArguments(first, after, last, before)
        context = info.context
        wanted = set(PlaceKind) if kinds is None else set(kinds)
        circle = _circle(point, within_minutes)
        found = places_near(context.actor, circle, wanted, context.today, open_at)
        there = await nearest_page(context, found, page)
        nodes = await _shown(info, there.rows)
        edges = [
            Edge[NearbyPlace](cursor=cursor, node=one)
            for cursor, one in zip(there.cursors, nodes, strict=True)
        ]
        return NearbyPlaceConnection(edges=edges, nodes=nodes, page_info=there.info).of(found)  # pyright: ignore[reportCallIssue] # the total is counted when asked for
