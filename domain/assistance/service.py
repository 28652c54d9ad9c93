"""What may happen to a case so far: someone submits it, an official accepts or rejects it."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import lines
from domain.access import Actor, Permission, Role
from domain.accounts.persons import same_person
from domain.assistance.lifecycle import (
    CASE_LIFECYCLE,
    ENDED_STATES,
    PERMISSION_FOR,
    CaseAction,
    CaseState,
)
from domain.assistance.models import AssistanceCase, AssistanceCaseLog, AssistanceKind
from domain.assistance.policy import StartedClock, start_clock
from domain.assistance.visibility import applicant_visible, assistance_case_visible
from domain.calendar import district_day, now, today
from domain.elders.locks import lock_visible_elder
from domain.errors import (
    CaseAlreadyOpen,
    ConflictOfInterest,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from domain.ids import public_id
from domain.outbox import Event, record
from domain.reasons import Reason
from domain.versions import check_version

TOPIC = "assistance_case"
"""The outbox topic of every change to a case; the change is the state that it has come to."""


async def submit(
    session: AsyncSession,
    actor: Actor,
    elder_id: UUID,
    kind: AssistanceKind,
    note: str | None = None,
) -> AssistanceCase:
    """Apply for an elder, in the region where they live; an advisor who does so has the case.

    Raises: NotFound, PermissionDenied, CaseAlreadyOpen (names the open case where the actor may
        see it), InvalidInput(note).
    """
    region_code = await lock_visible_elder(session, actor, elder_id, visible=applicant_visible)
    if not actor.may(Permission.ASSISTANCE_CASE_SUBMIT):
        raise PermissionDenied(action=CaseAction.SUBMIT.value)
    await _refuse_second(session, actor, elder_id, kind)
    case = AssistanceCase(
        elder_id=elder_id,
        region_code=region_code,
        kind=kind,
        state=CASE_LIFECYCLE.next(CaseState.DRAFT, CaseAction.SUBMIT),
        submitted_by=actor.id,
        submitted_at=now(),
        advisor_id=actor.id if actor.role is Role.ADVISOR else None,
    )
    session.add(case)
    await session.flush()
    _log(session, case, CaseAction.SUBMIT, actor, note)
    return case


async def accept(
    session: AsyncSession,
    actor: Actor,
    case_id: UUID,
    accepted_on: date | None = None,
    note: str | None = None,
) -> AssistanceCase:
    """Note that the complete papers are there; the statutory clock starts.

    Parameters:
        accepted_on: the day on which they were (受理日), not before the day of submission, not
            after today; the district's today if None.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), ConflictOfInterest
        for whoever submitted it, in whatever role, InvalidInput(accepted_on or note).
    """
    case = await _moved(session, actor, case_id, CaseAction.ACCEPT)
    day = _admissible(accepted_on or today(), case)
    case.accepted_by, case.accepted_on = actor.id, day
    _keep(case, start_clock(case.kind, case.region_code, day))
    _log(session, case, CaseAction.ACCEPT, actor, note)
    return case


async def reject(
    session: AsyncSession,
    actor: Actor,
    case_id: UUID,
    reason: str,
    expected_version: int | None = None,
) -> AssistanceCase:
    """End a case that has not been decided; the elder may apply again.

    Parameters:
        reason: 1 to 2000 characters, not all of them blank; also the note in the history.
        expected_version: the case's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed),
        ConflictOfInterest for whoever submitted it, in whatever role, InvalidInput(reason).
    """
    case = await _moved(session, actor, case_id, CaseAction.REJECT, expected_version)
    case.rejected_by, case.reject_reason = actor.id, lines.reason(reason)
    _log(session, case, CaseAction.REJECT, actor, reason)
    return case


def available_actions(actor: Actor, state: CaseState, *, own: bool) -> list[CaseAction]:
    """What the actor may do with a case in a state, in the lifecycle's order.

    Parameters:
        own: whether the actor submitted it, in whatever role, and so does not decide about it.
    """
    if own:
        return []
    return [
        action
        for action in CASE_LIFECYCLE.actions(state)
        if action in PERMISSION_FOR and actor.may(PERMISSION_FOR[action])
    ]


async def _refuse_second(
    session: AsyncSession, actor: Actor, elder_id: UUID, kind: AssistanceKind
) -> None:
    """For the blockers' sake: that there is one open case of a kind, PostgreSQL sees to."""
    statement = select(col(AssistanceCase.id), assistance_case_visible(actor)).where(
        col(AssistanceCase.elder_id) == elder_id,
        col(AssistanceCase.kind) == kind,
        col(AssistanceCase.state).not_in(ENDED_STATES),
    )
    found = (await session.execute(statement)).one_or_none()
    if found is not None:
        case_id, visible = found
        blockers = [public_id("assistance_case", case_id)] if visible else []
        raise CaseAlreadyOpen("kind", blockers=blockers)


async def _moved(
    session: AsyncSession,
    actor: Actor,
    case_id: UUID,
    action: CaseAction,
    expected_version: int | None = None,
) -> AssistanceCase:
    """The case, locked and moved along its lifecycle by someone who has no part in it."""
    statement = select(AssistanceCase).where(
        col(AssistanceCase.id) == case_id, assistance_case_visible(actor)
    )
    case = await session.scalar(statement.with_for_update(of=AssistanceCase))
    if case is None:
        raise NotFound("id")
    if not actor.may(PERMISSION_FOR[action]):
        raise PermissionDenied(action=action.value)
    check_version(case, expected_version)
    following = CASE_LIFECYCLE.next(case.state, action)
    if await same_person(session, actor, case.submitted_by):
        raise ConflictOfInterest("id")
    case.state = following
    return case


def _admissible(accepted_on: date, case: AssistanceCase) -> date:
    first, last = district_day(case.submitted_at), today()
    if not first <= accepted_on <= last:
        raise InvalidInput("accepted_on", reason=Reason.RANGE, least=str(first), most=str(last))
    return accepted_on


def _keep(case: AssistanceCase, clock: StartedClock) -> None:
    case.policy_pack = clock.policy_pack
    case.clock_working_days = clock.working_days
    case.clock_source = clock.source
    case.due_on, case.due_provisional = clock.due_on, clock.provisional


def _log(
    session: AsyncSession,
    case: AssistanceCase,
    action: CaseAction,
    actor: Actor,
    note: str | None,
) -> None:
    session.add(
        AssistanceCaseLog(
            case_id=case.id,
            # Not the default, the transaction's beginning: it may have waited for another's.
            at=now(),
            action=action,
            state=case.state,
            account_id=actor.id,
            note=lines.note(note),
        )
    )
    record(session, Event(TOPIC, case.id, case.state.value))
