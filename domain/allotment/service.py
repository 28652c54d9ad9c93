"""Windows are opened and called off, and volunteers apply for visits while they are open.

Locks are taken in one order: the window, volunteers by their keys, visits by theirs. Whoever
applies shares the window with others who do; whoever closes it waits for all of them.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.allotment.closing import leave, still_to_be_given
from domain.allotment.lifecycle import (
    APPLICATION_LIFECYCLE,
    WINDOW_LIFECYCLE,
    ApplicationAction,
    ApplicationState,
    Because,
    WindowAction,
    WindowState,
)
from domain.allotment.models import VisitApplication, VisitWindow
from domain.allotment.visibility import visit_application_visible, visit_window_visible
from domain.calendar import now
from domain.errors import AlreadyExists, InvalidInput, NotFound, PermissionDenied
from domain.reasons import Reason
from domain.visits.lifecycle import Allocation, VisitAction, VisitState
from domain.visits.models import VisitTask, Volunteer
from domain.visits.moving import tell_of_allocation
from domain.visits.visibility import visit_task_visible
from domain.volunteers.fitness import refuse_unfit

MAX_VISITS: Final = 100
"""Of a window: who gets which is decided for all of them together."""

MAX_DAYS_OPEN: Final = 31

_LEVELS = (12, 9, 6, 4, 2)
"""Digits of the codes of a community, a street, a district, a city and a province."""


async def open_window(
    session: AsyncSession, actor: Actor, visit_ids: Collection[UUID], closes_at: datetime
) -> VisitWindow:
    """Take applications for some open visits; nobody claims them meanwhile.

    Parameters:
        visit_ids: 1 to 100.
        closes_at: a moment to come, before any of the visits, at most 31 days ahead.
    Raises: NotFound(visits), PermissionDenied, InvalidInput(visits, or closes_at).
    """
    wanted = set(visit_ids)
    if not 1 <= len(wanted) <= MAX_VISITS:
        raise InvalidInput("visits", reason=Reason.RANGE, least=1, most=MAX_VISITS)
    statement = select(VisitTask).where(col(VisitTask.id).in_(wanted), visit_task_visible(actor))
    in_order = statement.order_by(col(VisitTask.id)).with_for_update(of=VisitTask)
    visits = (await session.scalars(in_order)).all()
    if len(visits) < len(wanted):
        raise NotFound("visits")
    _require(actor, Permission.VISIT_WINDOW_KEEP)
    _check_window(visits, closes_at, now())
    window = VisitWindow(
        region_code=_common([visit.region_code for visit in visits]),
        state=WindowState.OPEN,
        opened_by=actor.id,
        closes_at=closes_at,
        seed=token_hex(16),
    )
    session.add(window)
    await session.flush()
    for visit in visits:
        visit.allocation, visit.window_id = Allocation.FAIR, window.id
    tell_of_allocation(session, visits, VisitAction.APPLY)
    return window


async def cancel_window(session: AsyncSession, actor: Actor, window_id: UUID) -> VisitWindow:
    """Take no applications any more: the first who claims one of the visits gets it.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    statement = select(VisitWindow).where(
        col(VisitWindow.id) == window_id, visit_window_visible(actor)
    )
    window = await session.scalar(statement.with_for_update(of=VisitWindow))
    if window is None:
        raise NotFound("id")
    _require(actor, Permission.VISIT_WINDOW_KEEP)
    window.state = WINDOW_LIFECYCLE.next(window.state, WindowAction.CANCEL)
    window.ended_at, window.ended_by = now(), actor.id
    theirs = col(VisitApplication.window_id) == window.id
    applied = col(VisitApplication.state) == ApplicationState.APPLIED
    passed_over = {
        "state": ApplicationState.NOT_ALLOTTED,
        "because": Because.WINDOW_CANCELLED,
        "ended_at": window.ended_at,
    }
    await session.execute(update(VisitApplication).where(theirs, applied).values(passed_over))
    leave(session, await still_to_be_given(session, window))
    return window


