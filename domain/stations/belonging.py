"""Each elder belongs to at most one place of care a day: said for each, or for all of a community
who belong to none.

Belonging is never worked out from areas: these change, two may overlap, and who answered for an
elder on a day has to stay what it was.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Uuid, exists, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.authority import require
from domain.calendar import today
from domain.elders.locks import lock_elder, lock_visible_elder
from domain.elders.models import Elder
from domain.elders.visibility import elder_visible
from domain.errors import InvalidInput, NotFound
from domain.periods import end, enterable, holding, holds, lasting
from domain.reasons import Reason
from domain.stations.area_models import StationArea, StationAssignment
from domain.stations.area_visibility import station_area_visible, station_assignment_visible
from domain.stations.authority import governed_station


async def assign(
    session: AsyncSession,
    actor: Actor,
    elder_id: UUID,
    station_id: UUID,
    since: date | None = None,
) -> StationAssignment:
    """Let an elder belong to a place of care; where they belong on that day to another, they do so
    until then.

    Parameters:
        since: from which day on, 31 days back to a year ahead; today if None.

    Raises: NotFound(elder_id or station_id), PermissionDenied, InvalidInput(station_id) for the one
        that they belong to, or (since), AlreadyExists where something is set for a later day.
    """
    await lock_visible_elder(session, actor, elder_id)
    await governed_station(session, actor, station_id, Permission.STATION_ASSIGN)
    day = enterable(since, "since")
    theirs = select(StationAssignment).where(col(StationAssignment.elder_id) == elder_id)
    before = await session.scalar(theirs.where(holding(StationAssignment, day)))
    if before is not None:
        if before.station_id == station_id:
            raise InvalidInput("station_id", reason=Reason.BELONGS_THERE)
        before.until, before.ended_by = day, actor.id
        await session.flush()
    assignment = StationAssignment(
        station_id=station_id, elder_id=elder_id, since=day, set_by=actor.id
    )
    session.add(assignment)
    await session.flush()
    return assignment


async def release(
    session: AsyncSession, actor: Actor, assignment_id: UUID, until: date | None = None
) -> StationAssignment:
    """Let an elder belong to a place of care no more.

    Parameters:
        until: the first day no more; today if None.

    Raises: NotFound, PermissionDenied, InvalidInput(id) for one that is over, or (until).
    """
    seen = select(StationAssignment).where(
        col(StationAssignment.id) == assignment_id, station_assignment_visible(actor)
    )
    known = await session.scalar(seen)
    if known is None:
        raise NotFound("id")
    await lock_elder(session, known.elder_id)
    # As it is now that nobody else changes it.
    await session.refresh(known)
    await governed_station(session, actor, known.station_id, Permission.STATION_ASSIGN)
    end(known, until)
    known.ended_by = actor.id
    await session.flush()
    return known


async def fill(
    session: AsyncSession, actor: Actor, area_id: UUID
) -> tuple[StationArea, Sequence[UUID]]:
    """Let everybody who lives in a community and belongs to no place of care, today or on a day to
    come, belong to the one that answers for it, from today on. Once more it adds nobody.

    Returns: the area, and who belongs there from now on.
    Raises: NotFound, PermissionDenied, InvalidInput(id) for an area that is not of today.
    """
    seen = select(StationArea).where(col(StationArea.id) == area_id, station_area_visible(actor))
    area = await session.scalar(seen)
    if area is None:
        raise NotFound("id")
    require(actor, Permission.STATION_ASSIGN, area.region_code)
    day = today()
    if not holds(area, day):
        raise InvalidInput("id", reason=Reason.NOT_OF_TODAY)
    added = await session.scalars(_everybody(actor, area, day))
    return area, added.all()


def _everybody(actor: Actor, area: StationArea, day: date) -> Any:
    belongs = exists().where(
        col(StationAssignment.elder_id) == col(Elder.id), lasting(col(StationAssignment.until), day)
    )
    found = (
        select(
            col(Elder.id),
            literal(area.station_id, Uuid()),
            literal(day, Date()),
            literal(actor.id, Uuid()),
        )
        .where(col(Elder.region_code) == area.region_code, elder_visible(actor))
        .where(~belongs.correlate(Elder))
        # In one order: two at once never wait for each other in a circle.
        .order_by(col(Elder.id))
    )
    columns = ["elder_id", "station_id", "since", "set_by"]
    # Who was assigned meanwhile stays where they are.
    new = insert(StationAssignment).from_select(columns, found).on_conflict_do_nothing()
    return new.returning(col(StationAssignment.elder_id))
