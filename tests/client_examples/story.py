"""What happens in the stories: a mother presses her button, time passes, others answer."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import col

from domain.access import Actor
from domain.accounts.models import Relation
from domain.alarms.models import Alarm, AlarmPurpose, AlarmSeverity, AlarmType, ResolveReason
from domain.alarms.service import Signal, acknowledge, raise_alarms, resolve
from domain.database import Database
from domain.devices.models import Device, DeviceKind
from domain.elders.models import Elder
from tests.makers.family import make_link
from tests.signals import lift


async def ring(
    database: Database,
    device_id: UUID,
    *,
    type: AlarmType = AlarmType.SOS,
    severity: AlarmSeverity = AlarmSeverity.CRITICAL,
    purpose: AlarmPurpose = AlarmPurpose.REAL,
    ago: timedelta = timedelta(0),
) -> None:
    """A device raises an alarm, as the bridge does when its message has come."""
    async with database.transaction("test") as session:
        home = select(col(Device.elder_id), col(Elder.region_code)).join(
            Elder, col(Elder.id) == col(Device.elder_id)
        )
        elder_id, region_code = (
            await session.execute(home.where(col(Device.id) == device_id))
        ).one()
        at = datetime.now(UTC) - ago
        signal = Signal(elder_id, device_id, region_code, type, severity, at, purpose=purpose)
        await raise_alarms(session, [signal])


async def escalate_all(database: Database, level: int) -> None:
    """Nobody answered in time."""
    async with database.transaction("test") as session:
        for alarm_id in (await session.scalars(select(col(Alarm.id)))).all():
            await lift(session, alarm_id, level)


async def answer(database: Database, actor: Actor, elder_id: UUID) -> None:
    """Someone takes responsibility for an elder's newest alarm."""
    alarm = (await alarms_of(database, elder_id))[-1]
    async with database.transaction("test") as session:
        await acknowledge(session, actor, alarm.id)


TWO_TYPES = (AlarmType.SOS, AlarmType.BRADYCARDIA)
"""Of which a vendor's devices everywhere make less than a page."""

THREE_TYPES = (*TWO_TYPES, AlarmType.TACHYCARDIA)


async def ring_everywhere(database: Database, types: Iterable[AlarmType] = THREE_TYPES) -> int:
    """Every elder who has a device has each of some types of alarm; returns how many that makes."""
    async with database.transaction("test") as session:
        homes = select(col(Device.elder_id), col(Device.id), col(Elder.region_code)).join(
            Elder, col(Elder.id) == col(Device.elder_id)
        )
        found = (await session.execute(homes)).all()
        at = datetime.now(UTC)
        signals = [
            Signal(elder_id, device_id, region_code, kind, AlarmSeverity.MAJOR, at)
            for elder_id, device_id, region_code in found
            for kind in types
        ]
        await raise_alarms(session, signals)
    return len({(signal.elder_id, signal.type) for signal in signals})


async def resolved(database: Database, alarm_id: UUID, actor: Actor, *, ago: timedelta) -> None:
    """Someone ended an alarm as a drill, some time ago."""
    async with database.transaction("test") as session:
        alarm = await resolve(session, actor, alarm_id, ResolveReason.DRILL)
        alarm.resolved_at = datetime.now(UTC) - ago


async def hear_from(database: Database, device_id: UUID, ago: timedelta) -> None:
    """A device's last message came some time ago."""
    async with database.transaction("test") as session:
        await session.execute(
            update(Device)
            .where(col(Device.id) == device_id)
            .values(last_seen_at=datetime.now(UTC) - ago)
        )


async def alarms_of(database: Database, elder_id: UUID) -> list[Alarm]:
    """An elder's alarms as they are stored, the oldest first."""
    async with database.transaction("test") as session:
        mine = select(Alarm).where(col(Alarm.elder_id) == elder_id).order_by(col(Alarm.id))
        return list((await session.scalars(mine)).all())


async def button_of(database: Database, elder_id: UUID) -> UUID:
    """An elder's SOS button."""
    async with database.transaction("test") as session:
        theirs = select(col(Device.id)).where(
            col(Device.elder_id) == elder_id, col(Device.kind) == DeviceKind.SOS_BUTTON
        )
        return (await session.scalars(theirs)).one()


async def devices_of_kind(database: Database, kind: DeviceKind) -> list[UUID]:
    """Every device of a kind, in the order of registration, one an elder."""
    async with database.transaction("test") as session:
        theirs = select(col(Device.id)).where(col(Device.kind) == kind).order_by(col(Device.id))
        return list((await session.scalars(theirs)).all())


async def link(database: Database, account_id: UUID, elder_id: UUID) -> None:
    """An account may look after one elder more."""
    await make_link(database, account_id, elder_id, relation=Relation.OTHER)
