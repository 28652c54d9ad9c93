"""Who lives in a bed goes out for some days and comes back, or moves into another bed."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import Actor, Permission
from domain.admissions.following import follow, moved
from domain.authority import require
from domain.beds.carrying import carry
from domain.beds.clashes import Wanted, refuse_admission, refuse_closed
from domain.beds.codes import retire
from domain.beds.days import MAX_DAYS_AHEAD, MAX_DAYS_BACK
from domain.beds.entering import enter, new_stay, promised_stay
from domain.beds.lifecycle import STAY_LIFECYCLE, StayAction, StayState
from domain.beds.locks import bed_for_update, stay_for_update
from domain.beds.log import note_change
from domain.beds.models import BedStay
from domain.beds.occupancy import Days
from domain.beds.service import days_had
from domain.calendar import now, today
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.versions import check_version


async def leave(
    session: AsyncSession,
    actor: Actor,
    stay_id: UUID,
    back_on: date | None = None,
    note: str | None = None,
) -> BedStay:
    """The elder goes out for some days; the bed stays theirs.

    Parameters:
        back_on: on which day they want to be back, from today to a year ahead; None if nobody
            knows.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed),
        InvalidInput(back_on or note).
    """
    stay = await stay_for_update(session, actor, stay_id, StayAction.LEAVE)
    stay.state = STAY_LIFECYCLE.next(stay.state, StayAction.LEAVE)
    first = today()
    last = first + timedelta(days=MAX_DAYS_AHEAD)
    if back_on is not None and not first <= back_on <= last:
        raise InvalidInput("back_on", reason=Reason.RANGE, least=str(first), most=str(last))
    stay.back_on = back_on
    note_change(session, stay, StayAction.LEAVE, actor, note)
    return stay


async def come_back(
    session: AsyncSession, actor: Actor, stay_id: UUID, note: str | None = None
) -> BedStay:
    """The elder is back.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(note).
    """
    stay = await stay_for_update(session, actor, stay_id, StayAction.RETURN)
    stay.state = STAY_LIFECYCLE.next(stay.state, StayAction.RETURN)
    stay.back_on = None
    note_change(session, stay, StayAction.RETURN, actor, note)
    return stay


async def transfer(
    session: AsyncSession,
    actor: Actor,
    stay_id: UUID,
    bed_id: UUID,
    moved_on: date | None = None,
    expected_version: int | None = None,
    note: str | None = None,
) -> BedStay:
    """Move an elder into another bed: the old stay ends on the day on which the new one begins.
    Both are written, or neither.

    The bed may be one that the elder was promised. The end that was planned holds on. Who answers
    for the stay's sides goes along, and what comes with a home care bed into another one.

    Parameters:
        moved_on: from the stay's first day, and 31 days ago, to today, which None means.
        expected_version: the old stay's when the actor decided; None for whatever it is now.
        note: a word for both histories.

    Returns: the new stay.
    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed),
        InvalidInput(bed_id, moved_on or note), BedUnavailable or ElderHasBed, which name every
        stay in the way that the actor may see.
    """
    old = await stay_for_update(session, actor, stay_id, StayAction.TRANSFER, bed_id)
    check_version(old, expected_version)
    following = STAY_LIFECYCLE.next(old.state, StayAction.TRANSFER)
    if bed_id == old.bed_id:
        raise InvalidInput("bed_id", reason=Reason.OTHER_BED)
    bed, region_code = await bed_for_update(session, actor, bed_id)
    require(actor, Permission.BED_STAY_TRANSFER, region_code, action=StayAction.TRANSFER.value)
    day = _moving_day(old, moved_on)
    promised, days = await _promised(session, old, bed_id, day)
    refuse_closed(bed, days)
    await days_had(session, actor, old, day, "moved_on")
    old.state, old.ends_on, old.back_on = following, day, None
    old.ended_by, old.ended_at = actor.id, now()
    await retire(session, old.bed_id, actor)
    # First of all the old days end: the new ones may be the same.
    await session.flush()
    new = promised or new_stay(bed, old.elder_id, region_code, days, StayState.RESERVED)
    await _move_in(session, actor, old, new, days)
    note_change(session, old, StayAction.TRANSFER, actor, note)
    note_change(session, new, StayAction.OCCUPY, actor, note)
    if promised:
        await follow(session, new, actor)
    await moved(session, old.id, new.id)
    await carry(session, actor, old, new, bed)
    return new


async def _promised(
    session: AsyncSession, old: BedStay, bed_id: UUID, day: date
) -> tuple[BedStay | None, Days]:
    """The stay that the elder was promised in the bed, if any, and the days to be spent there."""
    planned = old.ends_on if old.ends_on is not None and old.ends_on > day else None
    promised = await promised_stay(session, old.elder_id, bed_id, Days(day, planned))
    if planned is None and promised is not None:
        planned = promised.ends_on
    return promised, Days(day, planned)


async def _move_in(
    session: AsyncSession, actor: Actor, old: BedStay, new: BedStay, days: Days
) -> None:
    """Raises: BedUnavailable, ElderHasBed."""
    wanted = Wanted(new.bed_id, new.elder_id, new.full_time, days.through(today()), new.id)
    await refuse_admission(session, actor, wanted, today())
    enter(new, actor, days, present=True)
    new.moved_from = old.id
    session.add(new)
    await session.flush()


def _moving_day(stay: BedStay, moved_on: date | None) -> date:
    last = today()
    first = max(stay.starts_on, last - timedelta(days=MAX_DAYS_BACK))
    day = moved_on or last
    if not first <= day <= last:
        raise InvalidInput("moved_on", reason=Reason.RANGE, least=str(first), most=str(last))
    return day
