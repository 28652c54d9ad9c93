"""How many beds there are on a day, and how many are lain in; and which are free near a point."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlmodel import col

from domain.access import FIGURE_READERS, Actor
from domain.beds.models import Bed, BedKind
from domain.beds.occupancy import bed_free, bed_open, lain_in
from domain.beds.visibility import bed_visible
from domain.calendar import today
from domain.errors import InvalidInput, PermissionDenied
from domain.geo import Circle, distance, near
from domain.reasons import Reason
from domain.stations.models import Station
from domain.tables import within

NURSING_TARGET: Final = 0.65
"""What part of the beds in institutions is to be for nursing: 65 %, as a county of Hangzhou's set
itself for 2025 (rules/care.md)."""


@dataclass(frozen=True, slots=True)
class Count:
    """Beds of a kind.

    Parameters:
        beds: how many there are.
        occupied: in how many of them somebody lies; who is on leave counts.
    """

    beds: int
    occupied: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Beds on a day, home beds and beds for the day apart.

    Parameters:
        nursing: how many of the beds in institutions are for nursing.
    """

    of: dict[BedKind, Count]
    nursing: int


def statement(actor: Actor, region: str | None, as_of: date) -> Select[*tuple[Any, ...]]:
    """Counts for ``figures``, each kind's in turn and at last the nursing beds'.

    Parameters:
        region: only of places of care in the subtree of this division; all if None.
        as_of: the day, no later than today.

    Raises: InvalidInput(as_of or region), PermissionDenied(as_of) for an earlier day of a region
        whose figures the actor does not read: of a single bed the figure is its story.
    """
    day = today()
    if as_of > day:
        raise InvalidInput("as_of", reason=Reason.AT_LATEST, most=str(day))
    reads = actor.role in FIGURE_READERS and (region is None or actor.governs(region))
    if as_of < day and not reads:
        raise PermissionDenied("as_of")
    there = bed_open(as_of)
    lain = and_(there, lain_in(as_of))
    counts: list[ColumnElement[int]] = []
    for kind in BedKind:
        of_kind = col(Bed.kind) == kind
        counts += [func.count().filter(of_kind, one) for one in (there, lain)]
    nursing = func.count().filter(there, col(Bed.kind) == BedKind.INSTITUTION, col(Bed.nursing))
    here = [within(col(Station.region_code), region)] if region is not None else []
    return (
        select(*counts, nursing)
        .join(Station, col(Station.id) == col(Bed.station_id))
        .where(bed_visible(actor), *here)
    )


def figures(row: Sequence[int]) -> Figures:
    """What the statement's one row says."""
    *counts, nursing = row
    pairs = zip(counts[::2], counts[1::2], strict=True)
    of = {kind: Count(*pair) for kind, pair in zip(BedKind, pairs, strict=True)}
    return Figures(of, nursing)


def free_near(
    actor: Actor, circle: Circle, conditions: Sequence[ColumnElement[bool]]
) -> Select[*tuple[Any, ...]]:
    """Free beds of places of care in a circle: key and distance in metres, in no order.

    Parameters:
        conditions: what else is asked of them.
    """
    place = col(Station.longitude), col(Station.latitude)
    metres: ColumnElement[float] = distance(*place, circle).label("metres")
    key: ColumnElement[UUID] = col(Bed.id).label("id")
    return (
        select(key, metres)
        .join(Station, col(Station.id) == col(Bed.station_id))
        .where(near(*place, circle), bed_visible(actor), bed_free(today()), *conditions)
    )
