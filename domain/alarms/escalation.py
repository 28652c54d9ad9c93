"""What time does to an alarm: it rises level by level until somebody answers it, and begins again
where it was answered and is not over.

When the next step is due stands in the alarm's own row (``escalate_at``), written with the change
that makes it due. Whoever looks finds it there: any number of workers, each for a moment, and one
that dies leaves nothing behind but a row that is still due (record 37).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.alarms.lifecycle import AlarmState
from domain.alarms.log import note_change
from domain.alarms.models import Alarm, AlarmChange, AlarmPurpose, AlarmType
from domain.alarms.raising import Signal
from domain.calendar import now
from domain.emergency import calling as emergency
from domain.escalation.times import ResponseTimes, response_times
from domain.notifications.telling import notify

LAST_LEVEL: Final = 3
"""The district's, and for what may cost a life the public emergency service's."""

CANCELLABLE: Final = {AlarmType.FALL: timedelta(seconds=30)}
"""Which alarms the elder may take back, and for how long; nobody is told before."""

ON_THE_WAY: Final = timedelta(minutes=15)
"""How long whoever was sent may take, by the rules' measure of arrival."""

_RESTING: Final = frozenset({AlarmState.ARRIVED, AlarmState.RESOLVED})
"""Someone is with the elder, or it is over: nothing more is due by itself."""


async def first_steps(
    session: AsyncSession, signals: Sequence[Signal]
) -> list[tuple[int, timedelta | None]]:
    """At which level an alarm of each signal begins, and how long it stays there.

    A late one is shown and calls nobody, one that the elder may take back calls nobody yet, and
    one that a machine has rung to try the chain (CANARY) calls nobody at all.
    """
    wanted = {(one.region_code, one.severity) for one in signals if _rises(one)}
    times = await response_times(session, wanted)
    steps: list[tuple[int, timedelta | None]] = []
    for signal in signals:
        if not _rises(signal):
            steps.append((0, None))
        elif signal.type in CANCELLABLE:
            steps.append((0, CANCELLABLE[signal.type]))
        else:
            steps.append((1, times[signal.region_code, signal.severity].at_level(1)))
    return steps


async def answered(session: AsyncSession, alarm: Alarm) -> None:
    """Somebody has done something about an alarm: its clock stops, and is set for the case that
    nothing follows.

    Parameters:
        alarm: locked, in its new state.
    """
    alarm.rearmed_at = None
    if alarm.state in _RESTING or alarm.late or alarm.purpose is AlarmPurpose.CANARY:
        alarm.escalate_at = None
    elif alarm.state is AlarmState.DISPATCHED:
        alarm.escalate_at = now() + ON_THE_WAY
    else:
        where = (alarm.region_code, alarm.severity)
        with session.no_autoflush:  # all of the answer is one version of the row
            times = await response_times(session, [where])
        alarm.escalate_at = now() + times[where].rearm


async def escalate_due(
    session: AsyncSession, at_most: int, only: Sequence[UUID] | None = None
) -> int:
    """Take the next step of alarms that are due, those first that are due for longest.

    Alarms that somebody else holds at this moment are left for the next time.

    Parameters:
        only: of these alarms; of all if None.
    Returns: how many there were.
    """
    due = select(Alarm).where(_is_due()).order_by(col(Alarm.escalate_at)).limit(at_most)
    if only is not None:
        due = due.where(col(Alarm.id).in_(only))
    alarms = (await session.scalars(due.with_for_update(skip_locked=True))).all()
    if not alarms:
        return 0
    times = await response_times(session, {(one.region_code, one.severity) for one in alarms})
    with session.no_autoflush:
        for alarm in alarms:
            change = _take_step(alarm, times[alarm.region_code, alarm.severity], now())
            note_change(session, alarm.id, change)
            notify(session, alarm.id, alarm.level)
    await emergency.ask(session, [alarm for alarm in alarms if alarm.level == LAST_LEVEL])
    return len(alarms)


async def due_now(session: AsyncSession, at_most: int) -> Sequence[UUID]:
    """Alarms whose next step is due."""
    due = select(col(Alarm.id)).where(_is_due()).order_by(col(Alarm.escalate_at)).limit(at_most)
    return (await session.scalars(due)).all()


def _is_due() -> ColumnElement[bool]:
    return and_(col(Alarm.escalate_at) <= func.now(), col(Alarm.state).not_in(_RESTING))


def _take_step(alarm: Alarm, times: ResponseTimes, moment: datetime) -> AlarmChange:
    """Move an alarm on: to the next level, or to the beginning of its level's clock."""
    assert alarm.escalate_at is not None
    again = alarm.state is not AlarmState.RAISED and (
        alarm.rearmed_at is None or alarm.level == LAST_LEVEL
    )
    alarm.level = max(alarm.level, 1) if again else alarm.level + 1
    # A level's clock begins when it was due: lateness must not add up.
    began = moment if again else alarm.escalate_at
    if again:
        alarm.rearmed_at = moment
    if alarm.level < LAST_LEVEL:
        alarm.escalate_at = began + times.at_level(alarm.level)
    else:
        waits = alarm.state is not AlarmState.RAISED
        alarm.escalate_at = began + times.rearm if waits else None
    return AlarmChange.REARMED if again else AlarmChange.ESCALATED


def _rises(signal: Signal) -> bool:
    return not signal.late and signal.purpose is not AlarmPurpose.CANARY
