"""What something was measured by: a device that was the elder's then."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import DateTime, Integer, Uuid, column, exists, select, values
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.calendar import DISTRICT_ZONE, district_day
from domain.devices.models import Device, Telemetry
from domain.devices.visibility import device_visible
from domain.errors import InvalidInput, NotFound
from domain.reasons import Reason

Measured = tuple[UUID | None, datetime]
"""By which device, if by one of ours, and when."""


async def check_meters(
    session: AsyncSession, actor: Actor, elder_id: UUID, measured: Sequence[Measured]
) -> None:
    """Each was measured by a device that the actor sees, and that is the elder's, or told of them
    on the day.

    Raises: NotFound, InvalidInput of the field of the first that is not, as
        ``measurements.0.device_id``.
    """
    wanted = {device_id for device_id, _ in measured if device_id is not None}
    if not wanted:
        return
    seen = select(col(Device.id), col(Device.elder_id)).where(
        col(Device.id).in_(wanted), device_visible(actor)
    )
    whose = {key: owner for key, owner in (await session.execute(seen)).all()}
    unseen = [place for place, (key, _) in enumerate(measured) if key and key not in whose]
    if unseen:
        raise NotFound(_field(unseen[0]))
    others = {
        place: (device_id, taken_at)
        for place, (device_id, taken_at) in enumerate(measured)
        if device_id is not None and whose[device_id] != elder_id
    }
    strange = others.keys() - await _told_of(session, elder_id, others)
    if strange:
        raise InvalidInput(_field(min(strange)), reason=Reason.NOT_CONSISTENT)


def _field(place: int) -> str:
    return f"measurements.{place}.device_id"


async def _told_of(
    session: AsyncSession, elder_id: UUID, measured: dict[int, tuple[UUID, datetime]]
) -> set[int]:
    """Those by a device that has told of the elder on the district's day of the measurement."""
    if not measured:
        return set()
    moment: DateTime = DateTime(timezone=True)
    rows = [(place, key, *_day_of(at)) for place, (key, at) in measured.items()]
    asked = values(
        column("place", Integer()),
        column("device_id", Uuid()),
        column("since", moment),
        column("until", moment),
        name="asked",
    ).data(rows)
    told = exists().where(
        col(Telemetry.device_id) == asked.c.device_id,
        col(Telemetry.elder_id) == elder_id,
        col(Telemetry.device_time) >= asked.c.since,
        col(Telemetry.device_time) < asked.c.until,
    )
    return set(await session.scalars(select(asked.c.place).where(told)))


def _day_of(moment: datetime) -> tuple[datetime, datetime]:
    begins = datetime.combine(district_day(moment), time.min, DISTRICT_ZONE)
    return begins, begins + timedelta(days=1)
