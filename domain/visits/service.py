"""What may happen to a visit: volunteers claim and make it, others verify it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import lines
from domain.access import Actor
from domain.accounts.persons import one_person
from domain.calendar import now
from domain.errors import (
    AllottedLater,
    AlreadyClaimed,
    InvalidInput,
    PermissionDenied,
)
from domain.geo import Position
from domain.ledger import time_bank
from domain.reasons import Reason
from domain.visits.lifecycle import (
    KNOWN_AFTERWARDS,
    PERMISSION_FOR,
    TIME_FREED_STATES,
    VISIT_LIFECYCLE,
    Allocation,
    VisitAction,
    VisitState,
)
from domain.visits.models import VisitKind, VisitTask, Volunteer
from domain.visits.moving import concerns, for_update, freed, moved, tell
from domain.visits.presence import LATE_DAYS, Entry, refuse_elsewhere, refuse_overlaps
from domain.visits.proof import Fix
from domain.visits.visibility import visit_task_findable
from domain.volunteers.fitness import refuse_at_door, refuse_unfit
from domain.volunteers.places import locked_everywhere

_AN_INSTANT = timedelta(microseconds=1)


async def claim(session: AsyncSession, actor: Actor, visit_id: UUID) -> VisitTask:
    """Take on an open visit; from now on the volunteer knows the elder and the address.

    Raises: NotFound, PermissionDenied (for whoever is no registered volunteer), AlreadyClaimed,
        IllegalTransition for a visit that one has claimed oneself, InvalidInput(id) for one whose
        time is over, for one to oneself or one's family, and for one after the end of one's role,
        AllottedLater, VolunteerSuspended, NotCleared, ClearanceEnds(until), SkillsMissing(skills),
        TimesOverlap(blockers: all of one's own visits at that time).
    """
    # The volunteer first. Of two claims by one volunteer the second waits here and then sees the
    # first; both in the exclusion constraint would wait for each other, and one would be killed.
    volunteer = await _lock_volunteer(session, actor)
    visit = await for_update(session, actor, visit_id, VisitAction.CLAIM, visit_task_findable)
    if volunteer is None:
        raise PermissionDenied(action=VisitAction.CLAIM.value)
    if visit.claimed_by not in (None, actor.id):
        raise AlreadyClaimed("id")
    following = VISIT_LIFECYCLE.next(visit.state, VisitAction.CLAIM)
    if _is_over(visit.scheduled_to):
        raise InvalidInput("id", reason=Reason.VISIT_OVER)
    if visit.allocation is Allocation.FAIR:
        raise AllottedLater("id")
    await refuse_unfit(session, volunteer, visit)
    await _refuse_overlaps(session, actor, visit)
    visit.state, visit.claimed_by, visit.claimed_at = following, actor.id, now()
    tell(session, actor, visit, VisitAction.CLAIM)
    return visit


async def release(
    session: AsyncSession, actor: Actor, visit_id: UUID, reason: str | None = None
) -> VisitTask:
    """Give a claimed visit back to the others; who did, when and why stays in its log.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(reason).
    """
    visit = await moved(session, actor, visit_id, VisitAction.RELEASE)
    freed(visit)
    tell(session, actor, visit, VisitAction.RELEASE, lines.note(reason, "reason"))
    return visit


async def check_in(
    session: AsyncSession,
    actor: Actor,
    visit_id: UUID,
    fix: Fix | None = None,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> VisitTask:
    """The visit begins, or began while the phone had no network.

    Parameters:
        fix: where the volunteer is; needed for a visit at home. Of a visit by phone or video it
            is not kept: where somebody calls from proves nothing.
        at: when by the phone's own clock; None for now.
        expected_version: the visit's when the actor decided; None for whatever it is now; so below.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed),
        TimesOverlap(blockers: one's own visits at that moment), InvalidInput(longitude) for a visit
        at home without a place, InvalidInput(at) for a moment to come, before the claim, or more
        than seven days ago, and for a visit that was long over where none is given;
        VolunteerSuspended and NotCleared for who was no more to visit anybody at that moment.
    """
    volunteer = await _lock_volunteer(session, actor)
    visit = await moved(session, actor, visit_id, VisitAction.CHECK_IN, expected_version)
    entry = Entry.of(at, now())
    entry.refuse_before(visit.claimed_at)
    if volunteer is not None:
        refuse_at_door(volunteer, entry.at)
    if at is None and visit.scheduled_to + KNOWN_AFTERWARDS <= entry.at:
        raise InvalidInput("at", reason=Reason.VISIT_OVER)
    await refuse_elsewhere(session, actor, visit, entry.at, entry.at + _AN_INSTANT)
    visit.checked_in_at, visit.check_in_recorded_at = entry.at, entry.recorded_at
    visit.entered_late = entry.is_late
    if visit.kind is VisitKind.HOME:
        if fix is None:
            raise InvalidInput("longitude", reason=Reason.PLACE_NEEDED)
        _keep(visit, fix)
    tell(session, actor, visit, VisitAction.CHECK_IN)
    return visit


async def check_out(
    session: AsyncSession,
    actor: Actor,
    visit_id: UUID,
    note: str | None = None,
    at: datetime | None = None,
) -> VisitTask:
    """The visit has been made; the volunteer no longer knows the elder.

    Parameters:
        at: when by the phone's own clock; None for now.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(note),
        InvalidInput(at) for a moment to come, before the check-in, or more than seven days ago,
        TimesOverlap(blockers: one's own visits between check-in and check-out).
    """
    await _lock_volunteer(session, actor)
    visit = await moved(session, actor, visit_id, VisitAction.CHECK_OUT)
    entry = Entry.of(at, now())
    entry.refuse_before(visit.checked_in_at)
    await refuse_elsewhere(session, actor, visit, visit.checked_in_at or entry.at, entry.at)
    visit.checked_out_at, visit.check_out_recorded_at = entry.at, entry.recorded_at
    visit.entered_late = visit.entered_late or entry.is_late
    visit.note = lines.note(note)
    tell(session, actor, visit, VisitAction.CHECK_OUT, visit.note)
    return visit


async def refuse(
    session: AsyncSession,
    actor: Actor,
    visit_id: UUID,
    reason: str | None = None,
    expected_version: int | None = None,
) -> VisitTask:
    """The elder does not want the visit: who was to make it says so, also who was thought not to
    have come, as long as a check-in may be entered.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed),
        InvalidInput(reason), InvalidInput(id) for a visit that was never begun, and was over more
        than seven days ago, TimesOverlap where their time has been taken since.
    """
    visit = await moved(session, actor, visit_id, VisitAction.REFUSE, expected_version)
    if visit.checked_in_at is None and visit.scheduled_to < now() - timedelta(days=LATE_DAYS):
        raise InvalidInput("id", reason=Reason.DAYS_LATE, most=LATE_DAYS)
    tell(session, actor, visit, VisitAction.REFUSE, lines.note(reason, "reason"))
    return visit


async def miss(
    session: AsyncSession, actor: Actor, visit_id: UUID, note: str | None = None
) -> VisitTask:
    """Whoever has claimed the visit did not come.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(note),
        InvalidInput(id) for a visit that is still to begin.
    """
    visit = await moved(session, actor, visit_id, VisitAction.MISS)
    if visit.scheduled_from > now():
        raise InvalidInput("id", reason=Reason.VISIT_AHEAD)
    tell(session, actor, visit, VisitAction.MISS, lines.note(note))
    return visit


async def verify(
    session: AsyncSession,
    actor: Actor,
    visit_id: UUID,
    *,
    accepted: bool,
    note: str | None = None,
    expected_version: int | None = None,
) -> VisitTask:
    """Say whether a visit was made as it should be; if so, its minutes are the volunteer's.

    Parameters:
        note: kept in the log, beside who decided.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed),
        ConflictOfInterest for who has made the visit, in whatever role, InvalidInput(note).
    """
    action = VisitAction.VERIFY if accepted else VisitAction.REJECT
    visit = await moved(session, actor, visit_id, action, expected_version)
    visit.verified_by, visit.verified_at = actor.id, now()
    tell(session, actor, visit, action, lines.note(note))
    if accepted:
        await time_bank.credit(session, actor, visit)
    return visit


def available_actions(
    actor: Actor,
    state: VisitState,
    claimed_by: UUID | None,
    times: tuple[datetime, datetime],
    *,
    own: bool,
    allocation: Allocation = Allocation.FIRST_COME,
) -> list[VisitAction]:
    """What the actor may do with a visit now, in the lifecycle's order.

    Parameters:
        times: when it is to begin and to end.
        own: whether the actor has claimed it, in whatever role.
        allocation: for one that is allotted later volunteers apply, and nobody claims it.
    """
    begins, ends = times
    fair = allocation is Allocation.FAIR and state is VisitState.OPEN
    possible = [
        VisitAction.APPLY if fair and action is VisitAction.CLAIM else action
        for action in VISIT_LIFECYCLE.actions(state)
    ]
    return [
        action
        for action in possible
        if actor.may(PERMISSION_FOR[action])
        and concerns(actor, action, claimed_by, own=own)
        and not (action in (VisitAction.CLAIM, VisitAction.APPLY) and _is_over(ends))
        and not (action is VisitAction.MISS and begins > now())
    ]


def _is_over(scheduled_to: datetime) -> bool:
    return scheduled_to <= now()


async def _lock_volunteer(session: AsyncSession, actor: Actor) -> Volunteer | None:
    """The actor as a registered volunteer, whose claims now wait for this one, whichever place they
    visit in; None for others."""
    everywhere = await locked_everywhere(session, actor.id)
    return next((one for one in everywhere if one.id == actor.id), None)


async def _refuse_overlaps(session: AsyncSession, actor: Actor, visit: VisitTask) -> None:
    """Half-open times: one visit may begin when another ends."""
    statement = (
        select(col(VisitTask.id), col(VisitTask.claimed_by))
        .where(
            col(VisitTask.claimed_by).in_(one_person(actor.id)),
            col(VisitTask.state).not_in(TIME_FREED_STATES),
            col(VisitTask.scheduled_from) < visit.scheduled_to,
            col(VisitTask.scheduled_to) > visit.scheduled_from,
        )
        .order_by(col(VisitTask.scheduled_from), col(VisitTask.id))
    )
    refuse_overlaps(actor, (await session.execute(statement)).all(), "id")


def _keep(visit: VisitTask, fix: Fix) -> None:
    visit.check_in_longitude = fix.position.longitude
    visit.check_in_latitude = fix.position.latitude
    visit.check_in_accuracy_m = fix.accuracy_m
    visit.check_in_far = fix.is_far_from(Position(visit.longitude, visit.latitude))
