"""The end of a condition that an alarm was raised for, where no device says so itself."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.alarms.lifecycle import AlarmState
from domain.alarms.log import note_change
from domain.alarms.models import Alarm, AlarmChange, AlarmPurpose, AlarmType


async def clear_of(
    session: AsyncSession, owner: Any, ids: Collection[UUID], what: AlarmType, at: datetime
) -> list[UUID]:
    """Note that a condition has ended; the alarms themselves stay open.

    Parameters:
        owner: the column that says whose alarms: ``Alarm.elder_id`` or ``Alarm.station_id``.
        ids: whose.
    Returns: of those the ones who had such an alarm.
    """
    if not ids:
        return []
    statement = (
        update(Alarm)
        .where(
            owner.in_(ids),
            col(Alarm.type) == what,
            col(Alarm.purpose) == AlarmPurpose.REAL,
            col(Alarm.state) != AlarmState.RESOLVED,
            col(Alarm.cleared_at).is_(None),
        )
        .values(cleared_at=at)
        .returning(col(Alarm.id), col(Alarm.elder_id), col(Alarm.station_id))
    )
    rows = await session.execute(statement)
    cleared = {alarm_id: elder_id or station_id for alarm_id, elder_id, station_id in rows}
    for alarm_id in sorted(cleared):
        note_change(session, alarm_id, AlarmChange.CLEARED)
    return [whose for whose in cleared.values() if whose]
