"""What is said of a place of care: changed by who works there or governs it, and noted."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import Actor, Permission
from domain.clock import clock_of
from domain.lines import line
from domain.stations.authority import governed_station
from domain.stations.models import Station, StationField, StationLog
from domain.versions import check_version

MAX_NAME, MAX_ADDRESS, MAX_PHONE = 60, 120, 20
"""Characters."""

MAX_EXCEPTIONS = 60
"""Dates with hours of their own."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be said of a place of care; None for what stays.

    Parameters:
        day_places: elders who may be there by day, 0 to 10,000.
        hours: by a day's word, each day's sound; a day without is closed.
        exceptions: the same by date, instead of all that were there.
    """

    name: str | None = None
    address: str | None = None
    phone: str | None = None
    day_places: int | None = None
    hours: dict[str, list[list[int]]] | None = None
    exceptions: dict[str, list[list[int]]] | None = None


async def update(
    session: AsyncSession,
    actor: Actor,
    station_id: UUID,
    wanted: Wanted,
    expected_version: int | None = None,
) -> Station:
    """Say something else of a place of care.

    Parameters:
        expected_version: the place's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, InvalidInput(name, address, phone,
        day_places, hours or exceptions).
    """
    station = await governed_station(
        session, actor, station_id, Permission.STATION_KEEP, "id", lock=True
    )
    check_version(station, expected_version)
    for field, value in _given(wanted):
        before = getattr(station, field)
        if value != before:
            setattr(station, field, value)
            session.add(_noted(station, actor, field, before, value))
    await session.flush()
    return station


def _given(wanted: Wanted) -> Iterator[tuple[str, Any]]:
    """What is to change, as it is stored. Raises: InvalidInput."""
    limits = {"name": MAX_NAME, "address": MAX_ADDRESS, "phone": MAX_PHONE}
    for field in fields(wanted):
        value = getattr(wanted, field.name)
        if isinstance(value, str):
            value = line(field.name, value, limits[field.name])
        if value is not None:
            yield field.name, value


def _noted(station: Station, actor: Actor, field: str, before: Any, after: Any) -> StationLog:
    return StationLog(
        station_id=station.id,
        account_id=actor.id,
        field=StationField(field.upper()),
        before=_line(before),
        after=_line(after),
    )


def _line(value: Any) -> str | None:
    """A value as the log shows it: ``MONDAY 08:30-11:30 13:00-17:00, TUESDAY …``."""
    if isinstance(value, dict):
        days = cast("dict[str, list[list[int]]]", value)
        return ", ".join(" ".join([day, *map(_interval, of)]) for day, of in days.items()) or None
    return None if value is None else str(value)


def _interval(interval: list[int]) -> str:
    return "-".join(map(clock_of, interval))
