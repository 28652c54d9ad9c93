"""The alarm that the chain itself is broken: one for the operator, however many are behind it."""

from datetime import datetime
from itertools import takewhile
from uuid import UUID

from sqlalchemy import func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.alarms.clearing import clear_of
from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import Alarm, AlarmSeverity, AlarmType
from domain.alarms.raising import Signal
from domain.alarms.service import raise_alarms
from domain.regions.models import Region
from domain.stations.models import Station


async def whole_chain_broken(session: AsyncSession, at: datetime) -> None:
    """Tell those who answer for all stations that none of them can be relied on.

    The alarm is the first station's, in the division that all stations lie in: so the city sees it,
    and no single street takes it for its own.
    """
    station = await _first_station(session)
    if station is None:
        return
    region = await _above_all(session) or station.region_code
    if await _is_told(session, station.id, region):
        return
    signal = Signal(
        elder_id=None,
        device_id=None,
        region_code=region,
        type=AlarmType.CHAIN_BROKEN,
        severity=AlarmSeverity.CRITICAL,
        at=at,
        station_id=station.id,
    )
    await raise_alarms(session, [signal])


async def whole_chain_works(session: AsyncSession, at: datetime) -> None:
    """The alarm's condition is over."""
    station = await _first_station(session)
    ids: list[UUID] = [station.id] if station else []
    await clear_of(session, col(Alarm.station_id), ids, AlarmType.CHAIN_BROKEN, at)


async def _is_told(session: AsyncSession, station_id: UUID, region: str) -> bool:
    """Whether the alarm is there already; the station's own becomes that of all."""
    wide = {"region_code": region, "severity": AlarmSeverity.CRITICAL}
    statement = (
        update(Alarm)
        .where(
            col(Alarm.station_id) == station_id,
            col(Alarm.type) == AlarmType.CHAIN_BROKEN,
            col(Alarm.state) != AlarmState.RESOLVED,
            col(Alarm.cleared_at).is_(None),
        )
        .values(wide)
        .returning(col(Alarm.id))
    )
    return await session.scalar(statement) is not None


async def _first_station(session: AsyncSession) -> Station | None:
    return await session.scalar(select(Station).order_by(col(Station.id)).limit(1))


async def _above_all(session: AsyncSession) -> str | None:
    """The smallest division that all stations lie in; None if there is none."""
    ends = select(func.min(col(Station.region_code)), func.max(col(Station.region_code)))
    first, last = (await session.execute(ends)).one()
    common = "".join(
        a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    )
    above = select(func.max(col(Region.code))).where(literal(common).startswith(col(Region.code)))
    return await session.scalar(above)
