"""What may happen to a visit: volunteers claim and make it, others verify it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.accounts.persons import same_person
from domain.calendar import now
from domain.errors import (
    AlreadyClaimed,
    ConflictOfInterest,
    InvalidInput,
    NotFound,
    PermissionDenied,
    TimesOverlap,
)
from domain.geo import Position
from domain.ids import public_id
from domain.outbox import Event, record
from domain.reasons import Reason
from domain.row_access import RowAccess
from domain.visits.lifecycle import (
    BY_CLAIMANT,
    BY_OTHERS,
    PERMISSION_FOR,
    TIME_FREED_STATES,
    VISIT_LIFECYCLE,
    VisitAction,
    VisitState,
)
from domain.visits.models import VisitKind, VisitTask, VisitTaskLog, Volunteer
from domain.visits.proof import Fix
from domain.visits.visibility import visit_task_findable, visit_task_visible

TOPIC = "visit_task"
"""The outbox topic of every change to a visit; the change is the action."""

MAX_NOTE = 2000
"""Characters of a note."""


def register(
    session: AsyncSession, account_id: UUID, name: str, region_code: str, day: date
) -> None:
    """Enter whoever has been made a volunteer into the register of those who visit.

    Parameters:
        region_code: where they will visit, until they say where they live.
        day: the first on which they may.
    """
    session.add(Volunteer(id=account_id, name=name, region_code=region_code, registered_on=day))


async def claim(session: AsyncSession, actor: Actor, visit_id: UUID) -> VisitTask:
    """Take on an open visit; from now on the volunteer knows the elder and the address.

    Raises: NotFound, PermissionDenied (for whoever is no registered volunteer), AlreadyClaimed,
        IllegalTransition for a visit that one has claimed oneself, InvalidInput(id) for one whose
        time is over, TimesOverlap(blockers: all of one's own visits at that time).
    """
    # The volunteer first. Of two claims by one volunteer the second waits here and then sees the
    # first; both in the exclusion constraint would wait for each other, and one would be killed.
    registered = await _lock_volunteer(session, actor)
    visit = await _for_update(session, actor, visit_id, VisitAction.CLAIM, visit_task_findable)
    if not registered:
        raise PermissionDenied(action=VisitAction.CLAIM.value)
    if visit.claimed_by not in (None, actor.id):
        raise AlreadyClaimed("id")
    following = VISIT_LIFECYCLE.next(visit.state, VisitAction.CLAIM)
    if _is_over(visit.scheduled_to):
        raise InvalidInput("id", reason=Reason.VISIT_OVER)
    await _refuse_overlaps(session, actor, visit)
    visit.state, visit.claimed_by, visit.claimed_at = following, actor.id, now()
    _tell(session, actor, visit, VisitAction.CLAIM)
    return visit


async def release(
    session: AsyncSession, actor: Actor, visit_id: UUID, reason: str | None = None
) -> VisitTask:
    """Give a claimed visit back to the others; who did, when and why stays in its log.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(reason).
    """
    visit = await _moved(session, actor, visit_id, VisitAction.RELEASE)
    visit.claimed_by = visit.claimed_at = None
    _tell(session, actor, visit, VisitAction.RELEASE, _text(reason, "reason"))
    return visit


async def check_in(
    session: AsyncSession, actor: Actor, visit_id: UUID, fix: Fix | None = None
) -> VisitTask:
    """The visit begins.

    Parameters:
        fix: where the volunteer is; needed for a visit at home. Of a visit by phone or video it
            is not kept: where somebody calls from proves nothing.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed),
        InvalidInput(longitude) for a visit at home without a place.
    """
    visit = await _moved(session, actor, visit_id, VisitAction.CHECK_IN)
    visit.checked_in_at = now()
    if visit.kind is VisitKind.HOME:
        if fix is None:
            raise InvalidInput("longitude", reason=Reason.PLACE_NEEDED)
        _keep(visit, fix)
    _tell(session, actor, visit, VisitAction.CHECK_IN)
    return visit


async def check_out(
    session: AsyncSession, actor: Actor, visit_id: UUID, note: str | None = None
) -> VisitTask:
    """The visit has been made; the volunteer no longer knows the elder.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(note).
    """
    visit = await _moved(session, actor, visit_id, VisitAction.CHECK_OUT)
    visit.checked_out_at, visit.note = now(), _text(note, "note")
    _tell(session, actor, visit, VisitAction.CHECK_OUT, visit.note)
    return visit


async def verify(
    session: AsyncSession, actor: Actor, visit_id: UUID, *, accepted: bool, note: str | None = None
) -> VisitTask:
    """Say whether a visit was made as it should be.

    Parameters:
        note: kept in the log, beside who decided.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed),
        ConflictOfInterest for who has made the visit, in whatever role, InvalidInput(note).
    """
    action = VisitAction.VERIFY if accepted else VisitAction.REJECT
    visit = await _moved(session, actor, visit_id, action)
    visit.verified_by, visit.verified_at = actor.id, now()
    _tell(session, actor, visit, action, _text(note, "note"))
    return visit


def available_actions(
    actor: Actor,
    state: VisitState,
    claimed_by: UUID | None,
    scheduled_to: datetime,
    *,
    own: bool,
) -> list[VisitAction]:
    """What the actor may do with a visit now, in the lifecycle's order.

    Parameters:
        own: whether the actor has claimed it, in whatever role.
    """
    return [
        action
        for action in VISIT_LIFECYCLE.actions(state)
        if action in PERMISSION_FOR
        and actor.may(PERMISSION_FOR[action])
        and _concerns(actor, action, claimed_by, own=own)
        and not (action is VisitAction.CLAIM and _is_over(scheduled_to))
    ]


def _is_over(scheduled_to: datetime) -> bool:
    return scheduled_to <= now()


def _concerns(actor: Actor, action: VisitAction, claimed_by: UUID | None, *, own: bool) -> bool:
    """Whether an action is for the account that claimed, or for other people, as the actor is."""
    if action in BY_CLAIMANT:
        return claimed_by == actor.id
    return not (own and action in BY_OTHERS)


async def _lock_volunteer(session: AsyncSession, actor: Actor) -> bool:
    """Whether the actor is a registered volunteer, whose claims now wait for this one."""
    statement = select(col(Volunteer.id)).where(col(Volunteer.id) == actor.id)
    # FOR NO KEY UPDATE: rows that point at the volunteer need not wait.
    locked = await session.scalar(statement.with_for_update(of=Volunteer, key_share=True))
    return locked is not None


async def _for_update(
    session: AsyncSession,
    actor: Actor,
    visit_id: UUID,
    action: VisitAction,
    visible: RowAccess = visit_task_visible,
) -> VisitTask:
    statement = select(VisitTask).where(col(VisitTask.id) == visit_id, visible(actor))
    visit = await session.scalar(statement.with_for_update(of=VisitTask))
    if visit is None:
        raise NotFound("id")
    if not actor.may(PERMISSION_FOR[action]):
        raise PermissionDenied(action=action.value)
    return visit


async def _moved(
    session: AsyncSession, actor: Actor, visit_id: UUID, action: VisitAction
) -> VisitTask:
    """The visit, locked and moved along its lifecycle."""
    visit = await _for_update(session, actor, visit_id, action)
    following = VISIT_LIFECYCLE.next(visit.state, action)
    made_by = visit.claimed_by if action in BY_OTHERS else None
    own = made_by is not None and await same_person(session, actor, made_by)
    if not _concerns(actor, action, visit.claimed_by, own=own):
        raise ConflictOfInterest("id")
    visit.state = following
    return visit


async def _refuse_overlaps(session: AsyncSession, actor: Actor, visit: VisitTask) -> None:
    """Half-open times: one visit may begin when another ends."""
    statement = (
        select(col(VisitTask.id))
        .where(
            col(VisitTask.claimed_by) == actor.id,
            col(VisitTask.state).not_in(TIME_FREED_STATES),
            col(VisitTask.scheduled_from) < visit.scheduled_to,
            col(VisitTask.scheduled_to) > visit.scheduled_from,
        )
        .order_by(col(VisitTask.scheduled_from), col(VisitTask.id))
    )
    if found := (await session.scalars(statement)).all():
        raise TimesOverlap("id", blockers=[public_id(TOPIC, key) for key in found])


def _keep(visit: VisitTask, fix: Fix) -> None:
    visit.check_in_longitude = fix.position.longitude
    visit.check_in_latitude = fix.position.latitude
    visit.check_in_accuracy_m = fix.accuracy_m
    visit.check_in_far = fix.is_far_from(Position(visit.longitude, visit.latitude))


def _text(text: str | None, field: str) -> str | None:
    if text is not None and len(text) > MAX_NOTE:
        raise InvalidInput(field, reason=Reason.TOO_LONG, most=MAX_NOTE)
    return text


def _tell(
    session: AsyncSession,
    actor: Actor,
    visit: VisitTask,
    action: VisitAction,
    note: str | None = None,
) -> None:
    """Write down who did what, and let the others know."""
    # Not the default, the transaction's beginning: it may have waited for the one logged before.
    at = now()
    session.add(
        VisitTaskLog(task_id=visit.id, at=at, action=action, account_id=actor.id, note=note)
    )
    record(session, Event(TOPIC, visit.id, action.value))
