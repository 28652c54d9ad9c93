"""Test calls of stations, as they lie in the database afterwards."""

from datetime import timedelta
from uuid import UUID

from domain.calendar import now
from domain.canary.models import CanaryRun
from domain.canary.setting_up import canaries
from domain.database import Database


async def ran(database: Database, station_id: UUID, ago: timedelta, *, came: bool) -> None:
    """A test call of some time ago."""
    async with database.transaction("test") as session:
        (canary,) = [one for one in await canaries(session) if one.station_id == station_id]
        at = now() - ago
        shown_at = at + timedelta(milliseconds=40) if came else None
        session.add(
            CanaryRun(
                station_id=station_id,
                device_id=canary.device_id,
                pressed_at=at,
                received_at=at + timedelta(milliseconds=10),
                recorded_at=at + timedelta(milliseconds=20),
                confirmed_at=at + timedelta(milliseconds=30),
                shown_at=shown_at,
            )
        )
