"""How many beds there are and were, and which are free near a point."""

from datetime import date
from typing import Annotated

import strawberry

from api.beds.queries import BedFilter
from api.beds.types import Bed
from api.context import Info
from api.describe import output
from api.geo import NearInput
from api.nearest import NearestConnection, nearest_page
from api.plan.shapes import row_type_of
from api.prices import FIGURE, priced
from api.relay import (
    After,
    Before,
    Edge,
    First,
    Last,
    PageArguments,
)
from domain.beds import figures as counting
from domain.beds.models import BedKind


@output
class BedCount:
    """Beds of one kind. Each figure is the length of a list: `beds(filter: {kind: …, openOn: …})`
    with the same day and region, and `occupiedOn` beside for those that are occupied."""

    beds: int
    """How many there are."""
    occupied: int
    """In how many of them somebody lives; who is on leave counts."""
    occupancy: float | None
    """The part that is occupied, 0 to 1; null where there are none."""


@output
class BedFigures:
    """Beds on a day, home beds and beds for the day apart."""

    as_of: date
    """The day."""
    institution: BedCount
    """机构床位."""
    home: BedCount
    """家庭养老床位."""
    day: BedCount
    """日间照料床位."""
    nursing: int
    """How many of the beds in institutions are nursing beds; `beds(filter: {kind: INSTITUTION,
    nursing: true, openOn: …})` opens them."""
    nursing_ratio: float | None
    """护理型床位占比: their part of the beds in institutions, 0 to 1; null where there are none."""
    nursing_target: float
    """What part is wanted."""


@output
class NearbyBed:
    """A free bed, and how far away it is."""

    bed: Bed
    """The bed."""
    distance_m: int
    """Metres to its place of care, as the crow flies."""


@output
class NearbyBedConnection(NearestConnection[NearbyBed]):
    """Free beds near a point, the nearest first."""


@strawberry.type
class BedFigureQueries:
    """Root fields that count and find beds."""

    @strawberry.field(
        description="How many beds there are on a day, how many are occupied, and what part of "
        "those in institutions is for nursing. Figures of an earlier day stay as they were, but "
        "for what is entered late; they are for officials, auditors, desks and stations of all of "
        "the region, and administrators.",
        metadata=priced(FIGURE),
    )
    async def bed_figures(
        self,
        info: Info,
        region: Annotated[
            str | None,
            strawberry.argument(
                description="Only of places of care in the subtree of the division with this code; "
                "all if null."
            ),
        ] = None,
        as_of: Annotated[
            date | None,
            strawberry.argument(description="The day, no later than today; today if null."),
        ] = None,
    ) -> BedFigures:
        """Counted in one statement."""
        context = info.context
        day = as_of or context.today
        asked = counting.statement(context.actor, region, day)
        async with context.database.figures:
            (row,) = await context.database.fetch(asked)
        found = counting.figures(row)
        in_homes = found.of[BedKind.INSTITUTION]
        return BedFigures(
            as_of=day,
            institution=_count(in_homes),
            home=_count(found.of[BedKind.HOME]),
            day=_count(found.of[BedKind.DAY]),
            nursing=found.nursing,
            nursing_ratio=_part(found.nursing, in_homes.beds),
            nursing_target=counting.NURSING_TARGET,
        )

    @strawberry.field(
        description="Beds near a point that nobody has today, the nearest first: those that a "
        "place of care answers for whose `position` lies in the circle."
    )
    async def beds_near(
        self,
        info: Info,
        near: Annotated[NearInput, strawberry.argument(description="Where.")],
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[
            BedFilter | None, strawberry.argument(description="Which beds; all if null.")
        ] = None,
    ) -> NearbyBedConnection:
        """Two statements: the page's places in the list, and the beds' rows."""
        page = PageArguments(first, after, last, before)
        context = info.context
        conditions = filter.conditions(context.actor) if filter else []
        found = counting.free_near(context.actor, near.circle(), conditions)
        near_here = await nearest_page(context, found, page)
        keys = [row.id for row in near_here.rows]
        beds = await context.loaders.by_key(row_type_of(Bed)).load_many(keys)
        nodes = [
            NearbyBed(bed=bed, distance_m=round(row.metres))
            for bed, row in zip(beds, near_here.rows, strict=True)
        ]
        edges = [
            Edge[NearbyBed](cursor=cursor, node=one)
            for cursor, one in zip(near_here.cursors, nodes, strict=True)
        ]
        return NearbyBedConnection(edges=edges, nodes=nodes, page_info=near_here.info).of(found)  # pyright: ignore[reportCallIssue] # the total is counted when asked for


def _count(count: counting.Count) -> BedCount:
    return BedCount(
        beds=count.beds, occupied=count.occupied, occupancy=_part(count.occupied, count.beds)
    )


def _part(some: int, all_of_them: int) -> float | None:
    return some / all_of_them if all_of_them else None
