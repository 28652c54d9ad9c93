"""Who has which bed, and until when: admitted, ended, and the bed made ready again.

Every verb locks the elder's row, then the bed's, then the stay's. So two admissions never wait for
each other in a circle, and each sees what the one before it did.
"""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import REGION_ROLES, Actor, Permission
from domain.beds.clashes import Wanted, refuse_admission, refuse_extension
from domain.beds.lifecycle import IN_BED, PERMISSION_FOR, STAY_LIFECYCLE, StayAction, StayState
from domain.beds.models import Bed, BedKind, BedStay
from domain.beds.occupancy import Days, written
from domain.beds.visibility import bed_stay_visible, bed_visible
from domain.calendar import now, today
from domain.elders.models import Elder
from domain.elders.visibility import elder_visible
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.outbox import Event, record
from domain.reasons import Reason
from domain.stations.models import Station
from domain.versions import check_version

TOPIC = "bed_stay"
"""The outbox topic of every change to a stay; the change is the state that it has come to."""

MAX_DAYS_BACK = 31
"""How late an admission may be entered."""

MAX_DAYS_AHEAD = 365
"""How early a bed may be reserved."""

MAX_PLANNED_DAYS = 3660
"""How far an end may be planned, ten years; a longer stay is one without an end."""


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
    days = _admissible(Days(starts_on or day, ends_on), day)
    present = days.starts_on <= day
    await _lock_visible_elder(session, actor, elder_id)
    bed, region_code = await _bed_for_update(session, actor, bed_id)
    _require(actor, StayAction.OCCUPY if present else StayAction.RESERVE, region_code)
    promised = await _promised(session, elder_id, bed_id, days) if present else None
    if promised:
        days = Days(days.starts_on, days.ends_on or promised.ends_on)
    stay = promised or _new(bed, elder_id, region_code, days)
    lasting = days.through(day)
    wanted = Wanted(stay.bed_id, stay.elder_id, stay.full_time, lasting, stay.id)
    await refuse_admission(session, actor, wanted, day)
    _enter(stay, actor, days, present)
    session.add(stay)
    await session.flush()
    record(session, Event(TOPIC, stay.id, stay.state.value))
    return stay


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
    stay = await _stay_for_update(session, actor, stay_id, StayAction.END)
    check_version(stay, expected_version)
    following = STAY_LIFECYCLE.next(stay.state, StayAction.END)
    days = Days(stay.starts_on, stay.starts_on)
    if stay.state in IN_BED:
        days = await _days_had(session, actor, stay, ends_on)
    stay.state, stay.ends_on = following, days.ends_on
    stay.ended_by, stay.ended_at = actor.id, now()
    record(session, Event(TOPIC, stay.id, stay.state.value))
    return stay


async def close(session: AsyncSession, actor: Actor, stay_id: UUID) -> BedStay:
    """The bed is clean: the next may come.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    stay = await _stay_for_update(session, actor, stay_id, StayAction.CLOSE)
    stay.state = STAY_LIFECYCLE.next(stay.state, StayAction.CLOSE)
    record(session, Event(TOPIC, stay.id, stay.state.value))
    return stay


def available_actions(actor: Actor, state: StayState) -> list[StayAction]:
    """What the actor may do with a stay in a state, in the lifecycle's order."""
    return [
        action
        for action in STAY_LIFECYCLE.actions(state)
        if action in PERMISSION_FOR and actor.may(PERMISSION_FOR[action])
    ]


def _admissible(days: Days, day: date) -> Days:
    first, last = day - timedelta(days=MAX_DAYS_BACK), day + timedelta(days=MAX_DAYS_AHEAD)
    if not first <= days.starts_on <= last:
        raise InvalidInput("starts_on", reason=Reason.RANGE, least=str(first), most=str(last))
    longest = days.starts_on + timedelta(days=MAX_PLANNED_DAYS)
    if days.ends_on is not None and not days.starts_on < days.ends_on <= longest:
        raise InvalidInput(
            "ends_on", reason=Reason.DAYS, after=str(days.starts_on), most=str(longest)
        )
    return days


