"""All places that serve elders around a point, of whatever kind, in one list."""

from collections.abc import Set
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    String,
    cast,
    exists,
    false,
    literal,
    or_,
    select,
    union_all,
)
from sqlmodel import col

from domain.access import Actor
from domain.beds.models import Bed, BedKind
from domain.beds.occupancy import bed_open
from domain.beds.visibility import bed_visible
from domain.canteens.models import Canteen
from domain.canteens.visibility import canteen_visible
from domain.geo import Circle, distance, near
from domain.stations.models import Station, StationKind
from domain.stations.opening import Instant, open_at
from domain.stations.visibility import station_visible


class PlaceKind(StrEnum):
    """What a place has for elders."""

    NURSING_HOME = "NURSING_HOME"
    STREET_CENTRE = "STREET_CENTRE"
    COMMUNITY_STATION = "COMMUNITY_STATION"
    DAY_CARE = "DAY_CARE"
    CANTEEN = "CANTEEN"


_STATIONS = {PlaceKind(kind.value) for kind in StationKind}


def places_near(
    actor: Actor,
    circle: Circle,
    kinds: Set[PlaceKind],
    today: date,
    open_when: datetime | None = None,
) -> Select[*tuple[Any, ...]]:
    """Places in a circle: key, distance in metres, kind, and whether there are beds for the day;
    in no order.

    Parameters:
        kinds: which; a place of care is there by its own kind, and by its beds for the day.
        open_when: only places that are known to be open then; a canteen's hours nobody knows.
    """
    by_day = _has_day_beds(actor, today)
    wanted = [col(Station.kind).in_([kind.value for kind in kinds & _STATIONS])]
    wanted += [by_day] if PlaceKind.DAY_CARE in kinds else []
    stations = _found(Station, circle, cast(col(Station.kind), String), by_day).where(
        station_visible(actor), or_(*wanted)
    )
    if open_when is not None:
        stations = stations.where(open_at(Instant.of(open_when)))
    if PlaceKind.CANTEEN not in kinds or open_when is not None:
        return stations
    kitchen = literal(PlaceKind.CANTEEN.value, String())
    canteens = _found(Canteen, circle, kitchen, false()).where(canteen_visible(actor))
    both = union_all(stations, canteens).subquery("place")
    return select(*both.c)


def _found(
    table: type[Station] | type[Canteen],
    circle: Circle,
    kind: ColumnElement[str],
    by_day: ColumnElement[bool],
) -> Select[*tuple[Any, ...]]:
    place = col(table.longitude), col(table.latitude)
    key: Any = col(table.id)
    return select(
        key.label("id"),
        distance(*place, circle).label("metres"),
        kind.label("kind"),
        cast(by_day, Boolean).label("by_day"),
    ).where(near(*place, circle))


def _has_day_beds(actor: Actor, today: date) -> ColumnElement[bool]:
    there = exists().where(
        col(Bed.station_id) == col(Station.id),
        col(Bed.kind) == BedKind.DAY,
        bed_open(today),
        bed_visible(actor),
    )
    return there.correlate(Station)
