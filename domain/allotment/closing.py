"""A window's time has come: its visits are allotted, and each application is told why."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ScalarSelect, Select, and_, any_, exists, func, not_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.accounts.models import Account
from domain.accounts.persons import one_person
from domain.allotment.deciding import Candidate, decide, lot, reasons
from domain.allotment.lifecycle import (
    APPLICATION_LIFECYCLE,
    WINDOW_LIFECYCLE,
    ApplicationAction,
    ApplicationState,
    WindowAction,
    WindowState,
)
from domain.allotment.models import VisitApplication, VisitWindow
from domain.visits.lifecycle import (
    TIME_FREED_STATES,
    VISIT_LIFECYCLE,
    Allocation,
    VisitAction,
    VisitState,
)
from domain.visits.models import VisitTask, Volunteer
from domain.visits.moving import tell_of_all, tell_of_allocation
from domain.volunteers.availability import available
from domain.volunteers.fitness import able, in_office
from domain.volunteers.places import locked_everywhere

BEFORE: Final = timedelta(days=30)
"""Of which days visits count that somebody has taken on."""

_COMMUNITY, _STREET = 12, 9


async def due(session: AsyncSession, moment: datetime, most: int) -> Sequence[UUID]:
    """Keys of windows whose time has come, the oldest first."""
    statement = (
        select(col(VisitWindow.id))
        .where(col(VisitWindow.state) == WindowState.OPEN, col(VisitWindow.closes_at) <= moment)
        .order_by(col(VisitWindow.closes_at), col(VisitWindow.id))
        .limit(most)
    )
    return (await session.scalars(statement)).all()


async def close(session: AsyncSession, window_id: UUID, moment: datetime) -> bool:
    """Allot the visits of a window whose time has come; done twice, it changes nothing.

    Returns: whether it was for us to do.
    """
    statement = select(VisitWindow).where(
        col(VisitWindow.id) == window_id,
        col(VisitWindow.state) == WindowState.OPEN,
        col(VisitWindow.closes_at) <= moment,
    )
    window = await session.scalar(statement.with_for_update(of=VisitWindow))
    if window is None:
        return False
    await _lock_applicants(session, window)
    visits = await still_to_be_given(session, window)
    # The worker may come late: nobody is given what has begun meanwhile.
    ahead = {visit.id for visit in visits if visit.scheduled_from > moment}
    candidates = await _candidates(session, window, ahead)
    # A second or so for a hundred visits and a thousand applications: others go on meanwhile.
    given = await asyncio.to_thread(decide, candidates)
    _give(session, visits, candidates, given, moment)
    window.state = WINDOW_LIFECYCLE.next(window.state, WindowAction.ALLOT)
    window.ended_at = moment
    return True


async def _lock_applicants(session: AsyncSession, window: VisitWindow) -> None:
    """Whoever asks for a visit neither claims, nor is suspended, nor is allotted one by another
    window meanwhile, in whichever place."""
    who = select(col(VisitApplication.volunteer_id)).where(
        col(VisitApplication.window_id) == window.id,
        col(VisitApplication.state) == ApplicationState.APPLIED,
    )
    await locked_everywhere(session, any_(who.scalar_subquery()))


async def still_to_be_given(session: AsyncSession, window: VisitWindow) -> list[VisitTask]:
    """The visits of a window that nobody has, locked by their keys."""
    visits = (
        select(VisitTask)
        .where(
            col(VisitTask.window_id) == window.id,
            col(VisitTask.state) == VisitState.OPEN,
            col(VisitTask.allocation) == Allocation.FAIR,
        )
        .order_by(col(VisitTask.id))
        .with_for_update(of=VisitTask)
    )
    return list((await session.scalars(visits)).all())


async def _candidates(
    session: AsyncSession, window: VisitWindow, visits: Collection[UUID]
) -> list[Candidate]:
    """Whoever applies, and for what.

    Parameters:
        visits: those that may be given.
    """
    found: Sequence[Any] = (await session.execute(_applied(window))).all()
    return [
        Candidate(
            application=one,
            person=person,
            visit=visit,
            gone=visit.id not in visits,
            fits=can and visit.id in visits,
            visits_before=before,
            has_time=time,
            steps_away=_steps(home, visit.region_code),
            lot=lot(window.seed, one.task_id, one.volunteer_id),
        )
        for one, visit, can, before, time, home, person in found
    ]


def _applied(window: VisitWindow) -> Select[*tuple[Any, ...]]:
    """Each application, its visit, and what is known of who applies."""
    columns: tuple[Any, ...] = (
        VisitApplication,
        VisitTask,
        and_(able(), in_office(), not_(_busy())),
        _before(window.closes_at),
        available(col(VisitTask.scheduled_from), col(VisitTask.scheduled_to)),
        col(Volunteer.region_code),
        func.coalesce(col(Account.person_id), col(Account.id)),
    )
    return (
        select(*columns)
        .join(VisitTask, col(VisitTask.id) == col(VisitApplication.task_id))
        .join(Volunteer, col(Volunteer.id) == col(VisitApplication.volunteer_id))
        .join(Account, col(Account.id) == col(Volunteer.id))
        .where(
            col(VisitApplication.window_id) == window.id,
            col(VisitApplication.state) == ApplicationState.APPLIED,
        )
        .order_by(col(VisitApplication.id))
    )


def _busy() -> Any:
    other = aliased(VisitTask)
    overlaps = exists().where(
        # In whichever place they visit; so below.
        col(other.claimed_by).in_(one_person(col(Volunteer.id)).correlate(Volunteer)),
        col(other.state).not_in(TIME_FREED_STATES),
        col(other.scheduled_from) < col(VisitTask.scheduled_to),
        col(other.scheduled_to) > col(VisitTask.scheduled_from),
    )
    return overlaps.correlate(Volunteer, VisitTask)


def _before(moment: datetime) -> ScalarSelect[int]:
    """How many visits somebody has taken on lately, and not given back."""
    other = aliased(VisitTask)
    counted = select(func.count()).where(
        col(other.claimed_by).in_(one_person(col(Volunteer.id)).correlate(Volunteer)),
        col(other.state).not_in(TIME_FREED_STATES),
        col(other.claimed_at) > moment - BEFORE,
    )
    return counted.correlate(Volunteer).scalar_subquery()


def _steps(home: str, place: str) -> int:
    """0 in one's own community, 1 in one's own street, 2 elsewhere."""
    for steps, digits in enumerate((_COMMUNITY, _STREET)):
        if home[:digits] == place[:digits]:
            return steps
    return 2


def _give(
    session: AsyncSession,
    visits: Sequence[VisitTask],
    candidates: Sequence[Candidate],
    given: Mapping[UUID, UUID],
    moment: datetime,
) -> None:
    """Write down who got what and why; the first who claims one of the others gets it."""
    for one, why in zip(candidates, reasons(candidates, given), strict=True):
        application = one.application
        got_it = given.get(one.visit.id) == one.volunteer_id
        action = ApplicationAction.ALLOT if got_it else ApplicationAction.PASS_OVER
        application.state = APPLICATION_LIFECYCLE.next(application.state, action)
        application.because, application.ended_at = why, moment
        application.visits_before, application.has_time = one.visits_before, one.has_time
        application.steps_away, application.lot = one.steps_away, one.lot
    for visit in visits:
        if visit.id in given:
            visit.state = VISIT_LIFECYCLE.next(visit.state, VisitAction.CLAIM)
            visit.claimed_by, visit.claimed_at = given[visit.id], moment
    tell_of_all(session, (one for one in visits if one.id in given), VisitAction.ALLOT, moment)
    leave(session, [one for one in visits if one.id not in given])


def leave(session: AsyncSession, visits: Sequence[VisitTask]) -> None:
    """The first who claims one of these gets it, and those who look for one are told."""
    for visit in visits:
        visit.allocation = Allocation.FIRST_COME
    tell_of_allocation(session, visits, VisitAction.RELEASE)
