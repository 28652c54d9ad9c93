"""Assistance cases as a list."""

import strawberry

from api.assistance.types import AssistanceCase
from api.plan.criteria import one_of, under
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.assistance import models
from domain.assistance.lifecycle import CaseState


@filter_input
class AssistanceCaseFilter(Filter):
    """Which cases."""

    state: list[CaseState] | None = one_of(models.AssistanceCase.state)
    """Only those in one of these states; one alone needs no brackets."""
    region: str | None = under(models.AssistanceCase.region_code)
    """Only those of the subtree of the division with this code."""
    kind: list[models.AssistanceKind] | None = one_of(models.AssistanceCase.kind)
    """Only those of one of these kinds; one alone needs no brackets."""


@strawberry.type
class AssistanceQueries:
    """Root fields on assistance cases."""

    assistance_case: AssistanceCase | None = by_id(
        models.AssistanceCase,
        description="An assistance case by id; null if there is none to be seen.",
    )
    assistance_cases: Connection[AssistanceCase] = listing(
        models.AssistanceCase,
        order=descending(models.AssistanceCase.id),
        filter=AssistanceCaseFilter,
        description="The assistance cases that you may see, newest first.",
    )
