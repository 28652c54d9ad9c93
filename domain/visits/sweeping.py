"""What time does to visits: whose time is over is overdue, and who never came is written down."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.visits.lifecycle import UNENDED_STATES, VISIT_LIFECYCLE, VisitAction, VisitState
from domain.visits.models import VisitTask
from domain.visits.moving import tell_of_all

AT_ONCE: Final = 100
"""Visits of one transaction: their rows are locked for it."""

MISSED_AFTER: Final = timedelta(hours=24)
"""How long after a visit's time it counts as missed that nobody has begun, where no operator says
otherwise: so long the volunteer knows the elder."""


async def sweep(session: AsyncSession, moment: datetime, missed_after: timedelta) -> int:
    """Tell of visits whose time is over and that nobody has ended; and of claimed ones that nobody
    has begun long after.

    Parameters:
        moment: now.
        missed_after: how long after its time a claimed visit becomes a no-show.
    Returns: of how many; where it is ``AT_ONCE`` or more, there may be others at once.
    """
    late = await _of(session, col(VisitTask.overdue_at).is_(None), moment, *UNENDED_STATES)
    for visit in late:
        visit.overdue_at = moment
    tell_of_all(session, late, VisitAction.OVERDUE, moment)
    absent = await _of(
        session,
        col(VisitTask.overdue_at).is_not(None),
        moment - missed_after,
        VisitState.CLAIMED,
    )
    for visit in absent:
        visit.state = VISIT_LIFECYCLE.next(visit.state, VisitAction.MISS)
    tell_of_all(session, absent, VisitAction.MISS, moment)
    return max(len(late), len(absent))


async def _of(
    session: AsyncSession, which: ColumnElement[bool], over: datetime, *states: VisitState
) -> list[VisitTask]:
    """The visits that were to end by a moment, the oldest first, locked; a row that somebody is
    just changing comes the next time."""
    statement = (
        select(VisitTask)
        .where(col(VisitTask.state).in_(states), col(VisitTask.scheduled_to) <= over, which)
        .order_by(col(VisitTask.scheduled_to), col(VisitTask.id))
        .limit(AT_ONCE)
        .with_for_update(of=VisitTask, key_share=True, skip_locked=True)
    )
    return list((await session.scalars(statement)).all())
