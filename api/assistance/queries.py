"""Assistance cases as a list."""

import strawberry
from sqlalchemy import ColumnElement
from sqlmodel import col

from api.assistance.types import AssistanceCase
from api.describe import input_object
from api.plan.declare import descending
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.access import Actor
from domain.assistance import models
from domain.assistance.lifecycle import CaseState
from domain.tables import within


@input_object
class AssistanceCaseFilter:
    """Which cases."""

    state: list[CaseState] | None = None
    """Only those in one of these states; one alone needs no brackets."""
    region: str | None = None
    """Only those of the subtree of the division with this code."""
    kind: list[models.AssistanceKind] | None = None
    """Only those of one of these kinds; one alone needs no brackets."""

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """The predicates of the fields that are given."""
        del actor
        conditions: list[ColumnElement[bool]] = []
        if self.state is not None:
            conditions.append(col(models.AssistanceCase.state).in_(set(self.state)))
        if self.region is not None:
            conditions.append(within(col(models.AssistanceCase.region_code), self.region))
        if self.kind is not None:
            conditions.append(col(models.AssistanceCase.kind).in_(set(self.kind)))
        return conditions


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
