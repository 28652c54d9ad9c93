"""What a device has said in a time, page by page, in the order of device time."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlmodel import col

from domain.database import Database
from domain.devices.history import CLOCK_OFFSET
from domain.devices.models import DeviceEvent, Telemetry
from domain.devices.rule_steps import Reading

PAGE: Final = 500
"""Readings at a time."""

_MOST_EVENTS: Final = 10_000


class Between(NamedTuple):
    """Of which device, as long as it was whose, and from when to when, in device time."""

    device_id: UUID
    elder_id: UUID
    since: datetime
    until: datetime


async def said_between(
    database: Database, asked: Between, hears_events: bool
) -> AsyncIterator[list[Reading]]:
    """Its readings; those whose device time was not believed are left out.

    Parameters:
        hears_events: whether its events are readings too, the newest 10,000 of them.
    """
    events = await _events(database, asked) if hears_events else []
    after = (asked.since, -1)
    while True:
        rows = await database.fetch(_telemetry(asked, after))
        page = [Reading(*row) for row in rows]
        if len(page) < PAGE:
            yield sorted([*page, *events], key=_place)
            return
        last = page[-1]
        after = (last.at, last.seq)
        yield sorted([*page, *(e for e in events if e.place <= last.place)], key=_place)
        events = [event for event in events if event.place > last.place]


def _place(reading: Reading) -> tuple[datetime, int, str]:
    return reading.place


def _telemetry(asked: Between, after: tuple[datetime, int]) -> Select[*tuple[Any, ...]]:
    place = tuple_(col(Telemetry.device_time), col(Telemetry.seq))
    return (
        select(col(Telemetry.device_time), col(Telemetry.seq), col(Telemetry.measures))
        .where(
            col(Telemetry.device_id) == asked.device_id,
            col(Telemetry.elder_id) == asked.elder_id,
            # By itself too: it is what days are passed over by.
            col(Telemetry.device_time) >= after[0],
            place > tuple_(*after),
            col(Telemetry.device_time) < asked.until,
            ~func.jsonb_exists(col(Telemetry.measures), CLOCK_OFFSET),
        )
        .order_by(col(Telemetry.device_time), col(Telemetry.seq))
        .limit(PAGE)
    )


async def _events(database: Database, asked: Between) -> list[Reading]:
    rows = await database.fetch(
        select(
            col(DeviceEvent.device_time),
            col(DeviceEvent.seq),
            col(DeviceEvent.measures),
            col(DeviceEvent.type),
            col(DeviceEvent.event_id),
        )
        .where(
            col(DeviceEvent.device_id) == asked.device_id,
            col(DeviceEvent.elder_id) == asked.elder_id,
            col(DeviceEvent.device_time) >= asked.since,
            col(DeviceEvent.device_time) < asked.until,
            ~func.jsonb_exists(col(DeviceEvent.measures), CLOCK_OFFSET),
        )
        .order_by(col(DeviceEvent.device_time).desc())
        .limit(_MOST_EVENTS)
    )
    return [Reading(*row) for row in rows]
