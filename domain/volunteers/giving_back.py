"""Visits that a volunteer has claimed and is not to make: they are open to others again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.accounts.models import Account
from domain.calendar import now
from domain.visits.lifecycle import VISIT_LIFECYCLE, VisitAction, VisitReleaseCause, VisitState
from domain.visits.models import VisitTask, Volunteer
from domain.visits.moving import freed, tell
from domain.volunteers.places import locked_everywhere


async def give_back(
    session: AsyncSession,
    actor: Actor,
    volunteer: Volunteer,
    because: VisitReleaseCause,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """Claimed visits that begin within a time are open to others. One that somebody has checked in
    to goes on.

    Parameters:
        actor: who has decided what they are given back for.
        volunteer: locked.
        since, until: the time, half-open; without beginning or end if None.
    """
    theirs = select(VisitTask).where(
        col(VisitTask.claimed_by) == volunteer.id, col(VisitTask.state) == VisitState.CLAIMED
    )
    if since is not None:
        theirs = theirs.where(col(VisitTask.scheduled_from) >= since)
    if until is not None:
        theirs = theirs.where(col(VisitTask.scheduled_from) < until)
    in_order = theirs.order_by(col(VisitTask.id)).with_for_update(of=VisitTask)
    for visit in await session.scalars(in_order):
        visit.state = VISIT_LIFECYCLE.next(visit.state, VisitAction.RELEASE)
        freed(visit)
        tell(session, actor, visit, VisitAction.RELEASE, because=because)


async def give_back_of_role(session: AsyncSession, actor: Actor, account: Account) -> None:
    """The same of a role that ends: what would begin when it is over, or has its time while it
    ends; nothing where it was no volunteer's."""
    over = account.until is not None and account.until <= now()
    for volunteer in await locked_everywhere(session, account.id):
        if volunteer.id == account.id:
            since, cause = None if over else account.until, VisitReleaseCause.ROLE_ENDED
            await give_back(session, actor, volunteer, cause, since=since)
