"""Who may be sent to an alarm, and who may be given one to see to."""

from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.accounts.periods import is_in_force
from domain.accounts.visibility import account_visible
from domain.errors import InvalidInput, NotFound
from domain.reasons import Reason

SENT: Final = frozenset({Role.CAREGIVER, Role.VOLUNTEER, Role.STATION})
"""Who goes to elders."""

AT_DESKS: Final = frozenset({Role.DISPATCHER, Role.STATION})
"""Who sees to alarms."""


async def check_covers(
    session: AsyncSession, actor: Actor, account_id: UUID, region: str, roles: frozenset[Role]
) -> None:
    """Let pass an account that is in force, of one of some roles, and whose place covers a region.

    Parameters:
        actor: must see it.
        region: code of the division where the alarm rang.

    Raises: NotFound for one that is not there to be seen; InvalidInput for one that is, and does
        not fit.
    """
    covers = func.starts_with(region, col(Account.region_code))
    fits = is_in_force() & col(Account.role).in_(roles) & covers
    seen = select(fits).where(col(Account.id) == account_id, account_visible(actor))
    found = (await session.execute(seen)).one_or_none()
    if found is None:
        raise NotFound("account_id")
    if not found[0]:
        raise InvalidInput("account_id", reason=Reason.COVERS_ALARM)
