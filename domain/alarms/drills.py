"""Alarms that are rung to practise: they rise and are answered as real ones are, and are none."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission, Role
from domain.alarms.lifecycle import AlarmState
from domain.alarms.log import note_change
from domain.alarms.models import Alarm, AlarmChange, AlarmPurpose, AlarmSeverity, AlarmType
from domain.alarms.service import Signal, raise_alarms
from domain.calendar import now
from domain.elders.models import Elder
from domain.elders.visibility import elder_visible
from domain.errors import AlarmAlreadyOpen, InvalidInput, NotFound, PermissionDenied
from domain.reasons import Reason
from domain.row_access import EVERY_ROW, RowAccess, in_region, region_staff
from domain.stations.models import Station

_OWN_STATIONS = RowAccess(
    {**region_staff(in_region(col(Station.region_code))), Role.ADMIN: EVERY_ROW}
)


@dataclass(frozen=True, slots=True)
class Drill:
    """What is practised.

    Parameters:
        elder_id: for whom it rings; None for a station's.
        station_id: where it rings; None for an elder's.
        family_too: whether the elder's family is told, and sees it.
        note: a word for its log.
    """

    elder_id: UUID | None
    station_id: UUID | None
    type: AlarmType
    severity: AlarmSeverity
    family_too: bool = False
    note: str | None = None


async def start_drill(session: AsyncSession, actor: Actor, drill: Drill) -> Alarm:
    """Ring an alarm to practise. It swallows no real one, and none swallows it.

    Raises: NotFound, PermissionDenied, AlarmAlreadyOpen for a second drill of a type, InvalidInput
        where not exactly one of elder and station is named.
    """
    where = await _region(session, actor, drill)
    if not actor.may(Permission.ALARM_DRILL):
        raise PermissionDenied(action="DRILL")
    if await _open_drill(session, drill) is not None:
        raise AlarmAlreadyOpen
    signal = Signal(
        elder_id=drill.elder_id,
        device_id=None,
        region_code=where,
        type=drill.type,
        severity=drill.severity,
        at=now(),
        station_id=drill.station_id,
        purpose=AlarmPurpose.DRILL,
    )
    await raise_alarms(session, [signal])
    alarm = await _open_drill(session, drill)
    assert alarm is not None
    alarm.family_too = drill.family_too
    if drill.note is not None:
        note_change(session, alarm.id, AlarmChange.COMMENTED, actor, drill.note)
    return alarm


async def _region(session: AsyncSession, actor: Actor, drill: Drill) -> str:
    """Where it rings."""
    if (drill.elder_id is None) == (drill.station_id is None):
        raise InvalidInput("elder_id", reason=Reason.ELDER_OR_STATION)
    if drill.elder_id is not None:
        field, place = (
            "elder_id",
            select(col(Elder.region_code)).where(
                col(Elder.id) == drill.elder_id, elder_visible(actor)
            ),
        )
    else:
        field, place = (
            "station_id",
            select(col(Station.region_code)).where(
                col(Station.id) == drill.station_id, _OWN_STATIONS(actor)
            ),
        )
    found = await session.scalar(place)
    if found is None:
        raise NotFound(field)
    return found


async def _open_drill(session: AsyncSession, drill: Drill) -> Alarm | None:
    statement = select(Alarm).where(
        col(Alarm.elder_id).is_not_distinct_from(drill.elder_id),
        col(Alarm.station_id).is_not_distinct_from(drill.station_id),
        col(Alarm.type) == drill.type,
        col(Alarm.purpose) == AlarmPurpose.DRILL,
        col(Alarm.state) != AlarmState.RESOLVED,
    )
    return await session.scalar(statement.with_for_update())
