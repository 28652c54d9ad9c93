"""Visits that key elders are due, and how many of a month have been made."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

import strawberry
from sqlalchemy import Boolean, Date, DateTime, or_

from api.accounts.types import Account
from api.context import Info
from api.describe import enumeration, input_object, output
from api.elders.types import Elder
from api.figure_arguments import AsKnown, OfRegion
from api.mutations import MutationInput, MutationPayload, mutation, mutation_input, mutation_payload
from api.plan.criteria import Criterion, under
from api.plan.declare import ascending, node, one
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.prices import FIGURE, priced
from api.regions.types import Region
from api.relay import Connection, Node
from domain.access import Permission
from domain.visits import obligation_models as models
from domain.visits.coverage import Covered, due, figures, visited
from domain.visits.obligation_visibility import visit_obligation_visible
from domain.visits.obligations import waive

enumeration(
    models.WaiverReason,
    "Why a visit is due no longer.",
    name="VisitObligationWaiver",
    DIED="去世 the elder has died.",
    MOVED_AWAY="迁出 the elder lives elsewhere now.",
    MISTAKE="误列 the elder was no key elder.",
)


@node(models.VisitObligation, visible=visit_obligation_visible)
class VisitObligation(Node):
    """The one visit, at home, by phone or by video, that a key elder is due in a month. Whether it
    was made, the elder's visits of the month say."""

    elder: Elder | None = one(models.VisitObligation.elder_id)
    """Who is to be visited; null where you may not see them any more."""
    month: date
    """The first day of the month."""
    region: Region = one(models.VisitObligation.region_code)
    """Where they lived when it became due; it stays this region's though they move."""
    due_since: date
    """From which day on they were known to be a key elder in that month."""
    recorded_at: datetime
    """When that was entered."""
    waiver: models.WaiverReason | None
    """Why it is due no longer; null where it is."""
    waived_at: datetime | None
    """When somebody said so."""
    waived_by: Account | None = one(models.VisitObligation.waived_by)
    """Who did; null where you may not see the account."""


@input_object
class VisitMonthInput:
    """A month, as known at the end of a day."""

    month: date
    """Any day of the month."""
    as_of: date | None = None
    """At the end of which day, by the district's clock: what was recorded later does not count, so
    the answer stays. Today if null; no day to come."""
    visited: bool | None = None
    """Only those whose elder was visited in the month, or, if false, only those whose elder was
    not. All that were due if null."""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "VisitMonthInput":
        """The input as graphql-core has coerced it."""
        return cls(month=given["month"], as_of=given.get("asOf"), visited=given.get("visited"))

    def bounds(self) -> tuple[Any, ...]:
        """For the SQL. Raises: InvalidInput for a day to come."""
        return (*Covered.of(self.month, self.as_of).bounds(), self.visited)


_MOMENT = DateTime(timezone=True)


def _in_month() -> Any:
    """Visits that were due in a month, as known then; perhaps only those that were made."""

    def condition(_: Any, bounds: Any) -> Any:
        covered, wanted = Covered(*bounds[:-1]), bounds[-1]
        return due(covered) & or_(wanted.is_(None), wanted == visited(covered))

    return Criterion(
        (Date(), _MOMENT, _MOMENT, _MOMENT, Boolean()),
        lambda value: value.bounds(),
        {None: condition},
        VisitMonthInput.of,
    )


@filter_input
class VisitObligationFilter(Filter):
    """Which visits that are due."""

    region: str | None = under(models.VisitObligation.region_code)
    """Only those of the subtree of the division with this code."""
    month: VisitMonthInput | None = _in_month()
    """Only those that `visitCoverage` counts for this month."""


@output
class VisitCoverage:
    """How many key elders were visited in a month. Each figure is the length of a list:
    `visitObligations(filter: {region: …, month: {month: …, asOf: …, visited: …}})`."""

    month: date
    """The first day of the month."""
    as_of: date | None
    """At the end of which day it was known so; null for now."""
    due: int
    """Key elders who were due a visit."""
    visited: int
    """Those of them who had one (`visited: true`), each once, however often somebody came."""
    missing: int
    """Those who had none (`visited: false`)."""
    share: float | None
    """The part that was visited, 0 to 1; null where none was due."""


@strawberry.type
class VisitObligationQueries:
    """Root fields on visits that are due."""

    visit_obligation: VisitObligation | None = by_id(
        models.VisitObligation,
        description="A visit that is due, by id; null if there is none to be seen.",
    )
    visit_obligations: Connection[VisitObligation] = listing(
        models.VisitObligation,
        order=ascending(models.VisitObligation.id),
        filter=VisitObligationFilter,
        description="The visits due that you may see, taken back ones included, the oldest first.",
    )

    @strawberry.field(
        description="How many of the key elders of a region whom you see to were visited in a "
        "month, and how many are missing.",
        metadata=priced(FIGURE),
    )
    async def visit_coverage(
        self,
        info: Info,
        month: Annotated[date, strawberry.argument(description="Any day of the month.")],
        region: OfRegion = None,
        as_of: AsKnown = None,
    ) -> VisitCoverage:
        """Counted in one statement."""
        context, covered = info.context, Covered.of(month, as_of)
        async with context.database.figures:
            statement = figures(context.actor, covered, region)
            ((wanted, made),) = await context.database.fetch(statement)
        return VisitCoverage(
            month=covered.month,
            as_of=as_of,
            due=wanted,
            visited=made,
            missing=wanted - made,
            share=made / wanted if wanted else None,
        )


@mutation_input
class VisitObligationWaiveInput(MutationInput):
    """Which visit is due no longer, and why."""

    id: strawberry.ID
    """The visit that is due."""
    reason: models.WaiverReason
    """Why."""


@mutation_payload
class VisitObligationWaivePayload(MutationPayload):
    """What is due no longer."""

    visit_obligation: VisitObligation | None
    """It, with the reason; null if there is none to be seen."""


@strawberry.type
class VisitObligationMutations:
    """Root fields that change which visits are due."""

    # Due -> waived.
    visit_obligation_waive = mutation(
        VisitObligationWaivePayload,
        "Say that a visit is due no longer: it leaves the month's coverage from today on, and what "
        "was said of earlier days stays.",
        node=VisitObligation,
        asks=Permission.VISIT_OBLIGATION_WAIVE,
        given=VisitObligationWaiveInput,
        which="Which, and why.",
        verb=lambda change, given: waive(change.session, change.actor, change.key, given.reason),
    )
