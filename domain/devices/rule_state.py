"""What rules remember about a device, and the readings to work it out from anew."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Boolean,
    DateTime,
    Integer,
    Text,
    Uuid,
    bindparam,
    func,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.devices.models import RuleState, Telemetry
from domain.devices.service import by_column, rows_of, unnested

_TIME = DateTime(timezone=True)

CLOCK_OFFSET = "clock_offset_s"
"""The measure that flags a reading whose device time was not believed."""


class RuleMemory(NamedTuple):
    """What a rule knows of a device after its newest reading.

    Parameters:
        latest: device time of the newest reading.
        breached_since: since when every reading was beyond the threshold; None if it is not.
        raised: whether the rule has raised and not yet cleared.
    """

    latest: datetime
    breached_since: datetime | None = None
    raised: bool = False


class StoredReading(NamedTuple):
    """One row of telemetry."""

    device_time: datetime
    seq: int
    measures: Mapping[str, Any]


MemoryKey = tuple[UUID, str]
"""(device, rule)"""


async def memories(
    session: AsyncSession, device_ids: Iterable[UUID]
) -> dict[MemoryKey, RuleMemory]:
    """What the rules remember of these devices."""
    rows = await session.execute(_MEMORIES, {"ids": list(device_ids)})
    return {
        (row.device_id, row.rule): RuleMemory(row.latest, row.breached_since, row.raised)
        for row in rows
    }


async def remember(session: AsyncSession, changed: Mapping[MemoryKey, RuleMemory]) -> None:
    """Write what the rules now remember."""
    if changed:
        rows = [(*key, *memory) for key, memory in sorted(changed.items())]
        await session.execute(_REMEMBER, by_column(rows, _COLUMNS))


async def readings_around(
    session: AsyncSession, since: Mapping[UUID, datetime], before: int
) -> dict[UUID, list[StoredReading]]:
    """Each device's readings from a time on, and the last few before it, in device-time order.

    Parameters:
        since: device -> the time.
        before: how many readings older than that time at most. Readings whose device time was
            not believed are left out.
    """
    values = by_column(list(since.items()), ("device_id", "since")) | {"before": before}
    found: dict[UUID, list[StoredReading]] = {device_id: [] for device_id in since}
    for row in await session.execute(_READINGS_AROUND, values):
        found[row.device_id].append(StoredReading(row.device_time, row.seq, row.measures))
    for readings in found.values():
        readings.sort(key=_time_order)
    return found


def _time_order(reading: StoredReading) -> tuple[datetime, int]:
    return reading.device_time, reading.seq


_COLUMNS: Sequence[str] = ("device_id", "rule", "latest", "breached_since", "raised")

_MEMORIES = select(
    col(RuleState.device_id),
    col(RuleState.rule),
    col(RuleState.latest),
    col(RuleState.breached_since),
    col(RuleState.raised),
).where(col(RuleState.device_id) == func.any(bindparam("ids", type_=ARRAY(Uuid()))))

_given = unnested(
    device_id=Uuid(), rule=Text(), latest=_TIME, breached_since=_TIME, raised=Boolean()
)
_new_state = insert(rows_of(RuleState)).from_select(
    _COLUMNS, select(*(_given.c[name] for name in _COLUMNS))
)
_REMEMBER = _new_state.on_conflict_do_update(
    index_elements=["device_id", "rule"],
    set_={name: _new_state.excluded[name] for name in _COLUMNS[2:]},
)

_wanted = unnested(device_id=Uuid(), since=_TIME)
_believed = select(col(Telemetry.device_time), col(Telemetry.seq), col(Telemetry.measures)).where(
    col(Telemetry.device_id) == _wanted.c.device_id,
    ~func.jsonb_exists(col(Telemetry.measures), CLOCK_OFFSET),
)
_around = union_all(
    _believed.where(col(Telemetry.device_time) < _wanted.c.since)
    .order_by(col(Telemetry.device_time).desc(), col(Telemetry.seq).desc())
    .limit(bindparam("before", type_=Integer()))
    .correlate(_wanted),
    _believed.where(col(Telemetry.device_time) >= _wanted.c.since).correlate(_wanted),
).lateral("reading")
_READINGS_AROUND = select(
    _wanted.c.device_id, _around.c.device_time, _around.c.seq, _around.c.measures
).select_from(_wanted.join(_around, true()))
