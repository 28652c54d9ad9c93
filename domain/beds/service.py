"""Who has which bed, and until when: admitted, ended, and the bed made ready again."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import Actor, Permission
from domain.admissions.following import follow
from domain.authority import require
from domain.beds.clashes import Wanted, refuse_admission, refuse_closed, refuse_extension
from domain.beds.codes import retire
from domain.beds.days import MAX_DAYS_BACK, admissible
from domain.beds.entering import enter, new_stay, promised_stay
from domain.beds.lifecycle import IN_BED, PERMISSION_FOR, STAY_LIFECYCLE, StayAction, StayState
from domain.beds.locks import bed_for_update, stay_for_update
from domain.beds.log import TOPIC as TOPIC  # known from here
from domain.beds.log import note_change
from domain.beds.models import Bed, BedStay
from domain.beds.occupancy import Days
from domain.calendar import now, today
from domain.elders.locks import lock_visible_elder
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.versions import check_version


async def admit(
    session: AsyncSession,
    actor: Actor,
    *,
    elder_id: UUID,
    bed_id: UUID,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> BedStay:
    """Give an elder a bed: at once, up to 31 days late, or reserved for a later day.

    An elder who was promised the bed for some of the days, and is there today, takes that stay up;
    its planned end holds unless another is given.

    Parameters:
        starts_on: the first day; the district's today if None.
        ends_on: the first day no more; None if none is planned.

    Raises: NotFound, PermissionDenied, InvalidInput(starts_on or ends_on), BedUnavailable,
        ElderHasBed; these two name every stay in the way that the actor may see.
    """
    day = today()
    days = admissible(Days(starts_on or day, ends_on), day)
    present = days.starts_on <= day
    await lock_visible_elder(session, actor, elder_id)
    bed, region_code = await bed_for_update(session, actor, bed_id)
    action = StayAction.OCCUPY if present else StayAction.RESERVE
    require(actor, Permission.BED_STAY_ADMIT, region_code, action=action.value)
    promised = await promised_stay(session, elder_id, bed_id, days) if present else None
    if promised:
        days = Days(days.starts_on, days.ends_on or promised.ends_on)
    stay = promised or new_stay(bed, elder_id, region_code, days, StayState.RESERVED)
    await _settle(session, actor, stay, bed, days)
    note_change(session, stay, action, actor)
    if promised:
        await follow(session, stay, actor)
    return stay


async def let_in(session: AsyncSession, actor: Actor, stay: BedStay, starts_on: date) -> None:
    """The elder has come to the bed that they were promised.

    Parameters:
        stay: locked, with its elder and its bed.
        starts_on: the first day, up to 31 days ago.

    Raises: IllegalTransition(from, to, allowed), InvalidInput(starts_on), BedUnavailable,
        ElderHasBed.
    """
    STAY_LIFECYCLE.next(stay.state, StayAction.OCCUPY)
    day = today()
    first = day - timedelta(days=MAX_DAYS_BACK)
    if not first <= starts_on <= day:
        raise InvalidInput("starts_on", reason=Reason.RANGE, least=str(first), most=str(day))
    bed = await session.get_one(Bed, stay.bed_id)
    await _settle(session, actor, stay, bed, Days(starts_on, stay.ends_on))
    note_change(session, stay, StayAction.OCCUPY, actor)
    await follow(session, stay, actor)


async def _settle(session: AsyncSession, actor: Actor, stay: BedStay, bed: Bed, days: Days) -> None:
    """Write a stay with these days, if nothing stands in the way."""
    day = today()
    refuse_closed(bed, days)
    lasting = days.through(day)
    wanted = Wanted(stay.bed_id, stay.elder_id, stay.full_time, lasting, stay.id)
    await refuse_admission(session, actor, wanted, day)
    enter(stay, actor, days, present=days.starts_on <= day)
    session.add(stay)
    await session.flush()


async def end(
    session: AsyncSession,
    actor: Actor,
    stay_id: UUID,
    ends_on: date | None = None,
    expected_version: int | None = None,
) -> BedStay:
    """The elder has left, and the bed is to be cleaned; or does not come, and the days are free.

    Parameters:
        ends_on: the first day no more, from the stay's first to the district's today, which None
            means; a stay that has not begun gives back all its days, whatever is said here.
        expected_version: the stay's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed),
        InvalidInput(ends_on), BedUnavailable or ElderHasBed where the days since the planned end
        are promised to others.
    """
    stay = await stay_for_update(session, actor, stay_id, StayAction.END)
    check_version(stay, expected_version)
    following = STAY_LIFECYCLE.next(stay.state, StayAction.END)
    days = Days(stay.starts_on, stay.starts_on)
    if stay.state in IN_BED:
        days = await days_had(session, actor, stay, ends_on or today(), "ends_on")
        await retire(session, stay.bed_id, actor)
    stay.state, stay.ends_on = following, days.ends_on
    stay.ended_by, stay.ended_at = actor.id, now()
    stay.held_until = stay.back_on = None
    note_change(session, stay, StayAction.END, actor)
    await follow(session, stay, actor)
    return stay


async def close(session: AsyncSession, actor: Actor, stay_id: UUID) -> BedStay:
    """The bed is clean: the next may come.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    stay = await stay_for_update(session, actor, stay_id, StayAction.CLOSE)
    stay.state = STAY_LIFECYCLE.next(stay.state, StayAction.CLOSE)
    note_change(session, stay, StayAction.CLOSE, actor)
    return stay


def available_actions(actor: Actor, state: StayState) -> list[StayAction]:
    """What the actor may do with a stay in a state, in the lifecycle's order."""
    return [
        action
        for action in STAY_LIFECYCLE.actions(state)
        if action in PERMISSION_FOR and actor.may(PERMISSION_FOR[action])
    ]


async def days_had(
    session: AsyncSession, actor: Actor, stay: BedStay, ends_on: date, field: str
) -> Days:
    """The days of an elder who has left, which may be more than were planned.

    Parameters:
        stay: locked, with its bed.
        ends_on: the first day no more.
        field: the input's that says so.

    Raises: InvalidInput(field), BedUnavailable, ElderHasBed.
    """
    day = today()
    if not stay.starts_on <= ends_on <= day:
        raise InvalidInput(field, reason=Reason.RANGE, least=str(stay.starts_on), most=str(day))
    days = Days(stay.starts_on, ends_on)
    wanted = Wanted(stay.bed_id, stay.elder_id, stay.full_time, days, stay.id)
    await refuse_extension(session, actor, wanted, day, field)
    return days
