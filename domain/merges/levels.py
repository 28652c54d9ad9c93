"""Which care level either of two elders has who are taken apart: what was found of each, and no
longer what was found of both."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.assessments.lifecycle import AssessmentState
from domain.assessments.models import Assessment
from domain.elders.models import CareLevel, Elder

_COUNTED = (AssessmentState.CONFIRMED, AssessmentState.REPLACED)


async def part_levels(
    session: AsyncSession,
    kept: Elder,
    duplicate_id: UUID,
    since: datetime,
    before: CareLevel | None,
) -> bool:
    """Give each the level that they had, or that of the assessment of theirs which counts since.

    Parameters:
        duplicate_id: of the other one, whose assessments are theirs again.
        since: when the two were merged.
        before: the kept one's level until then.

    Returns: False where an assessment of one was replaced by one of the other, so that nothing
        counts any more of what was found.
    """
    whose = col(Assessment.elder_id)
    found = select(Assessment).where(
        whose.in_((kept.id, duplicate_id)), col(Assessment.state).in_(_COUNTED)
    )
    counted = (await session.scalars(found)).all()
    counting = {one.elder_id: one for one in counted if one.state is AssessmentState.CONFIRMED}
    if {one.elder_id for one in counted} - counting.keys():
        return False
    new = {key for key, one in counting.items() if one.confirmed_at and one.confirmed_at > since}
    kept.care_level = counting[kept.id].level if new and kept.id in counting else before
    if duplicate_id in new:
        theirs = update(Elder).where(col(Elder.id) == duplicate_id)
        await session.execute(theirs.values(care_level=counting[duplicate_id].level))
    return True
