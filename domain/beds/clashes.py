"""What stands in the way of a stay, by name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.beds.lifecycle import IN_BED, StayState
from domain.beds.models import Bed, BedStay
from domain.beds.occupancy import Days, takes_bed, takes_elder, written
from domain.beds.visibility import bed_stay_visible
from domain.errors import BedUnavailable, ElderHasBed, InvalidInput
from domain.ids import public_id
from domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Wanted:
    """A bed for an elder on some days.

    Parameters:
        full_time: whether it is the elder's day and night.
        stay_id: the stay that is to have the days, None for one that is yet to be.
    """

    bed_id: UUID
    elder_id: UUID
    full_time: bool
    days: Days
    stay_id: UUID | None = None


def refuse_closed(bed: Bed, days: Days) -> None:
    """Make sure that a bed is there on all of some days.

    Raises: InvalidInput(bed_id).
    """
    early = bed.opened_on is not None and days.starts_on < bed.opened_on
    late = bed.closed_on is not None and (days.ends_on is None or days.ends_on > bed.closed_on)
    if early or late:
        raise InvalidInput("bed_id", reason=Reason.BED_NOT_OPEN)


async def refuse_hold(
    session: AsyncSession, actor: Actor, bed_id: UUID, days: Days, today: date
) -> None:
    """Make sure that the bed is ready on the wanted days, whichever bed the elder has.

    The caller has locked the bed.

    Raises: BedUnavailable, which names every stay in the way that the actor may see.
    """
    on_bed = and_(col(BedStay.bed_id) == bed_id, takes_bed(days, today))
    _refuse(await _found(session, actor, on_bed, on_bed, None), "bed_id", "elder_id", today)


async def refuse_admission(
    session: AsyncSession, actor: Actor, wanted: Wanted, today: date
) -> None:
    """Make sure that the bed is ready and the elder in no other on the wanted days.

    The caller has locked the elder and the bed, so that what is found stays true.

    Raises: BedUnavailable, ElderHasBed; both name every stay in the way that the actor may see.
    """
    on_bed = takes_bed(wanted.days, today)
    of_elder = takes_elder(wanted.days, today)
    found = await _in_the_way(session, actor, wanted, on_bed, of_elder)
    _refuse(found, "bed_id", "elder_id", today)


async def refuse_extension(
    session: AsyncSession, actor: Actor, wanted: Wanted, today: date, field: str
) -> None:
    """Make sure that days which a stay is found to have had were promised to no other.

    Parameters:
        field: the input's that says until when.

    Raises: BedUnavailable, ElderHasBed; as above.
    """
    had = written(wanted.days)
    found = await _in_the_way(session, actor, wanted, had, had)
    _refuse(found, field, field, today)


async def _in_the_way(
    session: AsyncSession,
    actor: Actor,
    wanted: Wanted,
    on_bed: ColumnElement[bool],
    of_elder: ColumnElement[bool],
) -> list[Row[*tuple[Any, ...]]]:
    clashes_on_bed = and_(col(BedStay.bed_id) == wanted.bed_id, on_bed)
    clashes = clashes_on_bed
    if wanted.full_time:
        elsewhere = and_(
            col(BedStay.elder_id) == wanted.elder_id,
            col(BedStay.full_time),
            # What a home holds for somebody keeps them out of no other bed.
            col(BedStay.state) != StayState.HELD,
            of_elder,
        )
        clashes = or_(clashes_on_bed, elsewhere)
    return await _found(session, actor, clashes, clashes_on_bed, wanted.stay_id)


async def _found(
    session: AsyncSession,
    actor: Actor,
    clashes: ColumnElement[bool],
    on_bed: ColumnElement[bool],
    stay_id: UUID | None,
) -> list[Row[*tuple[Any, ...]]]:
    statement = (
        select(
            col(BedStay.id),
            col(BedStay.starts_on),
            col(BedStay.ends_on),
            col(BedStay.state),
            on_bed.label("on_bed"),
            bed_stay_visible(actor).label("seen"),
        )
        .where(clashes, col(BedStay.id).is_distinct_from(stay_id))
        .order_by(col(BedStay.starts_on), col(BedStay.id))
    )
    return list((await session.execute(statement)).all())


def _refuse(
    found: list[Row[*tuple[Any, ...]]], bed_field: str, elder_field: str, today: date
) -> None:
    """One refusal for all of them: whoever clears them away meets no second one."""
    if not found:
        return
    blockers = [public_id("bed_stay", row.id) for row in found if row.seen]
    on_bed = [row for row in found if row.on_bed]
    if on_bed:
        raise BedUnavailable(bed_field, blockers=blockers, taken=_dates(on_bed, today))
    raise ElderHasBed(elder_field, blockers=blockers, taken=_dates(found, today))


def _dates(rows: Iterable[Row[*tuple[Any, ...]]], today: date) -> str:
    """The taken days, those of stays that the actor does not see included: whoever may ask for a
    day learns whether it is taken, so the dates tell nothing more."""
    return ", ".join(str(_as_it_stands(row, today)) for row in rows)


def _as_it_stands(row: Row[*tuple[Any, ...]], today: date) -> Days:
    """Nobody knows when one who has overstayed will leave."""
    overstayed = row.state in IN_BED and row.ends_on is not None and row.ends_on <= today
    return Days(row.starts_on, None if overstayed else row.ends_on)
