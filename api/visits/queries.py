"""Visits by id and as lists."""

from datetime import datetime

import strawberry

from api.geo import NearInput
from api.plan.criteria import (
    by_number,
    equal,
    equal_id,
    has_all,
    holds,
    in_circle,
    of_oneself,
    one_of,
    since,
    under,
    until,
)
from api.plan.declare import ascending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from api.visits.types import VisitTask
from domain.visits import lists, models
from domain.visits.lifecycle import Allocation, VisitState
from domain.volunteers.fitness import fitting
from domain.volunteers.lifecycle import VolunteerSkill


@filter_input
class VisitTaskFilter(Filter):
    """Which visits."""

    state: list[VisitState] | None = one_of(models.VisitTask.state)
    """Only those in one of these states; one alone needs no brackets."""
    region: str | None = under(models.VisitTask.region_code)
    """Only those in the subtree of the division with this code."""
    kind: list[models.VisitKind] | None = one_of(models.VisitTask.kind)
    """Only those of one of these kinds; one alone needs no brackets."""
    scheduled_from: datetime | None = since(models.VisitTask.scheduled_from)
    """Only those that are to begin then or later."""
    scheduled_to: datetime | None = until(models.VisitTask.scheduled_from)
    """Only those that are to begin before."""
    mine: bool | None = of_oneself(models.VisitTask.claimed_by)
    """Only those that you have claimed; if false, only those that you haven't."""
    overdue: bool | None = holds(lambda _: lists.overdue())
    """Only those whose time is over and that nobody has ended; if false, only the others."""
    unverified_for: int | None = by_number(lists.unverified_for)
    """Only those that are DONE, and have been waiting for so many days to be verified."""
    entered_late: bool | None = equal(models.VisitTask.entered_late)
    """Only those with a beginning or an end by the phone's own clock, told here late; if false,
    only the others."""
    far: bool | None = holds(lambda _: lists.far())
    """Only those with `checkInFar`; if false, only the others."""
    vague: bool | None = holds(lambda _: lists.vague())
    """Only those with `checkInVague`; if false, only the others."""
    allocation: list[Allocation] | None = one_of(models.VisitTask.allocation)
    """Only those that are got in one of these ways; one alone needs no brackets."""
    visit_window: strawberry.ID | None = equal_id(models.VisitTask.window_id, "visit_window")
    """Only those of this window."""
    skills: list[VolunteerSkill] | None = has_all(models.VisitTask.skills)
    """Only those that ask for all of these."""
    fits_me: bool | None = holds(fitting)
    """Only open ones that you may make, at a time when you say to have time and have claimed
    nothing else; if false, only the others. For who is no volunteer, nothing fits."""
    near: NearInput | None = in_circle(models.VisitTask.longitude, models.VisitTask.latitude)
    """Only those whose `position` lies in this circle."""


@strawberry.type
class VisitQueries:
    """Root fields on visits."""

    visit_task: VisitTask | None = by_id(
        models.VisitTask, description="A visit by id; null if there is none to be seen."
    )
    visit_tasks: Connection[VisitTask] = listing(
        models.VisitTask,
        order=ascending(models.VisitTask.scheduled_from, models.VisitTask.id),
        filter=VisitTaskFilter,
        description="The visits that you may see, in the order in which they are to begin.",
    )
