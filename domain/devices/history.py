"""What a device has said, as it is stored: the readings that rules are followed over anew."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    DateTime,
    Integer,
    Select,
    Uuid,
    bindparam,
    func,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.devices.given import as_given, given
from domain.devices.models import DeviceEvent, Telemetry
from domain.devices.rule_steps import Reading

CLOCK_OFFSET = "clock_offset_s"
"""The measure that flags a reading whose device time was not believed."""


class Wanted(NamedTuple):
    """Which readings of a device are asked for.

    Parameters:
        elder_id: what it said while it was hers; None: while it was nobody's.
        hears_events: whether its events are asked for too.
    """

    device_id: UUID
    since: datetime
    elder_id: UUID | None
    hears_events: bool


async def readings_around(
    session: AsyncSession,
    wanted: Sequence[Wanted],
    before: int,
) -> dict[UUID, list[Reading]]:
    """Each device's readings from a time on, and the last few before it, in device-time order.

    Parameters:
        before: how many readings older than that time at most, and of events as many.
    Returns: by device; those whose device time was not believed are left out.
    """
    found: dict[UUID, list[Reading]] = {one.device_id: [] for one in wanted}
    for statement, asked in (
        (_TELEMETRY_AROUND, wanted),
        (_EVENTS_AROUND, [one for one in wanted if one.hears_events]),
    ):
        if asked:
            values = as_given([one[:3] for one in asked], Wanted._fields[:3])
            for row in await session.execute(statement, values | {"before": before}):
                device_id, *said = row
                found[device_id].append(Reading(*said))
    for readings in found.values():
        readings.sort(key=_place)
    return found


def _place(reading: Reading) -> tuple[datetime, int, str]:
    return reading.place


_wanted = given(device_id=Uuid(), since=DateTime(timezone=True), elder_id=Uuid())


def _around(said: Any, at: Any, seq: Any) -> Select[*tuple[Any, ...]]:
    """The rows from each wanted time on, and the last few before it."""
    rows = union_all(
        said.where(at < _wanted.c.since)
        .order_by(at.desc(), seq.desc())
        .limit(bindparam("before", type_=Integer()))
        .correlate(_wanted),
        said.where(at >= _wanted.c.since).correlate(_wanted),
    ).lateral("reading")
    return select(_wanted.c.device_id, *rows.c).select_from(_wanted.join(rows, true()))


_TELEMETRY_AROUND = _around(
    select(col(Telemetry.device_time), col(Telemetry.seq), col(Telemetry.measures)).where(
        col(Telemetry.device_id) == _wanted.c.device_id,
        col(Telemetry.elder_id).is_not_distinct_from(_wanted.c.elder_id),
        ~func.jsonb_exists(col(Telemetry.measures), CLOCK_OFFSET),
    ),
    col(Telemetry.device_time),
    col(Telemetry.seq),
)
_EVENTS_AROUND = _around(
    select(
        col(DeviceEvent.device_time),
        col(DeviceEvent.seq),
        col(DeviceEvent.measures),
        col(DeviceEvent.type),
        col(DeviceEvent.event_id),
    ).where(
        col(DeviceEvent.device_id) == _wanted.c.device_id,
        col(DeviceEvent.elder_id).is_not_distinct_from(_wanted.c.elder_id),
        ~func.jsonb_exists(col(DeviceEvent.measures), CLOCK_OFFSET),
    ),
    col(DeviceEvent.device_time),
    col(DeviceEvent.seq),
)
