"""From a device's signal to an alarm: one statement, so that no race raises two."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Interval,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    not_,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import SQLModel, col

from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import Alarm, AlarmPurpose, AlarmSeverity, AlarmType


@dataclass(frozen=True, slots=True)
class Signal:
    """A reason to raise an alarm.

    Parameters:
        elder_id: whose alarm it is; None for a station's.
        device_id: which device says so; None where it is the silence of several.
        at: when it happened: device time, or receive time where the device's clock is off.
        late: too old to be dispatched; it is shown only.
        measures: the values that led to it.
        station_id: whose alarm it is; None for an elder's.
        purpose: what it is rung for; those of one purpose never swallow those of another.
        source: which rule of which device says so (``source_of``): what it raised is cleared when
            each that did so has cleared it. Empty for what no device clears.
    """

    elder_id: UUID | None
    device_id: UUID | None
    region_code: str
    type: AlarmType
    severity: AlarmSeverity
    at: datetime
    late: bool = False
    measures: dict[str, Any] = field(default_factory=dict[str, Any])
    station_id: UUID | None = None
    purpose: AlarmPurpose = AlarmPurpose.REAL
    source: str = ""


def source_of(device_id: UUID, rule: str) -> str:
    """The name of one device's rule among an alarm's sources."""
    return f"{device_id.hex}:{rule}"


class Stored(NamedTuple):
    """What a signal has become.

    Parameters:
        alarm_id: the alarm's key.
        level: which it has now.
        is_worse: whether the repeat was more urgent than the alarm had been.
    """

    alarm_id: UUID
    is_new: bool
    level: int
    is_worse: bool


def _raise_or_repeat_statement() -> ReturningInsert[UUID, bool, int, bool]:
    table = SQLModel.metadata.tables["alarm"]
    given: dict[str, Any] = {name: bindparam(f"given_{name}") for name in _RAISED_WITH}
    given["escalate_at"] = func.now() + bindparam("given_waits", type_=Interval())
    new = insert(table).values(given)
    raise_or_repeat = new.on_conflict_do_update(
        index_elements=["elder_id", "station_id", "type", "purpose"],
        index_where=text("state <> 'RESOLVED'"),
        set_=_repeated(table.c, new.excluded),
    )
    return raise_or_repeat.returning(
        table.c.id,
        literal_column("alarm.xmax = 0", Boolean),
        table.c.level,
        literal_column("coalesce(old.severity <> new.severity, false)", Boolean),
    )


def _repeated(open_one: Any, new: Any) -> dict[str, Any]:
    """What a signal changes of the alarm that is open.

    Parameters:
        open_one: the alarm's columns.
        new: those of the one that would have been raised.
    """
    # A late alarm that is raised again in time begins now: nobody was called before.
    lifted = and_(open_one.late, not_(new.late))
    worse = _urgency(new.severity) < _urgency(open_one.severity)
    return {
        "raised_at": case((lifted, new.raised_at), else_=open_one.raised_at),
        "stored_at": case((lifted, func.now()), else_=open_one.stored_at),
        "repeat_count": open_one.repeat_count + 1,
        "repeated_at": func.greatest(open_one.repeated_at, new.raised_at),
        "cleared_at": None,
        "level": func.greatest(open_one.level, new.level),
        "late": and_(open_one.late, new.late),
        "severity": case((worse, new.severity), else_=open_one.severity),
        "escalate_at": case(
            (lifted, new.escalate_at),
            (worse, func.least(open_one.escalate_at, new.escalate_at)),
            else_=open_one.escalate_at,
        ),
        "sources": case(
            (open_one.sources.contains(new.sources), open_one.sources),
            else_=open_one.sources + new.sources,
        ),
    }


def _urgency(severity: ColumnElement[AlarmSeverity]) -> ColumnElement[int]:
    """The smaller, the more urgent."""
    return case({one.value: place for place, one in enumerate(AlarmSeverity)}, value=severity)


_RAISED_WITH = (
    "elder_id",
    "station_id",
    "device_id",
    "region_code",
    "type",
    "severity",
    "purpose",
    "state",
    "level",
    "raised_at",
    "late",
    "repeat_count",
    "measures",
    "sources",
)
_RAISE_OR_REPEAT = _raise_or_repeat_statement()
"""Built once: composing it anew cost ten times as much as running it."""


async def raise_or_repeat(
    session: AsyncSession, signal: Signal, level: int, waits: timedelta | None
) -> Stored:
    """Store a signal as a new alarm, or as a repeat of the open one of its type.

    Parameters:
        level: at which it begins.
        waits: how long until its next step is due; None for never.
    """
    given = {
        "given_elder_id": signal.elder_id,
        "given_station_id": signal.station_id,
        "given_device_id": signal.device_id,
        "given_region_code": signal.region_code,
        "given_type": signal.type,
        "given_severity": signal.severity,
        "given_purpose": signal.purpose,
        "given_state": AlarmState.RAISED,
        "given_level": level,
        "given_raised_at": signal.at,
        "given_late": signal.late,
        "given_repeat_count": 0,
        "given_measures": signal.measures,
        "given_waits": waits,
        "given_sources": [signal.source] if signal.source else [],
    }
    return Stored(*(await session.execute(_RAISE_OR_REPEAT, given)).one())


async def clear(session: AsyncSession, signal: Signal) -> UUID | None:
    """Note that one of an open alarm's sources has ended; with the last one the condition has.

    Parameters:
        signal: its source; without one, whatever raised the alarm has ended.
    Returns: the alarm that has no source left; None if there is none or others remain.
    """
    left = func.array_remove(col(Alarm.sources), signal.source)
    statement = update(Alarm).where(
        col(Alarm.elder_id) == signal.elder_id,
        col(Alarm.station_id) == signal.station_id,
        col(Alarm.type) == signal.type,
        col(Alarm.purpose) == signal.purpose,
        col(Alarm.state) != AlarmState.RESOLVED,
        col(Alarm.cleared_at).is_(None),
    )
    if signal.source:
        statement = statement.where(col(Alarm.sources).contains([signal.source])).values(
            sources=left, cleared_at=case((func.cardinality(left) == 0, signal.at))
        )
    else:
        statement = statement.values(sources=[], cleared_at=signal.at)
    row = (
        await session.execute(statement.returning(col(Alarm.id), col(Alarm.cleared_at)))
    ).one_or_none()
    return row.id if row is not None and row.cleared_at is not None else None
