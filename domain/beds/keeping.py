"""Which beds there are: opened from a day on, closed from a day on."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.authority import require
from domain.beds.days import MAX_DAYS_AHEAD
from domain.beds.locks import bed_for_update
from domain.beds.models import Bed, BedKind, BedStay
from domain.beds.occupancy import Days, takes_bed
from domain.beds.visibility import bed_stay_visible
from domain.calendar import today
from domain.errors import BedUnavailable, InvalidInput, NotFound
from domain.ids import public_id
from domain.lines import line
from domain.reasons import Reason
from domain.stations.models import Station
from domain.stations.visibility import station_visible

MAX_LABEL = 40
"""Characters of a bed's name in its place of care."""

_EARLIEST = date(1949, 10, 1)


async def open_bed(
    session: AsyncSession,
    actor: Actor,
    station_id: UUID,
    kind: BedKind,
    *,
    nursing: bool,
    label: str,
    opened_on: date | None = None,
) -> Bed:
    """Set up a bed.

    Parameters:
        label: 1 to 40 characters without blanks around them; no other open bed of the place has it.
        opened_on: the first day that it is there, from 1949-10-01 to a year ahead; today if None.

    Raises: NotFound(station_id), PermissionDenied, InvalidInput(label or opened_on),
        AlreadyExists for a second one of that name.
    """
    seen = select(Station).where(col(Station.id) == station_id, station_visible(actor))
    station = await session.scalar(seen)
    if station is None:
        raise NotFound("station_id")
    require(actor, Permission.BED_KEEP, station.region_code)
    named = line("label", label, MAX_LABEL)
    day = opened_on or today()
    _refuse_far("opened_on", day, None)
    bed = Bed(station_id=station_id, kind=kind, nursing=nursing, label=named, opened_on=day)
    session.add(bed)
    await session.flush()
    return bed


async def close_bed(
    session: AsyncSession, actor: Actor, bed_id: UUID, closed_on: date | None = None
) -> Bed:
    """Close a bed from a day on; its name is free again.

    Parameters:
        closed_on: the first day that it is there no more, after that on which it was opened, a year
            ahead at most; today if None.

    Raises: NotFound, PermissionDenied, InvalidInput(closed_on), BedUnavailable(closed_on) for one
        that somebody has, or is promised, on that day or later, or that is still to be cleaned.
    """
    bed, region_code = await bed_for_update(session, actor, bed_id, "id")
    require(actor, Permission.BED_KEEP, region_code)
    day = closed_on or today()
    _refuse_far("closed_on", day, bed.opened_on)
    taken = (
        select(BedStay, bed_stay_visible(actor))
        .where(col(BedStay.bed_id) == bed_id, takes_bed(Days(day), today()))
        .order_by(col(BedStay.starts_on), col(BedStay.id))
    )
    found = (await session.execute(taken)).all()
    if found:
        blockers = [public_id("bed_stay", stay.id) for stay, seen in found if seen]
        dates = ", ".join(f"{stay.starts_on} – {stay.ends_on or ''}".rstrip() for stay, _ in found)
        raise BedUnavailable("closed_on", blockers=blockers, taken=dates)
    bed.closed_on = day
    await session.flush()
    return bed


def _refuse_far(field: str, day: date, opened_on: date | None) -> None:
    first = opened_on + timedelta(days=1) if opened_on is not None else _EARLIEST
    last = today() + timedelta(days=MAX_DAYS_AHEAD)
    if not first <= day <= last:
        raise InvalidInput(field, reason=Reason.RANGE, least=str(first), most=str(last))
