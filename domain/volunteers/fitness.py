"""Who may make a visit: cleared, not suspended, and able to do what it asks for.

Where a volunteer may visit is a matter of which visits they see (``visits.visibility``). When they
have time is a hint for them and for whoever allots visits, and never keeps anybody from claiming.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.access import Actor, Permission
from domain.accounts.models import Account
from domain.calendar import now, today
from domain.errors import NotCleared, SkillsMissing, VolunteerSuspended
from domain.tables import district_today
from domain.visits.lifecycle import TIME_FREED_STATES, VisitState
from domain.visits.models import VisitTask, Volunteer
from domain.volunteers.availability import available


def cleared() -> ColumnElement[bool]:
    """Volunteers whose background was checked, and not too long ago."""
    return func.coalesce(col(Volunteer.cleared_until) >= district_today(), false())


def suspended() -> ColumnElement[bool]:
    """Volunteers who are not to visit anybody now."""
    until = col(Volunteer.suspended_until)
    endless_or_going_on = or_(until.is_(None), until > func.now())
    return and_(col(Volunteer.suspended_at).is_not(None), endless_or_going_on)


def visits_in(code: Any) -> ColumnElement[bool]:
    """Volunteers whose account's region holds a division, so that they may claim there.

    Parameters:
        code: SQL of the division's.
    """
    place = col(Account.region_code)
    return (
        exists()
        .where(col(Account.id) == col(Volunteer.id), func.starts_with(code, place))
        .correlate(Volunteer)
    )


def as_told(actor: Actor, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition on what only some read of a volunteer; nobody else finds anybody by it."""
    return condition if actor.may(Permission.VOLUNTEER_STANDING_READ) else false()


def is_cleared(volunteer: Volunteer) -> bool:
    """The same of one row."""
    return volunteer.cleared_until is not None and volunteer.cleared_until >= today()


def is_suspended(volunteer: Volunteer) -> bool:
    """The same of one row."""
    until = volunteer.suspended_until
    return volunteer.suspended_at is not None and (until is None or until > now())


def refuse_unfit(volunteer: Volunteer, visit: VisitTask, field: str = "id") -> None:
    """Whoever visits an elder is cleared, not suspended, and able to.

    Parameters:
        field: of the input, which names the visit.
    Raises: VolunteerSuspended, NotCleared, SkillsMissing(skills that are missing).
    """
    if is_suspended(volunteer):
        raise VolunteerSuspended(field)
    if not is_cleared(volunteer):
        raise NotCleared(field)
    if missing := sorted(set(visit.skills) - set(volunteer.skills)):
        raise SkillsMissing(field, skills=", ".join(missing))


def refuse_uncleared(volunteer: Volunteer) -> None:
    """Raises: NotCleared."""
    if not is_cleared(volunteer):
        raise NotCleared("id")


def able() -> ColumnElement[bool]:
    """Volunteers who may make a visit, of those who see it."""
    skills: Any = col(VisitTask.skills)
    return and_(cleared(), not_(suspended()), skills.op("<@")(col(Volunteer.skills)))


def fitting(actor: Actor) -> ColumnElement[bool]:
    """Open visits that the actor may make, at a time when they say to have time and have claimed
    nothing else; those that are allotted later among them."""
    begins, ends = col(VisitTask.scheduled_from), col(VisitTask.scheduled_to)
    suits = exists().where(col(Volunteer.id) == actor.id, able(), available(begins, ends))
    other = aliased(VisitTask)
    busy = exists().where(
        col(other.claimed_by) == actor.id,
        col(other.state).not_in(TIME_FREED_STATES),
        col(other.scheduled_from) < ends,
        col(other.scheduled_to) > begins,
    )
    return and_(
        col(VisitTask.state) == VisitState.OPEN,
        ends > func.now(),
        suits.correlate(VisitTask),
        not_(busy.correlate(VisitTask)),
    )
