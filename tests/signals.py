"""Alarms for tests, raised through the domain as the bridge does."""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.alarms.escalation import escalate_due
from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import Alarm, AlarmSeverity, AlarmType
from domain.alarms.service import Signal, raise_alarms
from domain.calendar import now
from domain.database import Database
from domain.devices.models import Device
from domain.elders.models import Elder
from yiyang.district.cast import District


async def sos(session: AsyncSession, district: District, *, late: bool = False) -> Signal:
    """The mother presses her button."""
    return await sos_of(session, district.sos_button_id, late=late)


async def sos_of(session: AsyncSession, button_id: UUID, *, late: bool = False) -> Signal:
    """Someone presses a button."""
    statement = (
        select(col(Elder.id), col(Device.id), col(Elder.region_code))
        .join(Device, col(Device.elder_id) == col(Elder.id))
        .where(col(Device.id) == button_id)
    )
    elder_id, device_id, region_code = (await session.execute(statement)).one()
    return Signal(
        elder_id=elder_id,
        device_id=device_id,
        region_code=region_code,
        type=AlarmType.SOS,
        severity=AlarmSeverity.CRITICAL,
        at=now(),
        late=late,
    )


async def press(database: Database, district: District) -> None:
    """The mother presses her button, and it is stored."""
    async with database.transaction("test") as session:
        await raise_alarms(session, [await sos(session, district)])


async def its_time_comes(session: AsyncSession, alarm_id: UUID) -> None:
    """As long passes as it takes until the next step of an alarm is due, and it is taken."""
    await make_due(session, alarm_id)
    await escalate_due(session, 1000)


async def make_due(session: AsyncSession, alarm_id: UUID) -> None:
    """The next step of an alarm, if there is to be any, is due now."""
    waiting = col(Alarm.id) == alarm_id, col(Alarm.escalate_at).is_not(None)
    await session.execute(update(Alarm).where(*waiting).values(escalate_at=func.now()))


async def lift(session: AsyncSession, alarm_id: UUID, level: int) -> None:
    """Nobody answers an alarm until it has reached a level; one that is answered stays."""
    look = select(col(Alarm.level)).where(
        col(Alarm.id) == alarm_id,
        col(Alarm.state) == AlarmState.RAISED,
        col(Alarm.escalate_at).is_not(None),
    )
    while (reached := await session.scalar(look)) is not None and reached < level:
        await its_time_comes(session, alarm_id)
