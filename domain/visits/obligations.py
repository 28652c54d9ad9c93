"""Each key elder is due one visit a month: found out day by day, and taken back where it is not."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Date, exists, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.calendar import now
from domain.elders.models import Elder, ElderTag
from domain.elders.tags import makes_key
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.reasons import Reason
from domain.visits.obligation_models import VisitObligation, WaiverReason
from domain.visits.obligation_visibility import visit_obligation_visible

LONGEST: Final = timedelta(days=62)
"""How far back days are caught up on that nobody looked at: two months; what was due before that
can be made up by nobody."""


async def fall_due(session: AsyncSession, today: date) -> int:
    """Enter the month's visit of everybody who is a key elder on a day since the last that anything
    was entered for, today included.

    Run twice it adds nothing; days on which nobody ran it are caught up on.

    Parameters:
        today: the district's.
    Returns: how many were entered.
    """
    last = await session.scalar(select(func.max(col(VisitObligation.due_since))))
    day = max(min(last or today, today), today - LONGEST)
    entered = 0
    while day <= today:
        entered += await _of_day(session, day)
        day += timedelta(days=1)
    return entered


async def waive(
    session: AsyncSession, actor: Actor, obligation_id: UUID, reason: WaiverReason
) -> VisitObligation:
    """An elder is not to be visited this month after all; what was said of a day before stays.

    Raises: NotFound, PermissionDenied, InvalidInput(id) for what has been taken back already.
    """
    statement = select(VisitObligation).where(
        col(VisitObligation.id) == obligation_id, visit_obligation_visible(actor)
    )
    obligation = await session.scalar(statement.with_for_update(of=VisitObligation))
    if obligation is None:
        raise NotFound("id")
    if not actor.may(Permission.VISIT_OBLIGATION_WAIVE):
        raise PermissionDenied(action=Permission.VISIT_OBLIGATION_WAIVE.value)
    if obligation.waived_at is not None:
        raise InvalidInput("id", reason=Reason.WAIVED_ALREADY)
    obligation.waiver, obligation.waived_at, obligation.waived_by = reason, now(), actor.id
    return obligation


async def _of_day(session: AsyncSession, day: date) -> int:
    """Those who are key elders on a day, and have no visit due in its month yet."""
    month = day.replace(day=1)
    is_key = exists().where(col(ElderTag.elder_id) == col(Elder.id), makes_key(day))
    found = select(
        col(Elder.id), col(Elder.region_code), literal(month, Date()), literal(day, Date())
    ).where(is_key.correlate(Elder))
    columns = ["elder_id", "region_code", "month", "due_since"]
    new = insert(VisitObligation).from_select(columns, found)
    once = new.on_conflict_do_nothing(index_elements=["elder_id", "month"])
    outcome: Any = await session.execute(once)
    return outcome.rowcount
