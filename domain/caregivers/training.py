"""Hours of training are entered and taken back; they are counted by calendar year."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.authority import require
from domain.calendar import now, today
from domain.caregivers.keeping import worker
from domain.caregivers.models import TrainingRecord
from domain.caregivers.visibility import training_record_visible
from domain.errors import InvalidInput, NotFound
from domain.lines import line
from domain.reasons import Reason

MAX_COURSE: Final = 100
"""Characters of a course's name."""

MAX_PROOF: Final = 60
"""Characters of the number of a paper that says so."""

MOST_HALF_HOURS: Final = 24
"""In one day: twelve hours."""


@dataclass(frozen=True, slots=True)
class Attended:
    """What somebody has attended.

    Parameters:
        hours: 0.5 to 12, in half hours.
        proof: the number of the paper that says so; None where there is none.
    """

    course: str
    hours: float
    day: date
    proof: str | None = None


async def add(
    session: AsyncSession, actor: Actor, account_id: UUID, attended: Attended
) -> TrainingRecord:
    """Enter hours of training.

    Raises: NotFound(account_id), PermissionDenied, InvalidInput(account_id, course, hours, day or
        proof).
    """
    permission = Permission.TRAINING_RECORD_KEEP
    account, region_code = await worker(session, actor, permission, account_id)
    if attended.day > today():
        raise InvalidInput("day", reason=Reason.NOT_TO_COME)
    proof = attended.proof
    record = TrainingRecord(
        region_code=region_code,
        account_id=account.id,
        course=line("course", attended.course, MAX_COURSE),
        half_hours=_half_hours(attended.hours),
        day=attended.day,
        proof=None if proof is None else line("proof", proof, MAX_PROOF),
        recorded_at=now(),
        recorded_by=actor.id,
    )
    session.add(record)
    await session.flush()
    return record


async def withdraw(session: AsyncSession, actor: Actor, record_id: UUID) -> TrainingRecord:
    """Take back what was entered wrongly; what was said of an earlier day stays.

    Raises: NotFound, PermissionDenied, InvalidInput(id) for what was taken back.
    """
    seen = select(TrainingRecord).where(
        col(TrainingRecord.id) == record_id, training_record_visible(actor)
    )
    record = await session.scalar(seen.with_for_update(of=TrainingRecord))
    if record is None:
        raise NotFound("id")
    require(actor, Permission.TRAINING_RECORD_KEEP, record.region_code)
    if record.withdrawn_at is not None:
        raise InvalidInput("id", reason=Reason.WITHDRAWN_ALREADY)
    record.withdrawn_at, record.withdrawn_by = now(), actor.id
    return record


def _half_hours(hours: float) -> int:
    """Raises: InvalidInput(hours)."""
    doubled = 2 * hours
    if not 1 <= doubled <= MOST_HALF_HOURS or doubled != int(doubled):
        raise InvalidInput("hours", reason=Reason.HALF_HOURS, most=MOST_HALF_HOURS // 2)
    return int(doubled)
