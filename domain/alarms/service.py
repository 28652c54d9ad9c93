"""What may happen to an alarm: devices raise and clear it, people answer it."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.alarms.escalation import answered, first_steps
from domain.alarms.gathering import Rung, gather, settle, worsen
from domain.alarms.lifecycle import ALARM_LIFECYCLE, PERMISSION_FOR, AlarmAction, AlarmState
from domain.alarms.log import TOPIC as TOPIC  # feed and stream know it from here
from domain.alarms.log import note_change
from domain.alarms.models import (
    Alarm,
    AlarmChange,
    AlarmPurpose,
    AlarmSeverity,
    ResolveReason,
)
from domain.alarms.raising import Signal, clear, raise_or_repeat
from domain.alarms.staff import AT_DESKS, SENT, check_covers
from domain.alarms.visibility import alarm_visible
from domain.calendar import now
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.lines import MAX_NOTE
from domain.notifications.telling import notify
from domain.reasons import Reason
from domain.versions import check_version

_SNOOZED = {AlarmSeverity.CRITICAL: 5}
_SNOOZED_AT_MOST = 30
"""Minutes."""


async def raise_alarms(session: AsyncSession, signals: Sequence[Signal]) -> None:
    """Raise an alarm for each signal, or count a repeat where one of its type is open, then
    as urgent as the more urgent of the two.

    Level 1 (family contacts and the elder's station) is told at once; a late signal stays at
    level 0, shown but not dispatched, until one in time repeats it, and so does for a moment what
    the elder may take back.
    """
    rung, worse = list[Rung](), list[UUID]()
    # One order for all writers, so that two batches cannot wait for each other in a circle.
    ordered = sorted(signals, key=_alarm_key)
    for signal, (level, waits) in zip(ordered, await first_steps(session, ordered), strict=True):
        stored = await raise_or_repeat(session, signal, level, waits)
        change = AlarmChange.RAISED if stored.is_new else AlarmChange.REPEATED
        note_change(session, stored.alarm_id, change)
        if stored.level and not signal.late:
            notify(session, stored.alarm_id, stored.level)
        if stored.is_worse:
            worse.append(stored.alarm_id)
        if stored.is_new and signal.elder_id is not None:
            severity, at = signal.severity, signal.at
            whose = signal.elder_id, signal.region_code, signal.purpose
            rung.append(Rung(stored.alarm_id, *whose, severity, at))
    await gather(session, rung)
    await worsen(session, worse)


async def clear_alarms(session: AsyncSession, cleared: Sequence[Signal]) -> None:
    """Note that the conditions behind open alarms have ended; the alarms themselves stay open.

    An alarm that several devices or rules have raised is cleared with the last of them.
    """
    for signal in sorted(cleared, key=_alarm_key):
        alarm_id = await clear(session, signal)
        if alarm_id is not None:
            note_change(session, alarm_id, AlarmChange.CLEARED)


async def acknowledge(
    session: AsyncSession, actor: Actor, alarm_id: UUID, note: str | None = None
) -> Alarm:
    """Take responsibility for a raised alarm; escalation stops.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    alarm = await _moved(session, actor, alarm_id, AlarmAction.ACKNOWLEDGE)
    acknowledged(session, actor, alarm, note)
    await settle(session, [alarm.incident_id])
    return alarm


async def dispatch(
    session: AsyncSession,
    actor: Actor,
    alarm_id: UUID,
    note: str | None = None,
    to: UUID | None = None,
    expected_version: int | None = None,
) -> Alarm:
    """Send someone to the elder, or another, where who was sent cannot come.

    Parameters:
        to: the account of a caregiver, a volunteer or one of a station who works where the alarm
            rang; they see the alarm and the elder until it is over. None for somebody without one,
            such as a neighbour.
        expected_version: as for ``resolve``.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed),
        InvalidInput.
    """
    alarm = await _moved(session, actor, alarm_id, AlarmAction.DISPATCH, expected_version)
    if to is not None:
        await check_covers(session, actor, to, alarm.region_code, SENT)
    alarm.dispatched_at, alarm.dispatched_to = alarm.dispatched_at or now(), to
    note_change(session, alarm.id, AlarmChange.DISPATCHED, actor, note)
    return alarm


async def arrive(
    session: AsyncSession, actor: Actor, alarm_id: UUID, note: str | None = None
) -> Alarm:
    """Someone is with the elder: says so who was sent, or a desk.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    alarm = await _moved(session, actor, alarm_id, AlarmAction.ARRIVE)
    alarm.arrived_at = now()
    note_change(session, alarm.id, AlarmChange.ARRIVED, actor, note)
    return alarm


async def resolve(
    session: AsyncSession,
    actor: Actor,
    alarm_id: UUID,
    reason: ResolveReason,
    note: str | None = None,
    expected_version: int | None = None,
) -> Alarm:
    """End an alarm, from any open state.

    Parameters:
        reason: DRILL for a drill, and nothing else.
        expected_version: the alarm's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed),
        InvalidInput.
    """
    alarm = await _moved(session, actor, alarm_id, AlarmAction.RESOLVE, expected_version)
    resolved(session, actor, alarm, reason, note)
    await settle(session, [alarm.incident_id])
    return alarm


async def comment(session: AsyncSession, actor: Actor, alarm_id: UUID, note: str) -> Alarm:
    """Write a word to an alarm's log, also after it is over.

    Raises: NotFound, PermissionDenied, InvalidInput.
    """
    alarm = await _moved(session, actor, alarm_id, AlarmAction.COMMENT)
    if not note.strip():
        raise InvalidInput("note", reason=Reason.LENGTH, least=1, most=MAX_NOTE)
    note_change(session, alarm.id, AlarmChange.COMMENTED, actor, note)
    return alarm


async def assign(
    session: AsyncSession,
    actor: Actor,
    alarm_id: UUID,
    to: UUID,
    note: str | None = None,
    expected_version: int | None = None,
) -> Alarm:
    """Give an open alarm to somebody at a desk, who sees to it from now on.

    Parameters:
        to: the account of a dispatcher or of one of a station who works where the alarm rang.
        expected_version: as for ``resolve``.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed),
        InvalidInput.
    """
    alarm = await _moved(session, actor, alarm_id, AlarmAction.ASSIGN, expected_version)
    await check_covers(session, actor, to, alarm.region_code, AT_DESKS)
    alarm.assigned_to, alarm.snoozed_until = to, None
    note_change(session, alarm.id, AlarmChange.ASSIGNED, actor, note)
    return alarm


async def snooze(
    session: AsyncSession,
    actor: Actor,
    alarm_id: UUID,
    minutes: int,
    note: str | None = None,
    expected_version: int | None = None,
) -> Alarm:
    """Leave whoever sees to an alarm alone with it for a while. It goes on: it rises as it would
    have, and one that nobody has acknowledged cannot be snoozed at all.

    Parameters:
        minutes: 1 to 30; of a critical alarm to 5, so that it is over before the alarm's clock
            begins again.
        expected_version: as for ``resolve``.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed),
        InvalidInput.
    """
    alarm = await _moved(session, actor, alarm_id, AlarmAction.SNOOZE, expected_version)
    most = _SNOOZED.get(alarm.severity, _SNOOZED_AT_MOST)
    if not 1 <= minutes <= most:
        raise InvalidInput("minutes", reason=Reason.RANGE, least=1, most=most)
    alarm.snoozed_until = now() + timedelta(minutes=minutes)
    note_change(session, alarm.id, AlarmChange.SNOOZED, actor, note)
    return alarm


async def move(session: AsyncSession, alarm: Alarm, action: AlarmAction) -> None:
    """Bring an alarm to its next state. Only what brings it to another one is an answer: a word in
    its log, or a desk that wants to be left alone, stops no clock.

    Parameters:
        alarm: locked.

    Raises: IllegalTransition(from, to, allowed).
    """
    before, alarm.state = alarm.state, ALARM_LIFECYCLE.next(alarm.state, action)
    if alarm.state is not before:
        await answered(session, alarm)


def acknowledged(session: AsyncSession, actor: Actor, alarm: Alarm, note: str | None) -> None:
    """Write down who has taken responsibility for an alarm that has been moved."""
    alarm.acknowledged_by, alarm.acknowledged_at = actor.id, now()
    note_change(session, alarm.id, AlarmChange.ACKNOWLEDGED, actor, note)


def resolved(
    session: AsyncSession, actor: Actor, alarm: Alarm, reason: ResolveReason, note: str | None
) -> None:
    """Write down what an alarm that has been moved turned out to be.

    Raises: InvalidInput for a drill that is said to have been something else.
    """
    if alarm.purpose is AlarmPurpose.DRILL and reason is not ResolveReason.DRILL:
        raise InvalidInput("reason", reason=Reason.NOT_CONSISTENT)
    alarm.resolved_at, alarm.resolve_reason = now(), reason
    note_change(session, alarm.id, AlarmChange.RESOLVED, actor, note)


def available_actions(actor: Actor, state: AlarmState) -> list[AlarmAction]:
    """What the actor may do with an alarm in a state, in the lifecycle's order."""
    return [
        action for action in ALARM_LIFECYCLE.actions(state) if actor.may(PERMISSION_FOR[action])
    ]


async def _moved(
    session: AsyncSession,
    actor: Actor,
    alarm_id: UUID,
    action: AlarmAction,
    expected_version: int | None = None,
) -> Alarm:
    """The alarm, locked and moved along its lifecycle."""
    statement = select(Alarm).where(col(Alarm.id) == alarm_id, alarm_visible(actor))
    alarm = await session.scalar(statement.with_for_update(of=Alarm))
    if alarm is None:
        raise NotFound("id")
    if not actor.may(PERMISSION_FOR[action]):
        raise PermissionDenied(action=action.value)
    check_version(alarm, expected_version)
    await move(session, alarm, action)
    return alarm


def _alarm_key(signal: Signal) -> tuple[str, str, str]:
    return str(signal.elder_id or signal.station_id), signal.type, signal.purpose
