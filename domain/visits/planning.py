"""Stations plan visits for volunteers to claim, and call off those that are not to be."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import lines
from domain.access import Actor, Permission
from domain.calendar import now
from domain.elders.models import Elder
from domain.elders.visibility import elder_visible
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.geo import Position
from domain.reasons import Reason
from domain.stations.models import Station
from domain.visits.lifecycle import VisitAction, VisitState
from domain.visits.models import VisitKind, VisitTask
from domain.visits.moving import moved, tell
from domain.volunteers.lifecycle import VolunteerSkill

MAX_HOURS = 12
"""Of a visit."""

MAX_DAYS_AHEAD = 366
"""How early a visit may be planned."""

_STREET_DIGITS, _DISTRICT_DIGITS = 9, 6


@dataclass(frozen=True, slots=True)
class Planned:
    """What a visit is to be.

    Parameters:
        skills: what whoever makes it must be able to do.
    """

    elder_id: UUID
    kind: VisitKind
    scheduled_from: datetime
    scheduled_to: datetime
    skills: Collection[VolunteerSkill] = ()


async def plan(session: AsyncSession, actor: Actor, planned: Planned) -> VisitTask:
    """An open visit, for a volunteer to claim; it is the elder's community's from now on, wherever
    the elder moves.

    Raises: NotFound(elder_id), PermissionDenied, InvalidInput(scheduled_from, scheduled_to, or
        elder_id where nobody knows where the community lies).
    """
    seen = select(Elder).where(col(Elder.id) == planned.elder_id, elder_visible(actor))
    elder = await session.scalar(seen)
    if elder is None:
        raise NotFound("elder_id")
    if not actor.may(Permission.VISIT_PLAN):
        raise PermissionDenied(action=VisitAction.PLAN.value)
    _check_times(planned, now())
    place = await _centre(session, elder.region_code)
    visit = VisitTask(
        elder_id=elder.id,
        region_code=elder.region_code,
        kind=planned.kind,
        state=VisitState.OPEN,
        scheduled_from=planned.scheduled_from,
        scheduled_to=planned.scheduled_to,
        longitude=place.longitude,
        latitude=place.latitude,
        planned_by=actor.id,
        skills=[skill.value for skill in VolunteerSkill if skill in planned.skills],
    )
    session.add(visit)
    await session.flush()
    tell(session, actor, visit, VisitAction.PLAN)
    return visit


async def cancel(
    session: AsyncSession,
    actor: Actor,
    visit_id: UUID,
    reason: str | None = None,
    expected_version: int | None = None,
) -> VisitTask:
    """The visit is not to be; whoever has claimed it has the time back, and no longer knows the
    elder.

    Parameters:
        expected_version: the visit's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed),
        InvalidInput(reason).
    """
    visit = await moved(session, actor, visit_id, VisitAction.CANCEL, expected_version)
    tell(session, actor, visit, VisitAction.CANCEL, lines.note(reason, "reason"))
    return visit


def _check_times(planned: Planned, moment: datetime) -> None:
    begins, ends = planned.scheduled_from, planned.scheduled_to
    if begins <= moment:
        raise InvalidInput("scheduled_from", reason=Reason.TO_COME)
    if begins > moment + timedelta(days=MAX_DAYS_AHEAD):
        raise InvalidInput("scheduled_from", reason=Reason.DAYS_AHEAD, most=MAX_DAYS_AHEAD)
    if not begins < ends <= begins + timedelta(hours=MAX_HOURS):
        raise InvalidInput("scheduled_to", reason=Reason.HOURS_LONG, most=MAX_HOURS)


async def _centre(session: AsyncSession, region_code: str) -> Position:
    """Where a community is taken to lie: where it was when somebody was visited there last, else
    at the nearest place of care in its street, or at least in its district."""
    before = (
        select(col(VisitTask.longitude), col(VisitTask.latitude))
        .where(col(VisitTask.region_code) == region_code)
        .order_by(col(VisitTask.scheduled_from).desc(), col(VisitTask.id).desc())
        .limit(1)
    )
    there: Any = (await session.execute(before)).one_or_none()
    if there is None:
        there = (await session.execute(_nearest_station(region_code))).one_or_none()
    if there is None:
        raise InvalidInput("elder_id", reason=Reason.PLACE_UNKNOWN)
    return Position(*there)


def _nearest_station(region_code: str) -> Any:
    """The place of care that has most of a division's code in common with it."""
    code: Any = col(Station.region_code)
    in_street: ColumnElement[bool] = func.starts_with(code, region_code[:_STREET_DIGITS])
    return (
        select(col(Station.longitude), col(Station.latitude))
        .where(func.starts_with(code, region_code[:_DISTRICT_DIGITS]))
        .order_by((code == region_code).desc(), in_street.desc(), col(Station.id))
        .limit(1)
    )
