"""An assessment is submitted by one assessor and confirmed by others; then it counts."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import lines
from domain.access import Actor, Permission
from domain.accounts.visibility import own
from domain.assessments import policies
from domain.assessments.answers import sealed
from domain.assessments.assessors import certified
from domain.assessments.lifecycle import (
    ASSESSMENT_LIFECYCLE,
    PERMISSION_FOR,
    SIGNATURES,
    AssessmentAction,
    AssessmentState,
)
from domain.assessments.models import Assessment, AssessmentLog
from domain.assessments.scoring import Answers, score
from domain.assessments.visibility import assessment_visible
from domain.calendar import months_later, now, today
from domain.crypto import Vault
from domain.elders.locks import lock_elder, lock_visible_elder
from domain.elders.models import Elder
from domain.errors import (
    AlreadyExists,
    ConflictOfInterest,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from domain.ids import public_id
from domain.outbox import Event, record
from domain.reasons import Reason

TOPIC = "assessment"
"""The outbox topic of every change to an assessment; the change is the state it has come to."""


async def submit(
    session: AsyncSession,
    actor: Actor,
    vault: Vault,
    elder_id: UUID,
    answers: Answers,
    note: str | None = None,
) -> Assessment:
    """Hand in what was found, as the first assessor.

    Raises: NotFound(elder_id), PermissionDenied, CertificateMissing, InvalidInput(assessed_on or
        note), AlreadyExists (names the one that is waiting for its confirmation).
    """
    region_code = await lock_visible_elder(session, actor, elder_id)
    if not actor.may(Permission.ASSESSMENT_SUBMIT):
        raise PermissionDenied(action=AssessmentAction.SUBMIT.value)
    certificate = await certified(session, actor)
    rule = await policies.rule_at(session, region_code)
    await _check_day(session, elder_id, answers.assessed_on, rule.months)
    await _refuse_second(session, actor, elder_id)
    result = score(answers)
    assessment = Assessment(
        elder_id=elder_id,
        scale=answers.scale.name,
        state=AssessmentState.SUBMITTED,
        assessed_on=answers.assessed_on,
        valid_through=months_later(answers.assessed_on, rule.months),
        total=result.total,
        level_by_total=result.by_total,
        level=result.level,
        answers_cipher=sealed(vault, elder_id, answers),
        assessors_needed=rule.assessors,
        clinical_needed=rule.clinical,
        submitted_by=actor.id,
        submitted_at=now(),
    )
    session.add(assessment)
    await session.flush()
    await _log(session, assessment, AssessmentAction.SUBMIT, actor, note, certificate.clinical)
    return assessment


async def confirm(
    session: AsyncSession, actor: Actor, assessment_id: UUID, note: str | None = None
) -> Assessment:
    """Sign it as another assessor. With the last signature that it needs, one of them a clinical
    assessor's, it counts: the elder has its level, and the one that counted is replaced.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), ConflictOfInterest
        for whoever has signed it, in whatever role, CertificateMissing, InvalidInput(note).
    """
    assessment, following = await _moved(session, actor, assessment_id, AssessmentAction.CONFIRM)
    await _refuse_signer(session, actor, assessment.id)
    certificate = await certified(session, actor)
    if await _is_last(session, assessment, certificate.clinical):
        await _count(session, actor, assessment, following)
    await _log(session, assessment, AssessmentAction.CONFIRM, actor, note, certificate.clinical)
    return assessment


async def withdraw(
    session: AsyncSession, actor: Actor, assessment_id: UUID, note: str | None = None
) -> Assessment:
    """Take back one that has not been confirmed.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(note).
    """
    assessment, following = await _moved(session, actor, assessment_id, AssessmentAction.WITHDRAW)
    assessment.state = following
    await _log(session, assessment, AssessmentAction.WITHDRAW, actor, note)
    return assessment


def available_actions(actor: Actor, state: AssessmentState, *, own: bool) -> list[AssessmentAction]:
    """What the actor may do with an assessment in a state, in the lifecycle's order; to confirm it
    they need a certificate beside.

    Parameters:
        own: whether the actor submitted it, in whatever role, and so does not confirm it.
    """
    return [
        action
        for action in ASSESSMENT_LIFECYCLE.actions(state)
        if action in PERMISSION_FOR
        and actor.may(PERMISSION_FOR[action])
        and not (own and action is AssessmentAction.CONFIRM)
    ]


async def _check_day(session: AsyncSession, elder_id: UUID, day: date, months: int) -> None:
    """Raises: InvalidInput(assessed_on) for a day to come, one before the assessment that counts
    now, and one so long ago that the new one would be over."""
    counting = select(col(Assessment.assessed_on)).where(
        col(Assessment.elder_id) == elder_id, col(Assessment.state) == AssessmentState.CONFIRMED
    )
    most, least = today(), await session.scalar(counting) or date.min
    if not least <= day <= most or months_later(day, months) < most:
        raise InvalidInput("assessed_on", reason=Reason.ASSESSED_ON, months=months)


async def _refuse_second(session: AsyncSession, actor: Actor, elder_id: UUID) -> None:
    """For the blockers' sake: that there is one at a time, PostgreSQL sees to."""
    waiting = select(col(Assessment.id), assessment_visible(actor)).where(
        col(Assessment.elder_id) == elder_id, col(Assessment.state) == AssessmentState.SUBMITTED
    )
    found = (await session.execute(waiting)).one_or_none()
    if found is not None:
        key, visible = found
        raise AlreadyExists("elder_id", blockers=[public_id("assessment", key)] if visible else [])


