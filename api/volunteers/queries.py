"""Volunteers by id and as lists."""

from datetime import datetime

import strawberry
from sqlalchemy import DateTime, Text

from api.plan.criteria import contains, has_all, holds, one_of, sought_by, through, under
from api.plan.declare import ascending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from api.volunteers.types import Volunteer
from domain.visits import models
from domain.volunteers.availability import available_at
from domain.volunteers.fitness import as_told, cleared, suspended, visits_in
from domain.volunteers.lifecycle import CheckState, VolunteerSkill


@filter_input
class VolunteerFilter(Filter):
    """Which volunteers. Who does not read of a volunteer when they have time, where they may
    visit and how their check stands finds nobody by it."""

    region: str | None = under(models.Volunteer.region_code)
    """Only those who live in the subtree of the division with this code."""
    name_contains: str | None = contains(models.Volunteer.name)
    """Only those whose name contains this text."""
    visits_in: str | None = through(sought_by(Text(), str, visits_in), as_told)
    """Only those who may visit in the division with this code, as their account stands."""
    skills: list[VolunteerSkill] | None = has_all(models.Volunteer.skills)
    """Only those who can do all of these."""
    available_at: datetime | None = through(
        sought_by(DateTime(timezone=True), lambda moment: moment, available_at), as_told
    )
    """Only those who have time at this moment, as far as they have said; who has said nothing may
    have."""
    check: list[CheckState] | None = through(one_of(models.Volunteer.check_state), as_told)
    """Only those whose check is in one of these states; one alone needs no brackets."""
    cleared: bool | None = holds(lambda actor: as_told(actor, cleared()))
    """Only those who are cleared to visit today; if false, only the others."""
    suspended: bool | None = holds(lambda actor: as_told(actor, suspended()))
    """Only those who are suspended now; if false, only the others."""


@strawberry.type
class VolunteerQueries:
    """Root fields on volunteers."""

    volunteer: Volunteer | None = by_id(
        models.Volunteer, description="A volunteer by id; null if there is none to be seen."
    )
    volunteers: Connection[Volunteer] = listing(
        models.Volunteer,
        order=ascending(models.Volunteer.id),
        filter=VolunteerFilter,
        description="The volunteers whom you may see.",
    )
