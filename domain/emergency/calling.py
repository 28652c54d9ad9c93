"""Whom the emergency service is called for, with what it needs to come, and what came of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.alarms.lifecycle import AlarmState
from domain.alarms.log import note_change
from domain.alarms.models import Alarm, AlarmChange, AlarmPurpose, AlarmSeverity, AlarmType
from domain.audit.service import Act, Source, record
from domain.calendar import now
from domain.crypto import Vault
from domain.elders.models import Elder
from domain.emergency.models import EmergencyCall

WORD: Final = "120"
"""In the alarm's log, for whoever reads that somebody was told."""

FRESH: Final = timedelta(minutes=15)
"""How long a call is worth making: who configures the service later does not call for the past."""

_LEASE: Final = timedelta(seconds=30)
"""How long a worker may take over an attempt before another makes one."""

_FIRST_REST: Final = timedelta(seconds=2)
_LONGEST_REST: Final = timedelta(seconds=30)

_UNATTENDED: Final = frozenset({AlarmState.RAISED, AlarmState.ACKNOWLEDGED})
"""Nobody is with the elder, nor on the way."""

_FIELDS: Final = ("Alarm.type", "Elder.name", "Elder.address", "Elder.phone")


class Scene(NamedTuple):
    """What the emergency service is told, and nothing more.

    Parameters:
        tries: of which this is one.
    """

    alarm_id: UUID
    elder_id: UUID
    type: AlarmType
    raised_at: datetime
    region_code: str
    name: str
    address: str
    phone: str | None
    tries: int


class EmergencyServices(Protocol):
    """Calls for help from outside."""

    async def call(self, scene: Scene) -> str | None:
        """Try once; whatever goes wrong outside is an answer. A second call of one alarm means the
        same one.

        Returns: what went wrong, in a word; None where the call has arrived.
        """
        ...


async def ask(session: AsyncSession, alarms: Sequence[Alarm]) -> None:
    """Have the emergency service called for those of some alarms that are critical and an elder's;
    once each, and for no drill."""
    wanted = [
        {"alarm_id": alarm.id, "due_at": now(), "tries": 0}
        for alarm in alarms
        if alarm.severity is AlarmSeverity.CRITICAL
        and alarm.purpose is AlarmPurpose.REAL
        and alarm.elder_id is not None
        and alarm.state in _UNATTENDED
    ]
    if wanted:
        await session.execute(insert(EmergencyCall).values(wanted).on_conflict_do_nothing())


async def take(session: AsyncSession, vault: Vault) -> Scene | None:
    """The next call that is due, for this worker to make; None where there is none.

    One whose elder is attended by now, or that was asked for too long ago, is made no more.
    """
    due = (
        select(EmergencyCall, Alarm, Elder)
        .join(Alarm, col(Alarm.id) == col(EmergencyCall.alarm_id))
        .join(Elder, col(Elder.id) == col(Alarm.elder_id))
        .where(col(EmergencyCall.due_at) <= func.now())
        .order_by(col(EmergencyCall.due_at))
        .limit(1)
        .with_for_update(of=EmergencyCall, skip_locked=True)
    )
    while (row := (await session.execute(due)).one_or_none()) is not None:
        call, alarm, elder = row
        if alarm.state in _UNATTENDED and now() - call.asked_at < FRESH:
            call.due_at, call.tries = now() + _LEASE, call.tries + 1
            return _scene(vault, alarm, elder, call.tries)
        call.due_at = None
        await session.flush()
    return None


async def note_told(session: AsyncSession, scene: Scene) -> None:
    """The call has arrived: it is in the alarm's log, and in the trail what was disclosed."""
    call = await _locked(session, scene)
    call.due_at, call.told_at = None, now()
    note_change(session, scene.alarm_id, AlarmChange.NOTIFIED, note=WORD)
    act = Act("emergency_call", Alarm.__tablename__, scene.alarm_id, scene.elder_id, _FIELDS)
    record(session, None, Source(), [act])


async def note_failed(session: AsyncSession, scene: Scene, fault: str) -> None:
    """The call has not arrived, and is made again soon; the first time the log says so."""
    call = await _locked(session, scene)
    call.due_at = now() + min(_FIRST_REST * 2 ** (scene.tries - 1), _LONGEST_REST)
    if scene.tries == 1:
        words = f"{WORD}: {fault}"
        note_change(session, scene.alarm_id, AlarmChange.NOTIFICATION_FAILED, note=words)


async def _locked(session: AsyncSession, scene: Scene) -> EmergencyCall:
    return await session.get_one(EmergencyCall, scene.alarm_id, with_for_update=True)


def _scene(vault: Vault, alarm: Alarm, elder: Elder, tries: int) -> Scene:
    phone = elder.phone_cipher and vault.open(elder.phone_cipher, "elder.phone_cipher")
    return Scene(
        alarm_id=alarm.id,
        elder_id=elder.id,
        type=alarm.type,
        raised_at=alarm.raised_at,
        region_code=alarm.region_code,
        name=elder.name,
        address=vault.open(elder.address_cipher, "elder.address_cipher"),
        phone=phone or None,
        tries=tries,
    )