async def apply(session: AsyncSession, actor: Actor, visit_id: UUID) -> VisitApplication:
    """Ask for a visit of an open window; who has taken an application back may apply again.

    Raises: NotFound, PermissionDenied, InvalidInput(visit) for one for which no applications
        are taken, to oneself or one's family, or after the end of the role, VolunteerSuspended,
        NotCleared, ClearanceEnds(until), SkillsMissing(skills), AlreadyExists.
    """
    statement = select(VisitTask).where(col(VisitTask.id) == visit_id, visit_task_visible(actor))
    visit = await session.scalar(statement)
    if visit is None:
        raise NotFound("visit")
    volunteer = await session.get(Volunteer, actor.id)
    if volunteer is None or not actor.may(Permission.VISIT_APPLY):
        raise PermissionDenied(action=ApplicationAction.APPLY.value)
    window = await _shared(session, visit.window_id)
    if window is None or visit.state is not VisitState.OPEN:
        raise InvalidInput("visit", reason=Reason.NO_WINDOW)
    await refuse_unfit(session, volunteer, visit, "visit")
    if again := await _applied_again(session, actor, window, visit):
        return again
    application = VisitApplication(
        window_id=window.id,
        task_id=visit.id,
        volunteer_id=actor.id,
        region_code=visit.region_code,
        state=ApplicationState.APPLIED,
        applied_at=now(),
    )
    session.add(application)
    await session.flush()
    return application


async def _applied_again(
    session: AsyncSession, actor: Actor, window: VisitWindow, visit: VisitTask
) -> VisitApplication | None:
    """The actor's application that was taken back, made anew; None where there is none.

    Raises: AlreadyExists for one that stands.
    """
    theirs = select(VisitApplication).where(
        col(VisitApplication.window_id) == window.id,
        col(VisitApplication.task_id) == visit.id,
        col(VisitApplication.volunteer_id) == actor.id,
    )
    application = await session.scalar(theirs.with_for_update())
    if application is None:
        return None
    if application.state is not ApplicationState.WITHDRAWN:
        raise AlreadyExists("visit")
    _move(application, ApplicationAction.APPLY)
    application.applied_at, application.ended_at = now(), None
    return application


async def withdraw(session: AsyncSession, actor: Actor, application_id: UUID) -> VisitApplication:
    """Take an application back, while the window is open.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(id) once
        the window's time is over.
    """
    statement = select(VisitApplication).where(
        col(VisitApplication.id) == application_id, visit_application_visible(actor)
    )
    found = await session.scalar(statement)
    if found is None:
        raise NotFound("id")
    _require(actor, Permission.VISIT_APPLY)
    window = await _shared(session, found.window_id)
    await session.refresh(found, with_for_update=True)
    _move(found, ApplicationAction.WITHDRAW)
    if window is None:
        raise InvalidInput("id", reason=Reason.NO_WINDOW)
    found.ended_at = now()
    return found


async def _shared(session: AsyncSession, window_id: UUID | None) -> VisitWindow | None:
    """The window, which nobody closes meanwhile; None where applications are taken no more."""
    statement = select(VisitWindow).where(
        col(VisitWindow.id) == window_id,
        col(VisitWindow.state) == WindowState.OPEN,
        col(VisitWindow.closes_at) > now(),
    )
    return await session.scalar(statement.with_for_update(read=True, of=VisitWindow))


def _check_window(visits: Sequence[VisitTask], closes_at: datetime, moment: datetime) -> None:
    """Raises: InvalidInput(closes_at or visits)."""
    if not moment < closes_at <= moment + timedelta(days=MAX_DAYS_OPEN):
        raise InvalidInput("closes_at", reason=Reason.DAYS_AHEAD, most=MAX_DAYS_OPEN)
    if any(visit.scheduled_from <= closes_at for visit in visits):
        raise InvalidInput("closes_at", reason=Reason.BEFORE_VISITS)
    if any(not _is_free(visit) for visit in visits):
        raise InvalidInput("visits", reason=Reason.OPEN_VISITS)


def _move(application: VisitApplication, action: ApplicationAction) -> None:
    application.state = APPLICATION_LIFECYCLE.next(application.state, action)


def _is_free(visit: VisitTask) -> bool:
    return visit.state is VisitState.OPEN and visit.allocation is Allocation.FIRST_COME


def _require(actor: Actor, permission: Permission) -> None:
    if not actor.may(permission):
        raise PermissionDenied(action=permission.value)


def _common(codes: Sequence[str]) -> str:
    """The smallest division that holds all of some."""
    for digits in _LEVELS:
        beginnings = {code[:digits] for code in codes}
        if len(beginnings) == 1:
            return beginnings.pop()
    raise InvalidInput("visits", reason=Reason.NOT_CONSISTENT)
