"""Volunteers and visits by id and as lists."""

import strawberry
from sqlalchemy import ColumnElement
from sqlmodel import col

from api.describe import input_object
from api.geo import NearInput
from api.plan.declare import ascending
from api.plan.roots import by_id, listing
from api.relay import Connection
from api.visits.types import VisitTask, Volunteer
from domain.access import Actor
from domain.tables import within
from domain.visits import models
from domain.visits.lifecycle import VisitState


@input_object
class VolunteerFilter:
    """Which volunteers."""

    region: str | None = None
    """Only those who live in the subtree of the division with this code."""
    name_contains: str | None = None
    """Only those whose name contains this text."""

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """The predicates of the fields that are given."""
        del actor
        conditions: list[ColumnElement[bool]] = []
        if self.region is not None:
            conditions.append(within(col(models.Volunteer.region_code), self.region))
        if self.name_contains is not None:
            name = col(models.Volunteer.name)
            conditions.append(name.contains(self.name_contains, autoescape=True))
        return conditions


@input_object
class VisitTaskFilter:
    """Which visits."""

    state: list[VisitState] | None = None
    """Only those in one of these states; one alone needs no brackets."""
    region: str | None = None
    """Only those in the subtree of the division with this code."""
    near: NearInput | None = None
    """Only those whose `position` lies in this circle."""

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """The predicates of the fields that are given."""
        del actor
        conditions: list[ColumnElement[bool]] = []
        if self.state is not None:
            conditions.append(col(models.VisitTask.state).in_(set(self.state)))
        if self.region is not None:
            conditions.append(within(col(models.VisitTask.region_code), self.region))
        if self.near is not None:
            place = (col(models.VisitTask.longitude), col(models.VisitTask.latitude))
            conditions.append(self.near.condition(*place))
        return conditions


@strawberry.type
class VisitQueries:
    """Root fields on volunteers and visits."""

    volunteer: Volunteer | None = by_id(
        models.Volunteer, description="A volunteer by id; null if there is none to be seen."
    )
    volunteers: Connection[Volunteer] = listing(
        models.Volunteer,
        order=ascending(models.Volunteer.id),
        filter=VolunteerFilter,
        description="The volunteers whom you may see.",
    )
    visit_task: VisitTask | None = by_id(
        models.VisitTask, description="A visit by id; null if there is none to be seen."
    )
    visit_tasks: Connection[VisitTask] = listing(
        models.VisitTask,
        order=ascending(models.VisitTask.scheduled_from, models.VisitTask.id),
        filter=VisitTaskFilter,
        description="The visits that you may see, in the order in which they are to begin.",
    )
