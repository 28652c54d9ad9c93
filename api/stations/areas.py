"""For which communities places of care answer, which have nobody, and which have two."""

from datetime import date

import strawberry
from sqlalchemy import and_

from api.mutations import (
    Change,
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.plan.criteria import under
from api.plan.dated_criteria import on_day, the_day
from api.plan.declare import ascending
from api.plan.filters import Filter, filter_input
from api.plan.roots import listing
from api.regions.types import Region
from api.relay import Connection, key_of
from api.stations.types import StationArea
from domain.access import Permission
from domain.regions.models import Region as RegionRow
from domain.stations import areas, belonging
from domain.stations.area_models import StationArea as StationAreaRow


@filter_input
class StationGapFilter(Filter):
    """Where, and on which day."""

    region: str | None = on_day(
        under(RegionRow.code), lambda _, here, day: and_(here, areas.without_station(day))
    )
    """In the subtree of the division with this code."""
    as_of: date | None = the_day()
    """The day; today, by the district's clock, if null."""


@filter_input
class StationOverlapFilter(Filter):
    """Where, and on which day."""

    region: str | None = on_day(
        under(RegionRow.code), lambda _, here, day: and_(here, areas.with_several(day))
    )
    """In the subtree of the division with this code."""
    as_of: date | None = the_day()
    """The day; today, by the district's clock, if null."""


@mutation_input
class StationAreaAddInput(MutationInput):
    """Who answers for which community."""

    station_id: strawberry.ID
    """The place of care."""
    region_code: str
    """The community or village: a code of twelve digits."""
    since: date | None = None
    """The first day, 31 days back to a year ahead; today if null."""


@mutation_input
class StationAreaEndInput(MutationInput):
    """Who answers for a community no more."""

    id: strawberry.ID
    """The area."""
    until: date | None = None
    """The first day no more, 31 days back to a year ahead; today if null."""


@mutation_input
class StationAreaAssignInput(MutationInput):
    """Whose community's elders are to belong to it."""

    id: strawberry.ID
    """The area, one of today."""


@mutation_payload
class StationAreaPayload(MutationPayload):
    """What mutations of an area answer."""

    station_area: StationArea | None
    """The area after the change; null if there is none to be seen."""


@mutation_payload
class StationAreaAddPayload(StationAreaPayload):
    """The new area."""


@mutation_payload
class StationAreaEndPayload(StationAreaPayload):
    """The area with its end."""


@mutation_payload
class StationAreaAssignPayload(StationAreaPayload):
    """The area, everybody in which belongs somewhere now."""


async def _assigned(change: Change) -> StationAreaRow:
    """Everybody in a community belongs somewhere; each has it in the trail."""
    area, added = await belonging.fill(change.session, change.actor, change.key)
    change.elders.update(added)
    return area


@strawberry.type
class StationAreaQueries:
    """Root fields on communities and who answers for them."""

    station_gaps: Connection[Region] = listing(
        RegionRow,
        order=ascending(RegionRow.code),
        filter=StationGapFilter,
        needs="region",
        description="The communities that no place of care answers for on a day.",
    )
    station_overlaps: Connection[Region] = listing(
        RegionRow,
        order=ascending(RegionRow.code),
        filter=StationOverlapFilter,
        needs="region",
        description="The communities that more than one place of care answers for on a day; "
        "`stationAreas(asOf)` says which.",
    )


@strawberry.type
class StationAreaMutations:
    """Root fields that say who answers for which community."""

    station_area_add = mutation(
        StationAreaAddPayload,
        "Let a place of care answer for a community; another may do so beside it.",
        node=StationArea,
        asks=Permission.STATION_AREA_KEEP,
        given=StationAreaAddInput,
        which="Who, for which.",
        verb=lambda change, given: areas.add_area(
            change.session,
            change.actor,
            key_of(given.station_id, "station", "station_id"),
            given.region_code,
            given.since,
        ),
    )

    station_area_end = mutation(
        StationAreaEndPayload,
        "Let a place of care answer for a community no more; the elders who belong to it go on "
        "doing so.",
        node=StationArea,
        asks=Permission.STATION_AREA_KEEP,
        given=StationAreaEndInput,
        which="Which, and from when on.",
        verb=lambda change, given: areas.end_area(
            change.session, change.actor, change.key, given.until
        ),
    )

    station_area_assign = mutation(
        StationAreaAssignPayload,
        "Let every elder of a community who belongs to no place of care, and will to none, belong "
        "to the one that answers for it, from today on. Done once more it adds nobody.",
        node=StationArea,
        asks=Permission.STATION_ASSIGN,
        given=StationAreaAssignInput,
        which="Of which area.",
        verb=lambda change, _: _assigned(change),
    )
