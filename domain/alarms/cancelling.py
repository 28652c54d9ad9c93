"""The elder takes an alarm back: for a moment nobody has been told of it, and nobody need be.

Later it is too late for that: somebody may be on the way, and has to see for themselves. Then her
word is a line in the alarm's log.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, collate, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.alarms.escalation import answered
from domain.alarms.gathering import settle
from domain.alarms.lifecycle import ALARM_LIFECYCLE, AlarmAction, AlarmState
from domain.alarms.log import note_change
from domain.alarms.models import Alarm, AlarmChange, AlarmPurpose, AlarmType, ResolveReason
from domain.alarms.visibility import alarm_visible
from domain.calendar import now
from domain.errors import NotFound, PermissionDenied


class Cancel(NamedTuple):
    """An elder says by one of her devices that nothing has happened.

    Parameters:
        types: of the alarms that she means.
        at: when she said so; what happens afterwards she cannot have meant.
        late: it came so late that nobody knows what she meant.
    """

    elder_id: UUID
    types: frozenset[AlarmType]
    at: datetime
    late: bool


async def cancel_by_device(session: AsyncSession, cancels: Sequence[Cancel]) -> None:
    """Take back, or comment on, the open alarms that elders say are none."""
    for said in sorted(cancels, key=lambda one: one.elder_id):
        if said.late:
            continue
        meant = and_(
            col(Alarm.elder_id) == said.elder_id,
            col(Alarm.type).in_(sorted(said.types)),
            col(Alarm.raised_at) <= said.at,
            col(Alarm.state) != AlarmState.RESOLVED,
            col(Alarm.purpose) == AlarmPurpose.REAL,
        )
        for alarm in await _locked(session, meant):
            await _take_back(session, alarm, None, None)


async def cancel(
    session: AsyncSession, actor: Actor, alarm_id: UUID, note: str | None = None
) -> Alarm:
    """The elder says that nothing has happened. In time that ends the alarm, as a
    false one or as the drill that it is; later, and of an alarm
    that is never taken back, it changes nothing but the log.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed) for an alarm that is
        over.
    """
    found = await _locked(session, and_(col(Alarm.id) == alarm_id, alarm_visible(actor)))
    if not found:
        raise NotFound("id")
    if not actor.may(Permission.ALARM_CANCEL):
        raise PermissionDenied(action=AlarmAction.CANCEL.value)
    (alarm,) = found
    if alarm.state is AlarmState.RESOLVED:
        ALARM_LIFECYCLE.next(alarm.state, AlarmAction.CANCEL)
    await _take_back(session, alarm, actor, note)
    return alarm


def cancellable_until(alarm: Alarm) -> datetime | None:
    """Until when the elder may take an alarm back; None where that is over, or never was."""
    pending = alarm.state is AlarmState.RAISED and alarm.level == 0
    return alarm.escalate_at if pending else None


async def _locked(session: AsyncSession, which: ColumnElement[bool]) -> Sequence[Alarm]:
    """Alarms, in the order in which bridges lock an elder's."""
    ordered = select(Alarm).where(which).order_by(collate(col(Alarm.type), "C"))
    # Raised in this very transaction, perhaps, past the session.
    fresh = ordered.with_for_update(of=Alarm).execution_options(populate_existing=True)
    return (await session.scalars(fresh)).all()


async def _take_back(
    session: AsyncSession, alarm: Alarm, actor: Actor | None, note: str | None
) -> None:
    until = cancellable_until(alarm)
    if until is None or until <= now():
        note_change(session, alarm.id, AlarmChange.COMMENTED, actor, note or _TOO_LATE)
        return
    alarm.state = ALARM_LIFECYCLE.next(alarm.state, AlarmAction.CANCEL)
    await answered(session, alarm)
    drill = alarm.purpose is AlarmPurpose.DRILL
    alarm.resolved_at = now()
    alarm.resolve_reason = ResolveReason.DRILL if drill else ResolveReason.FALSE_ALARM
    note_change(session, alarm.id, AlarmChange.CANCELLED, actor, note)
    note_change(session, alarm.id, AlarmChange.RESOLVED, actor)
    await settle(session, [alarm.incident_id])


_TOO_LATE = "长者表示平安 (the elder says that all is well)"
"""In the log, for whoever is on the way, where the elder has used no words of her own."""
