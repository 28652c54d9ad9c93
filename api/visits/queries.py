"""Volunteers and visits by id and as lists."""

import strawberry

from api.geo import NearInput
from api.plan.criteria import contains, in_circle, one_of, under
from api.plan.declare import ascending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from api.visits.types import VisitTask, Volunteer
from domain.visits import models
from domain.visits.lifecycle import VisitState


@filter_input
class VolunteerFilter(Filter):
    """Which volunteers."""

    region: str | None = under(models.Volunteer.region_code)
    """Only those who live in the subtree of the division with this code."""
    name_contains: str | None = contains(models.Volunteer.name)
    """Only those whose name contains this text."""


@filter_input
class VisitTaskFilter(Filter):
    """Which visits."""

    state: list[VisitState] | None = one_of(models.VisitTask.state)
    """Only those in one of these states; one alone needs no brackets."""
    region: str | None = under(models.VisitTask.region_code)
    """Only those in the subtree of the division with this code."""
    near: NearInput | None = in_circle(models.VisitTask.longitude, models.VisitTask.latitude)
    """Only those whose `position` lies in this circle."""


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
