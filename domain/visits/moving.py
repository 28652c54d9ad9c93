"""What every verb on visits does: find the visit and lock it, move it, and let others know."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.accounts.persons import same_person
from domain.calendar import now
from domain.errors import ConflictOfInterest, NotFound, PermissionDenied
from domain.outbox import Event, record
from domain.row_access import RowAccess
from domain.versions import check_version
from domain.visits.lifecycle import (
    BY_CLAIMANT,
    BY_OTHERS,
    PERMISSION_FOR,
    VISIT_LIFECYCLE,
    Allocation,
    VisitAction,
    VisitReleaseCause,
)
from domain.visits.models import VisitTask, VisitTaskLog
from domain.visits.visibility import visit_task_visible

TOPIC = "visit_task"
"""The outbox topic of every change to a visit; the change is the action."""


async def for_update(
    session: AsyncSession,
    actor: Actor,
    visit_id: UUID,
    action: VisitAction,
    visible: RowAccess = visit_task_visible,
) -> VisitTask:
    """The visit, locked. Raises: NotFound, PermissionDenied."""
    statement = select(VisitTask).where(col(VisitTask.id) == visit_id, visible(actor))
    visit = await session.scalar(statement.with_for_update(of=VisitTask))
    if visit is None:
        raise NotFound("id")
    if not actor.may(PERMISSION_FOR[action]):
        raise PermissionDenied(action=action.value)
    return visit


async def moved(
    session: AsyncSession,
    actor: Actor,
    visit_id: UUID,
    action: VisitAction,
    expected_version: int | None = None,
) -> VisitTask:
    """The visit, locked and moved along its lifecycle.

    Parameters:
        expected_version: the visit's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition, ConflictOfInterest.
    """
    visit = await for_update(session, actor, visit_id, action)
    check_version(visit, expected_version)
    following = VISIT_LIFECYCLE.next(visit.state, action)
    made_by = visit.claimed_by if action in BY_OTHERS else None
    own = made_by is not None and await same_person(session, actor, made_by)
    if not concerns(actor, action, visit.claimed_by, own=own):
        raise ConflictOfInterest("id")
    visit.state = following
    return visit


def concerns(actor: Actor, action: VisitAction, claimed_by: UUID | None, *, own: bool) -> bool:
    """Whether an action is for the account that claimed, or for other people, as the actor is.

    Parameters:
        own: whether the actor has claimed the visit, in whatever role.
    """
    if action in BY_CLAIMANT:
        return claimed_by == actor.id
    return not (own and action in BY_OTHERS)


def freed(visit: VisitTask) -> None:
    """A visit that is open again is nobody's, and the first who claims it gets it."""
    visit.claimed_by = visit.claimed_at = None
    visit.allocation = Allocation.FIRST_COME


def tell(
    session: AsyncSession,
    actor: Actor,
    visit: VisitTask,
    action: VisitAction,
    note: str | None = None,
    because: VisitReleaseCause | None = None,
) -> None:
    """Write down who did what, and let the others know."""
    # Not the default, the transaction's beginning: it may have waited for the one logged before.
    written = VisitTaskLog(task_id=visit.id, at=now(), action=action, note=note, because=because)
    written.account_id = actor.id
    _tell(session, written)


def tell_of_all(
    session: AsyncSession, visits: Iterable[VisitTask], action: VisitAction, at: datetime
) -> None:
    """The same of what nobody did: time has passed."""
    for visit in visits:
        _tell(session, VisitTaskLog(task_id=visit.id, at=at, action=action))


def tell_of_allocation(
    session: AsyncSession, visits: Iterable[VisitTask], action: VisitAction
) -> None:
    """Let others know who gets open visits from now on; it is the window that tells of who said so.

    Parameters:
        action: APPLY where it is one of those who apply, RELEASE where it is the first who claims.
    """
    for visit in visits:
        record(session, Event(TOPIC, visit.id, action.value))


def _tell(session: AsyncSession, written: VisitTaskLog) -> None:
    session.add(written)
    record(session, Event(TOPIC, written.task_id, written.action.value))
