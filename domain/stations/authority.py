"""Who decides about which places of care."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.authority import require
from domain.errors import NotFound
from domain.stations.models import Station
from domain.stations.visibility import station_visible


async def governed_station(
    session: AsyncSession,
    actor: Actor,
    station_id: UUID,
    permission: Permission,
    field: str = "station_id",
    *,
    lock: bool = False,
) -> Station:
    """A place of care of the actor's region.

    Parameters:
        field: the input's that names it.
        lock: whether it is about to be changed.

    Raises: NotFound(field), PermissionDenied.
    """
    seen = select(Station).where(col(Station.id) == station_id, station_visible(actor))
    # Beds and stays that point at the row need not wait.
    locked = seen.with_for_update(of=Station, key_share=True) if lock else seen
    station = await session.scalar(locked)
    if station is None:
        raise NotFound(field)
    require(actor, permission, station.region_code)
    return station
