"""Beds and stays as lists."""

from datetime import date

import strawberry
from sqlalchemy import ColumnElement, Date, select
from sqlmodel import col

from api.beds.types import Bed, BedStay
from api.plan.criteria import equal, equal_id, holds, on_day, one_of, through, under, whether
from api.plan.dated_criteria import on_known_day
from api.plan.declare import ascending, descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.access import Actor
from domain.beds import models
from domain.beds.code_models import CareCode
from domain.beds.code_visibility import care_code_visible
from domain.beds.lifecycle import StayState
from domain.beds.occupancy import bed_free, bed_open, lies_in
from domain.beds.visibility import bed_stay_counted
from domain.calendar import today
from domain.stations.models import Station


def _coded(actor: Actor) -> ColumnElement[bool]:
    good = select(col(CareCode.bed_id)).where(
        col(CareCode.ended_at).is_(None), care_code_visible(actor)
    )
    return col(models.Bed.id).in_(good)


def _taken(actor: Actor, of_stays: ColumnElement[bool]) -> ColumnElement[bool]:
    """Beds of stays of which something holds, as far as the actor may know of them."""
    known = select(col(models.BedStay.bed_id)).where(of_stays, bed_stay_counted(actor))
    return col(models.Bed.id).in_(known)


@filter_input
class BedFilter(Filter):
    """Which beds."""

    region: str | None = through(
        under(Station.region_code),
        lambda _, here: col(models.Bed.station_id).in_(select(col(Station.id)).where(here)),
    )
    """Only those of places of care in the subtree of the division with this code."""
    station: strawberry.ID | None = equal_id(models.Bed.station_id, "station")
    """Only those of this place of care."""
    kind: models.BedKind | None = equal(models.Bed.kind)
    """Only this kind."""
    nursing: bool | None = equal(models.Bed.nursing)
    """Only nursing beds, or only others."""
    free: bool | None = whether(bed_free, Date(), today)
    """Only beds that nobody has today, by the district's clock, and that are clean; or only the
    others: occupied, kept for someone from today, overstayed, still to be cleaned, or closed."""
    coded: bool | None = holds(_coded)
    """Only beds with a code (一床一人一码) that is good and that you see; or only those without."""
    open_on: date | None = on_day(bed_open)
    """Only beds that are there on this day."""
    occupied_on: date | None = through(on_known_day("occupied_on", lies_in), _taken)
    """Only beds in which somebody lives on this day, today or earlier, as far as you may know: who
    sees no stay in a bed, and reads no figures of its region, does not find it. Who is on leave
    counts. A day to come is refused: who is expected then has not come yet."""


@filter_input
class BedStayFilter(Filter):
    """Which stays."""

    state: list[StayState] | None = one_of(models.BedStay.state)
    """Only those in one of these states; one alone needs no brackets."""
    region: str | None = under(models.BedStay.region_code)
    """Only those in places of care in the subtree of the division with this code."""
    station: strawberry.ID | None = through(
        equal_id(models.Bed.station_id, "station"),
        lambda _, here: col(models.BedStay.bed_id).in_(select(col(models.Bed.id)).where(here)),
    )
    """Only those in beds of this place of care."""
    elder: strawberry.ID | None = equal_id(models.BedStay.elder_id, "elder")
    """Only this elder's."""
    bed: strawberry.ID | None = equal_id(models.BedStay.bed_id, "bed")
    """Only those in this bed."""


@strawberry.type
class BedQueries:
    """Root fields on beds."""

    bed: Bed | None = by_id(
        models.Bed, description="A bed by id; null if there is none to be seen."
    )
    bed_stay: BedStay | None = by_id(
        models.BedStay, description="A stay by id; null if there is none to be seen."
    )
    bed_stays: Connection[BedStay] = listing(
        models.BedStay,
        order=descending(models.BedStay.id),
        filter=BedStayFilter,
        description="The stays that you may see, those that are over included, newest first.",
    )
    beds: Connection[Bed] = listing(
        models.Bed,
        order=ascending(models.Bed.id),
        filter=BedFilter,
        description="The beds, in the order in which they were set up.",
    )
