"""How many assessors it takes and how long it is good: the standard's rule, or what a division has
set."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.assessments.models import AssessmentPolicy
from domain.assessments.visibility import assessment_policy_visible
from domain.regions.governing import governed, take_back


@dataclass(frozen=True, slots=True)
class Rule:
    """What an assessment needs. The defaults are the rules'; the constraints of
    ``assessment_policy`` say what else is possible.

    Parameters:
        assessors: who sign it, the one who submits it included.
        clinical: of these so many at least are clinical ones.
        months: how long it is good, by the calendar.
    """

    assessors: int = 2
    clinical: int = 1
    months: int = 12


BY_THE_RULES = Rule()


async def rule_at(session: AsyncSession, region_code: str) -> Rule:
    """What counts in a division: its own, or that of the nearest above it."""
    code = col(AssessmentPolicy.region_code)
    above = select(AssessmentPolicy).where(func.starts_with(region_code, code))
    found = await session.scalar(above.order_by(func.length(code).desc()).limit(1))
    if found is None:
        return BY_THE_RULES
    return Rule(found.assessors, found.clinical_assessors, found.valid_months)


async def put(
    session: AsyncSession, actor: Actor, region_code: str, wanted: Rule
) -> AssessmentPolicy:
    """Set what assessments need in a division and below it, whatever was set before; those that
    have been submitted keep what they began with.

    Raises: NotFound(region_code), PermissionDenied, InvalidInput for what cannot be.
    """
    await governed(session, actor, Permission.ASSESSMENT_POLICY_SET, region_code)
    columns = {
        "assessors": wanted.assessors,
        "clinical_assessors": wanted.clinical,
        "valid_months": wanted.months,
        "set_by": actor.id,
    }
    new = insert(AssessmentPolicy).values(region_code=region_code, **columns)
    stored = new.on_conflict_do_update(index_elements=["region_code"], set_=columns)
    return (await session.scalars(stored.returning(AssessmentPolicy))).one()


async def remove(
    session: AsyncSession, actor: Actor, policy_id: UUID, expected_version: int | None = None
) -> AssessmentPolicy:
    """Take it back: what a division above has set counts again, at last the rules.

    Parameters:
        expected_version: the policy's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict.
    """
    seen = and_(col(AssessmentPolicy.id) == policy_id, assessment_policy_visible(actor))
    wanted = Permission.ASSESSMENT_POLICY_SET
    return await take_back(session, actor, wanted, AssessmentPolicy, seen, expected_version)
