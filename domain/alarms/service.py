"""What may happen to an alarm: devices raise and clear it, people answer it, time escalates it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.alarms.lifecycle import ALARM_LIFECYCLE, PERMISSION_FOR, AlarmAction, AlarmState
from domain.alarms.models import (
    Alarm,
    AlarmChange,
    AlarmLog,
    ResolveReason,
)
from domain.alarms.raising import Signal, raise_or_repeat
from domain.alarms.visibility import alarm_visible
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.jobs import Job, enqueue
from domain.outbox import Event, record
from domain.reasons import Reason
from domain.versions import check_version

TOPIC = "alarm"
"""The outbox topic of every change to an alarm."""

MAX_NOTE = 2000
"""Characters of a note in an alarm's log."""

ESCALATE_JOB = "alarm.escalate"

ESCALATION = {2: timedelta(seconds=60), 3: timedelta(seconds=180)}
"""Level -> time unacknowledged: 2 is the street's dispatcher, 3 the district."""


async def raise_alarms(session: AsyncSession, signals: Sequence[Signal]) -> None:
    """Raise an alarm for each signal, or count a repeat where one of its type is open.

    Level 1 (family contacts and the elder's station) is told at once; a late signal stays at
    level 0, shown but not dispatched, until one in time repeats it.
    """
    # One order for all writers, so that two batches cannot wait for each other in a circle.
    for signal in sorted(signals, key=_alarm_key):
        alarm_id, is_new = await raise_or_repeat(session, signal)
        _note(session, alarm_id, AlarmChange.RAISED if is_new else AlarmChange.REPEATED)
        if not signal.late:
            _schedule_escalation(session, alarm_id)


async def clear_alarms(session: AsyncSession, cleared: Sequence[Signal]) -> None:
    """Note that the condition behind an open alarm has ended; the alarm itself stays open."""
    for signal in sorted(cleared, key=_alarm_key):
        statement = (
            update(Alarm)
            .where(
                col(Alarm.elder_id) == signal.elder_id,
                col(Alarm.type) == signal.type,
                col(Alarm.state) != AlarmState.RESOLVED,
                col(Alarm.cleared_at).is_(None),
            )
            .values(cleared_at=signal.at)
            .returning(col(Alarm.id))
        )
        for alarm_id in (await session.scalars(statement)).all():
            _note(session, alarm_id, AlarmChange.CLEARED)


async def acknowledge(
    session: AsyncSession, actor: Actor, alarm_id: UUID, note: str | None = None
) -> Alarm:
    """Take responsibility for a raised alarm; escalation stops.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    alarm = await _moved(session, actor, alarm_id, AlarmAction.ACKNOWLEDGE)
    alarm.acknowledged_by, alarm.acknowledged_at = actor.id, datetime.now(UTC)
    _note(session, alarm.id, AlarmChange.ACKNOWLEDGED, actor, note)
    return alarm


async def dispatch(
    session: AsyncSession, actor: Actor, alarm_id: UUID, note: str | None = None
) -> Alarm:
    """Send someone to the elder.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    alarm = await _moved(session, actor, alarm_id, AlarmAction.DISPATCH)
    alarm.dispatched_at = datetime.now(UTC)
    _note(session, alarm.id, AlarmChange.DISPATCHED, actor, note)
    return alarm


async def arrive(
    session: AsyncSession, actor: Actor, alarm_id: UUID, note: str | None = None
) -> Alarm:
    """Someone is with the elder.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    alarm = await _moved(session, actor, alarm_id, AlarmAction.ARRIVE)
    alarm.arrived_at = datetime.now(UTC)
    _note(session, alarm.id, AlarmChange.ARRIVED, actor, note)
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
        expected_version: the alarm's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed).
    """
    alarm = await _moved(session, actor, alarm_id, AlarmAction.RESOLVE, expected_version)
    alarm.resolved_at, alarm.resolve_reason = datetime.now(UTC), reason
    _note(session, alarm.id, AlarmChange.RESOLVED, actor, note)
    return alarm


async def escalate(session: AsyncSession, alarm_id: UUID, level: int) -> bool:
    """Lift an alarm that nobody has acknowledged to a level.

    Parameters:
        level: 2 or 3; a level that is reached already stays.
    Returns: whether the level changed.
    """
    statement = (
        update(Alarm)
        .where(
            col(Alarm.id) == alarm_id,
            col(Alarm.state) == AlarmState.RAISED,
            col(Alarm.level) < level,
        )
        .values(level=level)
        .returning(col(Alarm.id))
    )
    changed = (await session.scalar(statement)) is not None
    if changed:
        _note(session, alarm_id, AlarmChange.ESCALATED)
    return changed


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
    alarm.state = ALARM_LIFECYCLE.next(alarm.state, action)
    return alarm


def _schedule_escalation(session: AsyncSession, alarm_id: UUID) -> None:
    for level, after in ESCALATION.items():
        arguments = {"alarm_id": alarm_id.hex, "level": level}
        enqueue(session, Job(ESCALATE_JOB, arguments, after, f"escalate:{alarm_id.hex}:{level}"))


def _note(
    session: AsyncSession,
    alarm_id: UUID,
    change: AlarmChange,
    actor: Actor | None = None,
    note: str | None = None,
) -> None:
    if note is not None and len(note) > MAX_NOTE:
        raise InvalidInput("note", reason=Reason.TOO_LONG, most=MAX_NOTE)
    account_id = actor.id if actor else None
    session.add(AlarmLog(alarm_id=alarm_id, change=change, account_id=account_id, note=note))
    record(session, Event(TOPIC, alarm_id, change.value))


def _alarm_key(signal: Signal) -> tuple[UUID, str]:
    return signal.elder_id, signal.type
