"""A test call's life: begun, followed to its end, and forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.alarms.lifecycle import AlarmState
from domain.alarms.log import TOPIC, note_change
from domain.alarms.models import Alarm, AlarmChange, AlarmLog, AlarmPurpose, ResolveReason
from domain.calendar import now
from domain.canary.models import CanaryRun
from domain.canary.setting_up import Canary
from domain.devices.models import DeviceEvent
from domain.dropping import dropped
from domain.outbox import OutboxEvent

RUNS_KEPT: Final = timedelta(days=7)

_ALARMS_KEPT = timedelta(hours=1)
"""An alarm a minute and station is nobody's history: its moments are in the run."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What whoever rang has seen of a test call.

    Parameters:
        event_id: the device's name for the press; None if no receipt came.
        confirmed_at: when the receipt came.
        shown_at: when a subscriber was shown the alarm.
    """

    event_id: str | None = None
    confirmed_at: datetime | None = None
    shown_at: datetime | None = None


async def begin(session: AsyncSession, canary: Canary, at: datetime) -> UUID:
    """Write that a test call is rung now: if nothing more is written, it is broken."""
    run = CanaryRun(station_id=canary.station_id, device_id=canary.device_id, pressed_at=at)
    session.add(run)
    await session.flush()
    return run.id


async def finish(session: AsyncSession, run_id: UUID, followed: Followed) -> None:
    """Write how far a test call came, and take its alarm back as the system itself."""
    run = await session.get_one(CanaryRun, run_id)
    run.confirmed_at, run.shown_at = followed.confirmed_at, followed.shown_at
    received = select(col(DeviceEvent.received_at)).where(
        col(DeviceEvent.device_id) == run.device_id,
        col(DeviceEvent.event_id) == followed.event_id,
    )
    run.received_at = await session.scalar(received)
    for alarm_id in await _taken_back(session, run.device_id):
        recorded = select(func.max(col(OutboxEvent.recorded_at))).where(
            col(OutboxEvent.topic) == TOPIC,
            col(OutboxEvent.subject_id) == alarm_id,
            col(OutboxEvent.recorded_at) >= run.pressed_at,
        )
        run.recorded_at = await session.scalar(recorded)
        note_change(session, alarm_id, AlarmChange.ACKNOWLEDGED)
        note_change(session, alarm_id, AlarmChange.RESOLVED)


async def _taken_back(session: AsyncSession, device_id: UUID) -> list[UUID]:
    moment = now()
    statement = (
        update(Alarm)
        .where(
            col(Alarm.device_id) == device_id,
            col(Alarm.purpose) == AlarmPurpose.CANARY,
            col(Alarm.state) != AlarmState.RESOLVED,
        )
        .values(
            state=AlarmState.RESOLVED,
            acknowledged_at=moment,
            resolved_at=moment,
            resolve_reason=ResolveReason.TEST,
        )
        .returning(col(Alarm.id))
    )
    return list(await session.scalars(statement))


async def prune(session: AsyncSession) -> int:
    """Drop runs that are a week old, and test calls' alarms that are over for an hour."""
    over = select(col(Alarm.id)).where(
        col(Alarm.purpose) == AlarmPurpose.CANARY,
        col(Alarm.resolved_at) < func.now() - _ALARMS_KEPT,
    )
    await session.execute(delete(AlarmLog).where(col(AlarmLog.alarm_id).in_(over)))
    await session.execute(delete(Alarm).where(col(Alarm.id).in_(over)))
    return await dropped(session, CanaryRun, col(CanaryRun.pressed_at) < func.now() - RUNS_KEPT)
