"""Which stations' test calls do not come through: a broken chain is itself an alarm."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.alarms.clearing import clear_of
from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import Alarm, AlarmSeverity, AlarmType
from domain.alarms.raising import Signal
from domain.alarms.service import raise_alarms
from domain.canary.models import CanaryRun
from domain.coverage.chain import whole_chain_broken
from domain.devices.models import Device
from domain.stations.models import Station

OVERDUE: Final = timedelta(seconds=30)
"""A test call that is not shown by then does not come through."""

SILENT: Final = timedelta(minutes=3)
"""A station that has not rung for so long is not tried any more."""


def _to_judge_by(moment: Any) -> ColumnElement[bool]:
    """Whether a run is over, or should be."""
    return or_(col(CanaryRun.shown_at).is_not(None), col(CanaryRun.pressed_at) < moment - OVERDUE)


def stations_judged(moment: Any) -> Select[*tuple[Any, ...]]:
    """Each station that ever rang, and whether its test call does not come through.

    Parameters:
        moment: now; SQL will do as well.
    """
    last = (
        select(col(CanaryRun.pressed_at), col(CanaryRun.shown_at))
        .where(col(CanaryRun.station_id) == col(Device.station_id), _to_judge_by(moment))
        .order_by(col(CanaryRun.pressed_at).desc())
        .limit(1)
        .lateral("last")
    )
    broken = or_(last.c.shown_at.is_(None), last.c.pressed_at < moment - SILENT)
    return (
        select(col(Device.station_id), broken)
        .join(Station, col(Station.id) == col(Device.station_id))
        .join(last, true())
        .where(col(Device.canary), col(Device.revoked_at).is_(None))
        .order_by(col(Device.station_id))
    )


async def judge(session: AsyncSession, moment: datetime) -> None:
    """Raise an alarm for each station whose test call does not come through, and clear those of the
    others; where none of several does, one alarm for all of them.

    Parameters:
        moment: now, by the clock of whoever rings.
    """
    rows = await session.execute(stations_judged(moment))
    judged: dict[UUID, bool] = {station: bad for station, bad in rows}
    broken = {station for station, bad in judged.items() if bad}
    await clear_of(
        session,
        col(Alarm.station_id),
        judged.keys() - broken,
        AlarmType.CHAIN_BROKEN,
        moment,
    )
    if len(broken) > 1 and len(broken) == len(judged):
        await whole_chain_broken(session, moment)
    else:
        await _raise_for(session, broken, moment)


async def _raise_for(session: AsyncSession, stations: Collection[UUID], at: datetime) -> None:
    told = select(col(Alarm.station_id)).where(
        col(Alarm.type) == AlarmType.CHAIN_BROKEN,
        and_(col(Alarm.state) != AlarmState.RESOLVED, col(Alarm.cleared_at).is_(None)),
        col(Alarm.station_id).is_not(None),
    )
    new = select(Station).where(col(Station.id).in_(stations), col(Station.id).not_in(told))
    signals = [
        Signal(
            elder_id=None,
            device_id=None,
            region_code=station.region_code,
            type=AlarmType.CHAIN_BROKEN,
            severity=AlarmSeverity.MAJOR,
            at=at,
            station_id=station.id,
        )
        for station in await session.scalars(new)
    ]
    await raise_alarms(session, signals)
