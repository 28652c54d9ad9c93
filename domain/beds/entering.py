"""How an elder comes into a bed: by a promise that is taken up, or anew."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.beds.lifecycle import STAY_LIFECYCLE, StayAction, StayState
from domain.beds.models import Bed, BedKind, BedStay
from domain.beds.occupancy import Days, written
from domain.calendar import now


def new_stay(bed: Bed, elder_id: UUID, region_code: str, days: Days, state: StayState) -> BedStay:
    """A stay that is yet to be written.

    Parameters:
        bed: locked.
        region_code: of the bed's station.
    """
    return BedStay(
        bed_id=bed.id,
        elder_id=elder_id,
        region_code=region_code,
        state=state,
        full_time=bed.kind is not BedKind.DAY,
        starts_on=days.starts_on,
        ends_on=days.ends_on,
    )


async def promised_stay(
    session: AsyncSession, elder_id: UUID, bed_id: UUID, days: Days
) -> BedStay | None:
    """The first stay in which the elder was to have the bed on one of these days."""
    statement = (
        select(BedStay)
        .where(
            col(BedStay.elder_id) == elder_id,
            col(BedStay.bed_id) == bed_id,
            col(BedStay.state).in_((StayState.HELD, StayState.RESERVED)),
            written(days),
        )
        .order_by(col(BedStay.starts_on))
        .limit(1)
    )
    return await session.scalar(statement.with_for_update(of=BedStay))


def enter(stay: BedStay, actor: Actor, days: Days, present: bool) -> None:
    """Write the days, and who let the elder in."""
    stay.starts_on, stay.ends_on = days.starts_on, days.ends_on
    if present:
        stay.state, stay.held_until = STAY_LIFECYCLE.next(stay.state, StayAction.OCCUPY), None
        stay.admitted_by, stay.admitted_at = actor.id, now()
