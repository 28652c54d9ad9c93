"""Which elders belong to which place of care: one transaction, one verb, one payload."""

from datetime import date

import strawberry

from api.accounts.types import Account
from api.elders.types import Elder
from api.mutations import (
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.plan.criteria import equal_id
from api.plan.dated_criteria import holds_on_day, the_day
from api.plan.declare import descending, node, one
from api.plan.filters import Filter, filter_input
from api.plan.roots import listing
from api.relay import Connection, Node, key_of
from api.stations.types import Station
from domain.access import Permission
from domain.periods import holding
from domain.stations import belonging
from domain.stations.area_models import StationAssignment as Row
from domain.stations.area_visibility import station_assignment_visible


@node(Row, visible=station_assignment_visible)
class StationAssignment(Node):
    """An elder who belongs to a place of care, for a time; to one a day at most."""

    station: Station = one(Row.station_id)
    """Where they belong."""
    elder: Elder | None = one(Row.elder_id)
    """Who; null where you may not see them."""
    since: date
    """The first day."""
    until: date | None
    """The first day no more; null where no end is set. The same as `since` for one that was ended
    before it began."""
    set_by: Account | None = one(Row.set_by)
    """Who said so; null where it came with an import, and where you may not see them."""
    ended_by: Account | None = one(Row.ended_by)
    """Who set the end; null where nobody has, and where you may not see them."""


@filter_input
class StationAssignmentFilter(Filter):
    """Which assignments."""

    station: strawberry.ID | None = equal_id(Row.station_id, "station")
    """Only those to this place of care."""
    elder: strawberry.ID | None = equal_id(Row.elder_id, "elder")
    """Only this elder's."""
    current: bool | None = holds_on_day(lambda _, day: holding(Row, day))
    """Only those that hold on the day `asOf`; or, if false, only the others."""
    as_of: date | None = the_day()
    """The day; today, by the district's clock, if null."""


@mutation_input
class StationAssignmentSetInput(MutationInput):
    """Who belongs where, and from when on."""

    elder_id: strawberry.ID
    """The elder."""
    station_id: strawberry.ID
    """The place of care."""
    since: date | None = None
    """The first day, 31 days back to a year ahead; today if null. Where they belong to another on
    that day, they do so until then."""


@mutation_input
class StationAssignmentEndInput(MutationInput):
    """Who belongs to a place of care no more."""

    id: strawberry.ID
    """The assignment."""
    until: date | None = None
    """The first day no more, 31 days back to a year ahead; today if null."""


@mutation_payload
class StationAssignmentPayload(MutationPayload):
    """What mutations of an assignment answer."""

    station_assignment: StationAssignment | None
    """The assignment after the change; null if there is none to be seen."""


@mutation_payload
class StationAssignmentSetPayload(StationAssignmentPayload):
    """The new assignment."""


@mutation_payload
class StationAssignmentEndPayload(StationAssignmentPayload):
    """The assignment with its end."""


@strawberry.type
class StationAssignmentQueries:
    """Root fields on who belongs where."""

    station_assignments: Connection[StationAssignment] = listing(
        Row,
        order=descending(Row.id),
        filter=StationAssignmentFilter,
        description="Which elders belong to which place of care, and did, newest first.",
    )


@strawberry.type
class StationAssignmentMutations:
    """Root fields that say who belongs where."""

    station_assignment_set = mutation(
        StationAssignmentSetPayload,
        "Let an elder belong to a place of care, and to no other any more; refused "
        "(ALREADY_EXISTS) where something is set for a later day.",
        node=StationAssignment,
        asks=Permission.STATION_ASSIGN,
        given=StationAssignmentSetInput,
        which="Who, where and from when on.",
        verb=lambda change, given: belonging.assign(
            change.session,
            change.actor,
            key_of(given.elder_id, "elder", "elder_id"),
            key_of(given.station_id, "station", "station_id"),
            given.since,
        ),
    )

    station_assignment_end = mutation(
        StationAssignmentEndPayload,
        "Let an elder belong to a place of care no more.",
        node=StationAssignment,
        asks=Permission.STATION_ASSIGN,
        given=StationAssignmentEndInput,
        which="Which, and from when on.",
        verb=lambda change, given: belonging.release(
            change.session, change.actor, change.key, given.until
        ),
    )
