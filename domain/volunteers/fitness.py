"""Who may make a visit: cleared, not suspended, and able to do what it asks for.

Where a volunteer may visit is a matter of which visits they see (``visits.visibility``); whoever
allots visits looks at their role for it. When they have time is a hint, and never keeps anybody
from claiming.
"""

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.access import Actor, Permission, Role
from domain.accounts.models import Account
from domain.accounts.periods import is_in_force
from domain.accounts.persons import one_person
from domain.calendar import district_day, now, sql_day, today
from domain.errors import (
    ClearanceEnds,
    InvalidInput,
    NotCleared,
    SkillsMissing,
    VolunteerSuspended,
)
from domain.family.lifecycle import LinkState
from domain.family.models import FamilyLink
from domain.periods import lasting
from domain.reasons import Reason
from domain.tables import district_today
from domain.visits.lifecycle import TIME_FREED_STATES, VisitState
from domain.visits.models import VisitTask, Volunteer
from domain.volunteers.availability import available


def cleared(day: Any = None) -> ColumnElement[bool]:
    """Volunteers whose background was checked, and not too long ago.

    Parameters:
        day: on which they are to be cleared, SQL as well; today if None.
    """
    wanted = district_today() if day is None else day
    return func.coalesce(col(Volunteer.cleared_until) >= wanted, false())


def suspended() -> ColumnElement[bool]:
    """Volunteers who are not to visit anybody now."""
    going_on = lasting(col(Volunteer.suspended_until), func.now())
    return and_(col(Volunteer.suspended_at).is_not(None), going_on)


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


def is_cleared(volunteer: Volunteer, day: date | None = None) -> bool:
    """The same of one row.

    Parameters:
        day: when; today if None.
    """
    wanted = today() if day is None else day
    return volunteer.cleared_until is not None and volunteer.cleared_until >= wanted


def is_suspended(volunteer: Volunteer, moment: datetime | None = None) -> bool:
    """The same of one row.

    Parameters:
        moment: when; now if None.
    """
    at, since, until = moment or now(), volunteer.suspended_at, volunteer.suspended_until
    return since is not None and since <= at and (until is None or until > at)


async def refuse_unfit(
    session: AsyncSession, volunteer: Volunteer, visit: VisitTask, field: str = "id"
) -> None:
    """Whoever is to visit an elder is cleared, now and on the day of the visit, not suspended, able
    to, and somebody else than the elder and the family.

    Parameters:
        field: of the input, which names the visit.
    Raises: VolunteerSuspended, NotCleared, ClearanceEnds(until), SkillsMissing(skills that are
        missing), InvalidInput(field) for a visit to one's own, or after the end of the role.
    """
    if is_suspended(volunteer):
        raise VolunteerSuspended(field)
    if not is_cleared(volunteer):
        raise NotCleared(field)
    if not is_cleared(volunteer, district_day(visit.scheduled_from)):
        raise ClearanceEnds(field, until=str(volunteer.cleared_until))
    if missing := sorted(set(visit.skills) - set(volunteer.skills)):
        raise SkillsMissing(field, skills=", ".join(missing))
    both = select(ones_own(), remains()).select_from(Volunteer)
    both = both.join(VisitTask, col(VisitTask.id) == visit.id)
    own, stays = (await session.execute(both.where(col(Volunteer.id) == volunteer.id))).one()
    if own:
        raise InvalidInput(field, reason=Reason.OF_ONES_OWN)
    if not stays:
        raise InvalidInput(field, reason=Reason.ROLE_ENDS)


def refuse_at_door(volunteer: Volunteer, moment: datetime) -> None:
    """Whoever stands at a door is cleared then, and not suspended.

    Parameters:
        moment: when they stood there, now or earlier.
    Raises: VolunteerSuspended, NotCleared.
    """
    if is_suspended(volunteer, moment):
        raise VolunteerSuspended("id")
    if not is_cleared(volunteer, district_day(moment)):
        raise NotCleared("id")


def ones_own() -> ColumnElement[bool]:
    """Visits of volunteers to themselves or to their family, whatever role they are that in: these
    are no help that anybody else would be credited for."""
    elder_id, theirs = col(VisitTask.elder_id), one_person(col(Volunteer.id)).correlate(Volunteer)
    oneself = exists().where(col(Account.elder_id) == elder_id, col(Account.id).in_(theirs))
    family = exists().where(
        col(FamilyLink.elder_id) == elder_id,
        col(FamilyLink.state) == LinkState.ACTIVE,
        col(FamilyLink.account_id).in_(theirs),
    )
    both = (Volunteer, VisitTask)
    return or_(oneself.correlate(*both), family.correlate(*both))


def remains() -> ColumnElement[bool]:
    """Volunteers whose role has not ended, and does not end before a visit begins."""
    over, begins = col(Account.until), cast(Any, col(VisitTask.scheduled_from))
    # By the clock: it may have ended since the transaction that asks has begun.
    lasts = or_(over.is_(None), over > func.greatest(begins, func.clock_timestamp()))
    return (
        exists().where(col(Account.id) == col(Volunteer.id), lasts).correlate(Volunteer, VisitTask)
    )


def able() -> ColumnElement[bool]:
    """Volunteers who may make a visit, of those who see it."""
    skills: Any = col(VisitTask.skills)
    return and_(
        cleared(),
        cleared(sql_day(col(VisitTask.scheduled_from))),
        not_(suspended()),
        not_(ones_own()),
        remains(),
        skills.op("<@")(col(Volunteer.skills)),
    )


def in_office() -> ColumnElement[bool]:
    """Volunteers who are it when a visit begins, where it is: whose role ends before makes no
    visit afterwards."""
    place, begins = col(Account.region_code), cast(Any, col(VisitTask.scheduled_from))
    return (
        exists()
        .where(
            col(Account.id) == col(Volunteer.id),
            col(Account.role) == Role.VOLUNTEER,
            is_in_force(begins),
            func.starts_with(col(VisitTask.region_code), place),
        )
        .correlate(Volunteer, VisitTask)
    )


def fitting(actor: Actor) -> ColumnElement[bool]:
    """Open visits that the actor may make, at a time when they say to have time and have claimed
    nothing else; those that are allotted later among them."""
    begins, ends = col(VisitTask.scheduled_from), col(VisitTask.scheduled_to)
    suits = exists().where(col(Volunteer.id) == actor.id, able(), available(begins, ends))
    other = aliased(VisitTask)
    busy = exists().where(
        col(other.claimed_by).in_(one_person(actor.id)),
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
