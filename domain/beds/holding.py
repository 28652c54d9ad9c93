"""A bed is kept free for somebody until they decide, and no longer than was said."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.admissions.following import follow
from domain.authority import require
from domain.beds.clashes import Wanted, refuse_admission, refuse_closed, refuse_hold
from domain.beds.days import admissible
from domain.beds.entering import new_stay
from domain.beds.leaving import give_back
from domain.beds.lifecycle import STAY_LIFECYCLE, StayAction, StayState
from domain.beds.locks import (
    bed_for_update,
    lock_beds,
    stay_for_update,
)
from domain.beds.log import note_change
from domain.beds.models import Bed, BedStay
from domain.beds.occupancy import Days
from domain.calendar import now, today
from domain.elders.locks import lock_elder, lock_visible_elder
from domain.errors import InvalidInput
from domain.reasons import Reason

LONGEST_HOLD = timedelta(days=14)
"""How long a bed is kept for one who has not decided."""


async def hold(
    session: AsyncSession,
    actor: Actor,
    *,
    elder_id: UUID,
    bed_id: UUID,
    held_until: datetime,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> BedStay:
    """Keep a bed free for an elder until a moment, whichever bed they have meanwhile.

    Parameters:
        held_until: from now to 14 days ahead.
        starts_on: the first day that it is kept free for, today or later; today if None.
        ends_on: the first day no more; None if none is planned.

    Raises: NotFound, PermissionDenied, InvalidInput(held_until, starts_on, ends_on or bed_id),
        BedUnavailable, which names every stay in the way that the actor may see.
    """
    await lock_visible_elder(session, actor, elder_id)
    bed, region_code = await bed_for_update(session, actor, bed_id)
    require(actor, Permission.BED_STAY_HOLD, region_code, action=StayAction.HOLD.value)
    days = Days(starts_on or today(), ends_on)
    return await keep(session, actor, bed, region_code, elder_id, days, held_until)


async def keep(
    session: AsyncSession,
    actor: Actor,
    bed: Bed,
    region_code: str,
    elder_id: UUID,
    days: Days,
    held_until: datetime,
) -> BedStay:
    """The same for whoever may: the elder is locked, and the bed.

    Raises: InvalidInput(held_until, starts_on, ends_on or bed_id), BedUnavailable.
    """
    first, last = now(), now() + LONGEST_HOLD
    if not first < held_until <= last:
        least, most = (moment.isoformat("T", "minutes") for moment in (first, last))
        raise InvalidInput("held_until", reason=Reason.RANGE, least=least, most=most)
    days = admissible(days, today(), back=0)
    refuse_closed(bed, days)
    await refuse_hold(session, actor, bed.id, days, today())
    stay = new_stay(bed, elder_id, region_code, days, StayState.HELD)
    stay.held_until = held_until
    session.add(stay)
    await session.flush()
    note_change(session, stay, StayAction.HOLD, actor)
    return stay


async def reserve(session: AsyncSession, actor: Actor, stay_id: UUID) -> BedStay:
    """The elder has decided for the bed that is kept.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(id) for
        a hold that has run out, BedUnavailable or ElderHasBed, which name what is in the way.
    """
    stay = await stay_for_update(session, actor, stay_id, StayAction.RESERVE)
    await promise(session, actor, stay)
    return stay


async def promise(session: AsyncSession, actor: Actor, stay: BedStay) -> None:
    """Turn a hold into a reservation.

    Parameters:
        stay: locked, with its elder and its bed.

    Raises: IllegalTransition(from, to, allowed), InvalidInput(id), BedUnavailable, ElderHasBed.
    """
    following = STAY_LIFECYCLE.next(stay.state, StayAction.RESERVE)
    if stay.held_until is not None and stay.held_until <= now():
        raise InvalidInput("id", reason=Reason.HOLD_OVER)
    days = Days(stay.starts_on, stay.ends_on).through(today())
    wanted = Wanted(stay.bed_id, stay.elder_id, stay.full_time, days, stay.id)
    await refuse_admission(session, actor, wanted, today())
    stay.state, stay.held_until = following, None
    await session.flush()
    note_change(session, stay, StayAction.RESERVE, actor)
    await follow(session, stay, actor)


async def run_out(session: AsyncSession, at_most: int) -> Sequence[UUID]:
    """Holds whose time is over, those first that are for longest."""
    due = select(col(BedStay.id)).where(col(BedStay.held_until) <= func.now())
    return (await session.scalars(due.order_by(col(BedStay.held_until)).limit(at_most))).all()


async def let_go(session: AsyncSession, stay_id: UUID) -> BedStay | None:
    """Give a hold's days back if its time is over; done twice, it changes nothing the second time.

    Returns: the stay; None where somebody was faster.
    """
    keys = select(col(BedStay.elder_id), col(BedStay.bed_id)).where(col(BedStay.id) == stay_id)
    found = (await session.execute(keys)).one()
    await lock_elder(session, found.elder_id)
    await lock_beds(session, [found.bed_id])
    over = (col(BedStay.id) == stay_id, col(BedStay.held_until) <= func.now())
    stay = await session.scalar(select(BedStay).where(*over).with_for_update(of=BedStay))
    if stay is not None:
        give_back(session, stay, None)
        await follow(session, stay, None)
    return stay