async def _moved(
    session: AsyncSession, actor: Actor, assessment_id: UUID, action: AssessmentAction
) -> tuple[Assessment, AssessmentState]:
    """The assessment, locked, and the state that the action leads to."""
    seen = select(Assessment).where(col(Assessment.id) == assessment_id, assessment_visible(actor))
    assessment = await session.scalar(seen.with_for_update(of=Assessment))
    if assessment is None:
        raise NotFound("id")
    if not actor.may(PERMISSION_FOR[action]):
        raise PermissionDenied(action=action.value)
    return assessment, ASSESSMENT_LIFECYCLE.next(assessment.state, action)


async def _refuse_signer(session: AsyncSession, actor: Actor, assessment_id: UUID) -> None:
    signed = select(col(AssessmentLog.id)).where(
        col(AssessmentLog.assessment_id) == assessment_id,
        col(AssessmentLog.action).in_(SIGNATURES),
        own(actor, col(AssessmentLog.account_id)),
    )
    if await session.scalar(signed.limit(1)) is not None:
        raise ConflictOfInterest("id")


async def _is_last(session: AsyncSession, assessment: Assessment, clinical: bool) -> bool:
    """Whether it has all signatures that it needs with one more.

    Parameters:
        clinical: whether that one is a clinical assessor's.
    """
    signatures = select(
        func.count(), func.count().filter(col(AssessmentLog.clinical).is_(True))
    ).where(
        col(AssessmentLog.assessment_id) == assessment.id,
        col(AssessmentLog.action).in_(SIGNATURES),
    )
    signed, clinically = (await session.execute(signatures)).one()
    return (
        signed + 1 >= assessment.assessors_needed
        and clinically + clinical >= assessment.clinical_needed
    )


async def _count(
    session: AsyncSession, actor: Actor, assessment: Assessment, state: AssessmentState
) -> None:
    """Let it count instead of the one that has, and the elder have its level."""
    await lock_elder(session, assessment.elder_id)
    counting = select(Assessment).where(
        col(Assessment.elder_id) == assessment.elder_id,
        col(Assessment.state) == AssessmentState.CONFIRMED,
    )
    replaced = await session.scalar(counting.with_for_update())
    if replaced is not None:
        action = AssessmentAction.REPLACE
        replaced.state = ASSESSMENT_LIFECYCLE.next(replaced.state, action)
        await _log(session, replaced, action, actor)
    assessment.state, assessment.confirmed_at = state, now()
    level = update(Elder).where(col(Elder.id) == assessment.elder_id)
    await session.execute(level.values(care_level=assessment.level))


async def _log(
    session: AsyncSession,
    assessment: Assessment,
    action: AssessmentAction,
    actor: Actor,
    note: str | None = None,
    clinical: bool | None = None,
) -> None:
    said = lines.note(note)
    # Now, so that of two assessments the one that is replaced is written first.
    await session.flush()
    session.add(
        AssessmentLog(
            assessment_id=assessment.id,
            # Not the default, the transaction's beginning: it may have waited for another's.
            at=now(),
            action=action,
            state=assessment.state,
            account_id=actor.id,
            clinical=clinical,
            note=said,
        )
    )
    record(session, Event(TOPIC, assessment.id, assessment.state.value))
