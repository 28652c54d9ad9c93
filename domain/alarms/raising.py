"""From a device's signal to an alarm: one statement, so that no race raises two."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, and_, bindparam, case, func, literal_column, not_, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import SQLModel

from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import AlarmSeverity, AlarmType


@dataclass(frozen=True, slots=True)
class Signal:
    """A device's reason to raise an alarm.

    Parameters:
        at: when it happened: device time, or receive time where the device's clock is off.
        late: too old to be dispatched; it is shown only.
        measures: the values that led to it.
    """

    elder_id: UUID
    device_id: UUID
    region_code: str
    type: AlarmType
    severity: AlarmSeverity
    at: datetime
    late: bool = False
    measures: dict[str, Any] = field(default_factory=dict[str, Any])


def _raise_or_repeat_statement() -> ReturningInsert[UUID, bool]:
    table = SQLModel.metadata.tables["alarm"]
    new = insert(table).values({name: bindparam(f"given_{name}") for name in _RAISED_WITH})
    # A late alarm that is raised again in time begins now: nobody was called before.
    lifted = and_(table.c.late, not_(new.excluded.late))
    repeated = {
        "raised_at": case((lifted, new.excluded.raised_at), else_=table.c.raised_at),
        "repeat_count": table.c.repeat_count + 1,
        "repeated_at": func.greatest(table.c.repeated_at, new.excluded.raised_at),
        "cleared_at": None,
        "level": func.greatest(table.c.level, new.excluded.level),
        "late": and_(table.c.late, new.excluded.late),
    }
    raise_or_repeat = new.on_conflict_do_update(
        index_elements=["elder_id", "type"],
        index_where=text("state <> 'RESOLVED'"),
        set_=repeated,
    )
    return raise_or_repeat.returning(table.c.id, literal_column("alarm.xmax = 0", Boolean))


_RAISED_WITH = (
    "elder_id",
    "device_id",
    "region_code",
    "type",
    "severity",
    "state",
    "level",
    "raised_at",
    "late",
    "repeat_count",
    "measures",
)
_RAISE_OR_REPEAT = _raise_or_repeat_statement()
"""Built once: composing it anew cost ten times as much as running it."""


async def raise_or_repeat(session: AsyncSession, signal: Signal) -> tuple[UUID, bool]:
    """Store a signal as a new alarm, or as a repeat of the open one of its type.

    Returns: the alarm's key, and whether it is new.
    """
    given = {
        "given_elder_id": signal.elder_id,
        "given_device_id": signal.device_id,
        "given_region_code": signal.region_code,
        "given_type": signal.type,
        "given_severity": signal.severity,
        "given_state": AlarmState.RAISED,
        "given_level": 0 if signal.late else 1,
        "given_raised_at": signal.at,
        "given_late": signal.late,
        "given_repeat_count": 0,
        "given_measures": signal.measures,
    }
    row = (await session.execute(_RAISE_OR_REPEAT, given)).one()
    return row[0], row[1]
