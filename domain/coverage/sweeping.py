"""Devices that fall silent, found by looking for them: silence sends no message.

An elder who still has a device that works has one alarm for those that do not (DEVICE_OFFLINE); who
has none left has one of its own (UNCOVERED). Where nobody at all is heard, it is the chain that is
deaf, and not the devices: then one alarm says so, and the others wait.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, and_, case, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.alarms.clearing import clear_of
from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import Alarm, AlarmSeverity, AlarmType
from domain.alarms.raising import Signal
from domain.alarms.service import raise_alarms
from domain.coverage.chain import whole_chain_broken, whole_chain_works
from domain.coverage.models import Listening
from domain.devices.heartbeat import HEARTBEAT_SECONDS, SILENCE, offline_after
from domain.devices.models import Device, DeviceKind
from domain.elders.models import Elder
from domain.stations.models import Station

AT_ONCE: Final = 100
"""Devices of one transaction: their rows are locked for it, and a bridge may wait for one."""

_DEAF_AFTER = timedelta(seconds=60)
_DEAF_MESSAGES = 10
"""Nobody is heard for a minute, in which so many messages at least were due: no chance."""

_TOO_MANY, _TOO_MANY_SHARE = 1000, 0.1
"""Of those that were heard, so many and such a share fall silent at once: no chance either."""

_HELD_MOST = timedelta(hours=1)
"""How long these are held back while others are heard: the operator has had time by then."""

_ASLEEP_AFTER = timedelta(seconds=60)
"""Nobody has looked for so long: what came meanwhile is not known, and silence counts from now."""

CALLS: Final = frozenset({DeviceKind.SOS_BUTTON, DeviceKind.WATCH})
"""What elders call for help by: without it they cannot."""

_SECONDS = case(
    {kind: float(seconds) for kind, seconds in HEARTBEAT_SECONDS.items()}, value=col(Device.kind)
)
_IN_USE = and_(
    or_(col(Device.elder_id).is_not(None), col(Device.station_id).is_not(None)),
    col(Device.revoked_at).is_(None),
)


class _Heard(NamedTuple):
    """What all devices together say.

    Parameters:
        newest: when the newest message of any came; None if none ever did.
        rate: messages a second that are due at least of those that count as heard.
        lively: how many these are.
        silent: how many of them have missed three heartbeats.
    """

    newest: datetime | None
    rate: float
    lively: int
    silent: int


async def sweep(session: AsyncSession, moment: datetime) -> bool:
    """Look once for devices that have fallen silent, and for those that are heard again.

    Parameters:
        moment: now, by the clock that messages are stamped with as they arrive.
    Returns: whether there is more to do at once.
    """
    listening = await alone(session)
    if listening is None:
        return False
    if moment - listening.swept_at > _ASLEEP_AFTER:
        listening.heard_since = moment
    listening.swept_at = moment
    heard = await _heard(session, listening.heard_since, moment)
    if _is_deaf(heard, listening, moment):
        if listening.deaf_since is None:
            listening.deaf_since = moment
            await whole_chain_broken(session, moment)
        return False
    if listening.deaf_since is not None and not _is_deaf(heard, None, moment):
        # A button that is heard every ten minutes gets its time anew.
        listening.deaf_since, listening.heard_since = None, moment
        await whole_chain_works(session, moment)
    lost = await _lose(session, listening.heard_since, moment)
    return await _find(session, moment) + lost >= AT_ONCE


async def alone(session: AsyncSession) -> Listening | None:
    """What is remembered, locked until the transaction ends: of all workers one at a time looks.

    Returns: None where another does.
    """
    return await session.scalar(select(Listening).with_for_update(skip_locked=True))


async def _heard(session: AsyncSession, since: datetime, moment: datetime) -> _Heard:
    lively = and_(col(Device.offline_since).is_(None), ~col(Device.canary))
    statement = select(
        func.max(col(Device.last_seen_at)),
        func.coalesce(func.sum(1 / _SECONDS).filter(lively), 0.0),
        func.count().filter(lively),
        func.count().filter(lively, _missed(since, moment)),
    ).where(_IN_USE, col(Device.last_seen_at).is_not(None))
    return _Heard(*(await session.execute(statement)).one())


def _missed(since: datetime, moment: datetime) -> ColumnElement[bool]:
    """Whether a device has missed three heartbeats of the time in which it could be heard."""
    last = func.greatest(col(Device.last_seen_at), since)
    silent = last <= literal(moment, DateTime(timezone=True)) - SILENCE
    return and_(col(Device.last_seen_at).is_not(None), silent)


def _is_deaf(heard: _Heard, listening: Listening | None, moment: datetime) -> bool:
    """Whether it is the chain that is silent.

    Parameters:
        listening: what was known before; None to ask regardless of how long it has lasted.
    """
    if heard.newest is None:
        return False
    silence = moment - heard.newest
    if silence > _DEAF_AFTER and heard.rate * silence.total_seconds() >= _DEAF_MESSAGES:
        return True
    since = listening.deaf_since if listening else None
    held_long = since is not None and moment - since > _HELD_MOST
    return heard.silent > max(_TOO_MANY, _TOO_MANY_SHARE * heard.lively) and not held_long


async def _lose(session: AsyncSession, since: datetime, moment: datetime) -> int:
    """Devices that have just become offline. Returns: how many."""
    region = func.coalesce(col(Elder.region_code), col(Station.region_code))
    statement = (
        select(Device, region)
        .outerjoin(Elder, col(Elder.id) == col(Device.elder_id))
        .outerjoin(Station, col(Station.id) == col(Device.station_id))
        .where(
            _IN_USE,
            ~col(Device.canary),
            col(Device.offline_since).is_(None),
            _missed(since, moment),
        )
        .order_by(col(Device.id))
        .limit(AT_ONCE)
        # A device whose row is locked is being heard at this moment.
        .with_for_update(of=Device, key_share=True, skip_locked=True)
    )
    lost = [(device, code) for device, code in await session.execute(statement)]
    for device, _ in lost:
        device.offline_since, device.back_since = device.last_seen_at, None
    await session.flush()
    covered = await _covered(session, {device.elder_id for device, _ in lost if device.elder_id})
    signals = {_whose(device): _signal(device, code, covered, moment) for device, code in lost}
    with session.no_autoflush:
        await raise_alarms(session, list(signals.values()))
    return len(lost)


def _whose(device: Device) -> UUID | None:
    return device.elder_id or device.station_id


def _signal(device: Device, region: str, covered: Collection[UUID], at: datetime) -> Signal:
    uncovered = device.elder_id is not None and device.elder_id not in covered
    severity = AlarmSeverity.MINOR if device.kind in CALLS else AlarmSeverity.WARNING
    return Signal(
        elder_id=device.elder_id,
        device_id=None if uncovered else device.id,
        region_code=region,
        type=AlarmType.UNCOVERED if uncovered else AlarmType.DEVICE_OFFLINE,
        severity=AlarmSeverity.MAJOR if uncovered else severity,
        at=at,
        station_id=device.station_id,
    )


async def _covered(session: AsyncSession, elders: Collection[UUID]) -> set[UUID]:
    """Those of some elders who have a device that was heard and is not offline."""
    statement = select(col(Device.elder_id)).where(
        col(Device.elder_id).in_(elders),
        col(Device.offline_since).is_(None),
        col(Device.last_seen_at).is_not(None),
        _IN_USE,
    )
    return {one for one in await session.scalars(statement) if one is not None}


async def _find(session: AsyncSession, moment: datetime) -> int:
    """Devices that are offline and were heard since. Returns: how many are offline no more."""
    statement = (
        select(Device)
        .where(
            col(Device.offline_since).is_not(None),
            col(Device.last_seen_at) > col(Device.offline_since),
        )
        .order_by(col(Device.id))
        .with_for_update(of=Device, key_share=True, skip_locked=True)
    )
    back = [device for device in await session.scalars(statement) if _is_back(device, moment)]
    await session.flush()
    await _clear(session, back, moment)
    return len(back)


def _is_back(device: Device, moment: datetime) -> bool:
    """Whether a device has been heard for a whole heartbeat; what it has done is written to it.

    One message does not clear an alarm: on a bad line a device comes and goes.
    """
    assert device.last_seen_at is not None
    if moment - device.last_seen_at >= offline_after(device.kind):
        device.offline_since, device.back_since = device.last_seen_at, None
        return False
    if device.back_since is None:
        device.back_since = device.last_seen_at
    heartbeat = timedelta(seconds=HEARTBEAT_SECONDS[device.kind])
    if device.last_seen_at - device.back_since < heartbeat:
        return False
    device.offline_since = device.back_since = None
    return True


async def _clear(session: AsyncSession, back: Sequence[Device], at: datetime) -> None:
    """The alarms of those whose devices are heard again, as far as all are."""
    elders = {device.elder_id for device in back if device.elder_id}
    covered = await clear_of(session, col(Alarm.elder_id), elders, AlarmType.UNCOVERED, at)
    lacking = await _lacking(session, col(Device.elder_id), elders)
    all_there = elders - lacking.keys()
    await clear_of(session, col(Alarm.elder_id), all_there, AlarmType.DEVICE_OFFLINE, at)
    await _remain(session, [lacking[one] for one in covered if one in lacking], at)
    stations = {device.station_id for device in back if device.station_id}
    all_there = stations - (await _lacking(session, col(Device.station_id), stations)).keys()
    await clear_of(session, col(Alarm.station_id), all_there, AlarmType.DEVICE_OFFLINE, at)


async def _lacking(
    session: AsyncSession, key: Any, whose: Collection[UUID]
) -> dict[UUID, tuple[Device, str]]:
    """Of each who still has a device that is offline, one such, and where it stands."""
    statement = (
        select(key, Device, func.coalesce(col(Elder.region_code), col(Station.region_code)))
        .outerjoin(Elder, col(Elder.id) == col(Device.elder_id))
        .outerjoin(Station, col(Station.id) == col(Device.station_id))
        .where(key.in_(whose), col(Device.offline_since).is_not(None), _IN_USE)
        .order_by(col(Device.id).desc())
    )
    return {row[0]: (row[1], row[2]) for row in await session.execute(statement)}


async def _remain(
    session: AsyncSession, lacking: Sequence[tuple[Device, str]], at: datetime
) -> None:
    """Who was uncovered and is no more may lack a device still, for which no alarm was raised."""
    elders = [device.elder_id for device, _ in lacking if device.elder_id]
    known = await session.scalars(
        select(col(Alarm.elder_id)).where(
            col(Alarm.elder_id).in_(elders),
            col(Alarm.type) == AlarmType.DEVICE_OFFLINE,
            col(Alarm.state) != AlarmState.RESOLVED,
            col(Alarm.cleared_at).is_(None),
        )
    )
    told = {*known}
    signals = [
        _signal(device, region, elders, at)
        for device, region in lacking
        if device.elder_id not in told
    ]
    await raise_alarms(session, signals)
