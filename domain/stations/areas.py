"""Which communities a place of care answers for; which have nobody, and which have two."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, cast, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.authority import require
from domain.errors import InvalidInput, NotFound
from domain.periods import end, enterable, holding
from domain.reasons import Reason
from domain.regions.models import Region, RegionLevel
from domain.stations.area_models import StationArea
from domain.stations.area_visibility import station_area_visible
from domain.stations.authority import governed_station


async def add_area(
    session: AsyncSession,
    actor: Actor,
    station_id: UUID,
    region_code: str,
    since: date | None = None,
) -> StationArea:
    """Let a place of care answer for a community.

    Parameters:
        since: from which day on, 31 days back to a year ahead; today if None.

    Raises: NotFound(station_id or region_code), InvalidInput(region_code) for what is no community,
        or (since), PermissionDenied, AlreadyExists where it does so on one of these days.
    """
    await governed_station(session, actor, station_id, Permission.STATION_AREA_KEEP)
    region = await session.get(Region, region_code)
    if region is None:
        raise NotFound("region_code")
    if region.level is not RegionLevel.COMMUNITY:
        raise InvalidInput("region_code", reason=Reason.A_COMMUNITY)
    require(actor, Permission.STATION_AREA_KEEP, region_code)
    area = StationArea(
        station_id=station_id,
        region_code=region_code,
        since=enterable(since, "since"),
        set_by=actor.id,
    )
    session.add(area)
    await session.flush()
    return area


async def end_area(
    session: AsyncSession, actor: Actor, area_id: UUID, until: date | None = None
) -> StationArea:
    """Let a place of care answer for a community no more. Who belongs to it goes on doing so.

    Parameters:
        until: the first day no more; today if None.

    Raises: NotFound, PermissionDenied, InvalidInput(id) for one that is over, or (until).
    """
    seen = select(StationArea).where(col(StationArea.id) == area_id, station_area_visible(actor))
    area = await session.scalar(seen.with_for_update(of=StationArea))
    if area is None:
        raise NotFound("id")
    require(actor, Permission.STATION_AREA_KEEP, area.region_code)
    end(area, until)
    area.ended_by = actor.id
    await session.flush()
    return area


def without_station(day: Any) -> ColumnElement[bool]:
    """Whether a division is a community that no place of care answers for on a day.

    Parameters:
        day: the day; SQL of a value to come will do as well, so below.
    """
    here = col(StationArea.region_code) == col(Region.code)
    answered = exists().where(here, holding(StationArea, day)).correlate(Region)
    return _is_community() & ~answered


def with_several(day: Any) -> ColumnElement[bool]:
    """Whether a division is a community that more than one answers for on a day."""
    here = col(StationArea.region_code) == col(Region.code)
    counted = select(func.count()).where(here, holding(StationArea, day)).correlate(Region)
    return _is_community() & (cast(counted.scalar_subquery(), Integer) > 1)


def _is_community() -> ColumnElement[bool]:
    return col(Region.level) == RegionLevel.COMMUNITY