def _require(actor: Actor, action: StayAction, region_code: str) -> None:
    """Make sure that the actor gives away beds, and those of this region: staff keep to their own.

    Raises: PermissionDenied.
    """
    elsewhere = actor.region is None or not region_code.startswith(actor.region)
    not_theirs = actor.role in REGION_ROLES and elsewhere
    if not_theirs or not actor.may(Permission.BED_STAY_ADMIT):
        raise PermissionDenied(action=action.value)


async def _promised(
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


def _new(bed: Bed, elder_id: UUID, region_code: str, days: Days) -> BedStay:
    return BedStay(
        bed_id=bed.id,
        elder_id=elder_id,
        region_code=region_code,
        state=StayState.RESERVED,
        full_time=bed.kind is not BedKind.DAY,
        starts_on=days.starts_on,
    )


def _enter(stay: BedStay, actor: Actor, days: Days, present: bool) -> None:
    """Write the days, and who let the elder in."""
    stay.starts_on, stay.ends_on = days.starts_on, days.ends_on
    if present:
        stay.state = STAY_LIFECYCLE.next(stay.state, StayAction.OCCUPY)
        stay.admitted_by, stay.admitted_at = actor.id, now()


async def _days_had(
    session: AsyncSession, actor: Actor, stay: BedStay, ends_on: date | None
) -> Days:
    """The days of an elder who has left, which may be more than were planned."""
    day = today()
    days = Days(stay.starts_on, ends_on or day)
    if days.ends_on is None or not stay.starts_on <= days.ends_on <= day:
        raise InvalidInput("ends_on", reason=Reason.RANGE, least=str(stay.starts_on), most=str(day))
    wanted = Wanted(stay.bed_id, stay.elder_id, stay.full_time, days, stay.id)
    await refuse_extension(session, actor, wanted, day)
    return days


async def _stay_for_update(
    session: AsyncSession, actor: Actor, stay_id: UUID, action: StayAction
) -> BedStay:
    visible = (col(BedStay.id) == stay_id, bed_stay_visible(actor))
    keys = select(col(BedStay.elder_id), col(BedStay.bed_id)).where(*visible)
    found = (await session.execute(keys)).one_or_none()
    if found is None:
        raise NotFound("id")
    for model, key in ((Elder, found.elder_id), (Bed, found.bed_id)):
        row = select(col(model.id)).where(col(model.id) == key)
        await session.execute(row.with_for_update(of=model, key_share=True))
    stay = await session.scalar(select(BedStay).where(*visible).with_for_update(of=BedStay))
    if stay is None:
        raise NotFound("id")
    if not actor.may(PERMISSION_FOR[action]):
        raise PermissionDenied(action=action.value)
    return stay


async def _lock_visible_elder(session: AsyncSession, actor: Actor, elder_id: UUID) -> None:
    # FOR NO KEY UPDATE, here and below: alarms and visits that point at the row need not wait.
    statement = select(col(Elder.id)).where(col(Elder.id) == elder_id, elder_visible(actor))
    locked = await session.scalar(statement.with_for_update(of=Elder, key_share=True))
    if locked is None:
        raise NotFound("elder_id")


async def _bed_for_update(session: AsyncSession, actor: Actor, bed_id: UUID) -> tuple[Bed, str]:
    """The bed, locked, and its station's region."""
    statement = (
        select(Bed, col(Station.region_code))
        .join(Station, col(Station.id) == col(Bed.station_id))
        .where(col(Bed.id) == bed_id, bed_visible(actor))
    )
    locked = statement.with_for_update(of=Bed, key_share=True)
    found = (await session.execute(locked)).one_or_none()
    if found is None:
        raise NotFound("bed_id")
    return found[0], found[1]
