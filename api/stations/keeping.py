"""What is said of a place of care: one transaction, one verb, one payload."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import strawberry

from api.describe import input_object
from api.mutations import (
    Change,
    MutationInput,
    MutationPayload,
    mutation,
    mutation_input,
    mutation_payload,
)
from api.stations.types import Station
from domain.access import Permission
from domain.clock import minute_of
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.stations import keeping, models
from domain.stations.opening import OpeningDay, sorted_intervals


@input_object
class OpeningHoursInput:
    """From when until when a place is open on a day."""

    day: OpeningDay
    """On which day."""
    opens: str
    """From when on: `08:30`, by the district's clock."""
    closes: str
    """Until when, later on the same day: `17:00`; `24:00` is the day's end."""


@input_object
class OpeningIntervalInput:
    """From when until when a place is open on a date."""

    opens: str
    """From when on: `08:30`, by the district's clock."""
    closes: str
    """Until when, later on the same day: `17:00`; `24:00` is the day's end."""


@input_object
class OpeningExceptionInput:
    """A date that has hours of its own."""

    day: date
    """The date."""
    hours: list[OpeningIntervalInput]
    """When it is open on that date; empty for not at all."""


@mutation_input
class StationUpdateInput(MutationInput):
    """What is to be said of which place of care; what is null stays as it is."""

    id: strawberry.ID
    """The place of care."""
    name: str | None = None
    """1 to 60 characters."""
    address: str | None = None
    """1 to 120 characters."""
    phone: str | None = None
    """1 to 20 characters."""
    day_places: int | None = None
    """How many elders may be there by day, 0 to 10,000."""
    hours: list[OpeningHoursInput] | None = None
    """When it is open in a week and on public holidays, instead of all that was said before; on a
    day that is not named it is closed."""
    exceptions: list[OpeningExceptionInput] | None = None
    """Dates with hours of their own, instead of all that were named before; at most 60."""
    expected_version: int | None = None
    """The `version` that you decided about; refused (VERSION_CONFLICT) if it has changed since.
    Null for whatever it has become."""


@mutation_payload
class StationUpdatePayload(MutationPayload):
    """The place of care as it is now."""

    station: Station | None
    """The place after the change; null if there is none to be seen."""


def _week(given: Sequence[OpeningHoursInput] | None) -> dict[str, list[list[int]]] | None:
    """Raises: InvalidInput(hours)."""
    if given is None:
        return None
    days: defaultdict[OpeningDay, list[tuple[int, int]]] = defaultdict(list)
    for one in given:
        days[one.day].append((minute_of(one.opens, "hours"), minute_of(one.closes, "hours")))
    return {day.value: sorted_intervals(days[day], "hours") for day in OpeningDay if day in days}


def _dates(given: Sequence[OpeningExceptionInput] | None) -> dict[str, list[list[int]]] | None:
    """Raises: InvalidInput(exceptions)."""
    if given is None:
        return None
    field, most = "exceptions", keeping.MAX_EXCEPTIONS
    if len(given) > most:
        raise InvalidInput(field, reason=Reason.AT_MOST, most=most)
    days = {
        one.day.isoformat(): sorted_intervals(
            [(minute_of(each.opens, field), minute_of(each.closes, field)) for each in one.hours],
            field,
        )
        for one in sorted(given, key=lambda one: one.day)
    }
    if len(days) < len(given):
        raise InvalidInput(field, reason=Reason.DAY_TWICE)
    return days


async def _update(change: Change, given: StationUpdateInput) -> models.Station:
    wanted = keeping.Wanted(
        name=given.name,
        address=given.address,
        phone=given.phone,
        day_places=given.day_places,
        hours=_week(given.hours),
        exceptions=_dates(given.exceptions),
    )
    key, version = change.key, given.expected_version
    return await keeping.update(change.session, change.actor, key, wanted, version)


@strawberry.type
class StationMutations:
    """Root fields that say something of a place of care."""

    station_update = mutation(
        StationUpdatePayload,
        "Say something else of a place of care: what it is called, whom to call, when it is open.",
        node=Station,
        asks=Permission.STATION_KEEP,
        given=StationUpdateInput,
        which="Of which, and what.",
        verb=_update,
    )
