"""A fused bed (医康养一张床): who answers for medicine, rehabilitation and care of one stay.

The home names one for each; each counts once the elder, or the guardian, has consented.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.accounts.models import Account
from domain.accounts.periods import in_force
from domain.accounts.visibility import account_visible
from domain.beds.lifecycle import StayState
from domain.beds.log import TOPIC
from domain.beds.models import BedStay, BedStayManager, CoManagerRole
from domain.beds.visibility import bed_stay_manager_visible, bed_stay_visible
from domain.calendar import now
from domain.caregivers.keeping import WORKS_IN_CARE
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.outbox import Event, record
from domain.reasons import Reason

_OVER = (StayState.CLEANING, StayState.CLOSED)


async def name_manager(
    session: AsyncSession, actor: Actor, stay_id: UUID, role: CoManagerRole, account_id: UUID
) -> BedStayManager:
    """Name who answers for one side of a stay that is not over.

    Parameters:
        account_id: of somebody who works in care now: caregiver, station or advisor.

    Raises: NotFound(stay_id or account_id), PermissionDenied, InvalidInput(stay_id or account_id),
        AlreadyExists where somebody has the role.
    """
    seen = select(BedStay).where(col(BedStay.id) == stay_id, bed_stay_visible(actor))
    stay = await session.scalar(seen.with_for_update(of=BedStay))
    if stay is None:
        raise NotFound("stay_id")
    if not actor.may(Permission.BED_STAY_NAME_MANAGER):
        raise PermissionDenied(action=Permission.BED_STAY_NAME_MANAGER.value)
    if stay.state in (StayState.HELD, *_OVER):
        raise InvalidInput("stay_id", reason=Reason.STAY_OVER)
    seen_account = select(Account).where(col(Account.id) == account_id, account_visible(actor))
    account = await session.scalar(seen_account)
    if account is None:
        raise NotFound("account_id")
    if account.role not in WORKS_IN_CARE or not in_force(account):
        raise InvalidInput("account_id", reason=Reason.HELD_IN_CARE)
    manager = BedStayManager(
        stay_id=stay_id, role=role, account_id=account_id, named_by=actor.id, named_at=now()
    )
    session.add(manager)
    await session.flush()
    record(session, Event(TOPIC, stay_id, stay.state.value))
    return manager


async def consent(session: AsyncSession, actor: Actor, manager_id: UUID) -> BedStayManager:
    """The elder, or the guardian, agrees to somebody who was named; done twice, it stays as it was.

    Raises: NotFound(id), PermissionDenied, InvalidInput(id) for one who is it no more, or of a stay
        that is over.
    """
    manager = await _manager(session, actor, manager_id, Permission.BED_STAY_CONSENT_TO_MANAGER)
    state = await session.scalar(
        select(col(BedStay.state)).where(col(BedStay.id) == manager.stay_id)
    )
    if state in _OVER:
        raise InvalidInput("id", reason=Reason.STAY_OVER)
    if manager.consented_at is None:
        manager.consented_by, manager.consented_at = actor.id, now()
    return manager


async def end(session: AsyncSession, actor: Actor, manager_id: UUID) -> BedStayManager:
    """Somebody answers for it no more: another may be named.

    Raises: NotFound(id), PermissionDenied, InvalidInput(id) for one who is it no more.
    """
    manager = await _manager(session, actor, manager_id, Permission.BED_STAY_NAME_MANAGER)
    manager.ended_at = now()
    return manager


async def _manager(
    session: AsyncSession, actor: Actor, manager_id: UUID, permission: Permission
) -> BedStayManager:
    seen = select(BedStayManager).where(
        col(BedStayManager.id) == manager_id, bed_stay_manager_visible(actor)
    )
    manager = await session.scalar(seen.with_for_update(of=BedStayManager))
    if manager is None:
        raise NotFound("id")
    if not actor.may(permission):
        raise PermissionDenied(action=permission.value)
    if manager.ended_at is not None:
        raise InvalidInput("id", reason=Reason.ALREADY_OVER)
    return manager
