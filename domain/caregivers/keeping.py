"""Who keeps what is known of those who work in care: the house or street they work in."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission, Role
from domain.accounts.models import Account
from domain.accounts.periods import in_force
from domain.accounts.persons import same_person
from domain.accounts.visibility import account_visible
from domain.authority import require
from domain.errors import ConflictOfInterest, InvalidInput, NotFound, PermissionDenied
from domain.reasons import Reason

WORKS_IN_CARE = frozenset({Role.CAREGIVER, Role.STATION, Role.ADVISOR})
"""Roles of those who look after elders: their certificates and training are kept, and they may
answer for a stay."""


_OF_OTHERS = (Permission.CERTIFICATE_KEEP, Permission.TRAINING_RECORD_KEEP)
"""Nobody keeps their own papers, in whatever role."""


async def worker(
    session: AsyncSession,
    actor: Actor,
    permission: Permission,
    account_id: UUID,
    roles: frozenset[Role] = WORKS_IN_CARE,
) -> tuple[Account, str]:
    """An account that is held now by somebody who works in care where the actor keeps them.

    Parameters:
        roles: of these.
    Returns: it, and the division where they work.

    Raises: NotFound(account_id), PermissionDenied, InvalidInput(account_id), ConflictOfInterest
        (account_id).
    """
    if not actor.may(permission):
        raise PermissionDenied(action=permission.value)
    seen = select(Account).where(col(Account.id) == account_id, account_visible(actor))
    # Not ended meanwhile; and of two changes about one person the second waits.
    account = await session.scalar(seen.with_for_update(of=Account, key_share=True))
    if account is None:
        raise NotFound("account_id")
    if account.role not in roles or not in_force(account) or account.region_code is None:
        raise InvalidInput("account_id", reason=Reason.HELD_IN_CARE)
    require(actor, permission, account.region_code)
    if permission in _OF_OTHERS and await same_person(session, actor, account.id):
        raise ConflictOfInterest("account_id")
    return account, account.region_code
