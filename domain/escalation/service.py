"""A division sets how soon alarms pass on there, and takes it back.

What it sets counts for the next step of an alarm that is open: the one that runs ends as it began.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.alarms.models import AlarmSeverity
from domain.escalation.models import EscalationPolicy
from domain.escalation.visibility import escalation_policy_visible
from domain.regions.governing import governed, take_back


@dataclass(frozen=True, slots=True)
class Wanted:
    """Times, in seconds; the constraints of ``escalation_policy`` say what is possible.

    Parameters:
        street: from level 1 to level 2.
        district: from level 1 to level 3.
        rearm: how long an alarm may be acknowledged before its level's clock begins again.
    """

    street: int
    district: int
    rearm: int


async def put(
    session: AsyncSession, actor: Actor, region_code: str, severity: AlarmSeverity, wanted: Wanted
) -> EscalationPolicy:
    """Set the times of a severity in a division and below it, whatever was set before.

    Raises: NotFound(region_code), PermissionDenied, InvalidInput for times that cannot be, or that
        are longer than the rules' where a life may be at stake.
    """
    await governed(session, actor, Permission.ESCALATION_SET, region_code)
    times = {
        "street_after_seconds": wanted.street,
        "district_after_seconds": wanted.district,
        "rearm_after_seconds": wanted.rearm,
        "set_by": actor.id,
    }
    new = insert(EscalationPolicy).values(region_code=region_code, severity=severity, **times)
    stored = new.on_conflict_do_update(
        index_elements=["region_code", "severity"], set_=times
    ).returning(EscalationPolicy)
    return (await session.scalars(stored)).one()


async def remove(
    session: AsyncSession, actor: Actor, policy_id: UUID, expected_version: int | None = None
) -> EscalationPolicy:
    """Take times back: what a division above has set counts again, at last the rules'.

    Parameters:
        expected_version: the policy's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict.
    """
    seen = and_(col(EscalationPolicy.id) == policy_id, escalation_policy_visible(actor))
    wanted = Permission.ESCALATION_SET
    return await take_back(session, actor, wanted, EscalationPolicy, seen, expected_version)
