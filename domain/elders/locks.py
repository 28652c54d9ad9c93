"""An elder's row, locked: of two changes that concern an elder the second waits for the first.

FOR NO KEY UPDATE: alarms and visits that point at the row need not wait.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.elders.models import Elder
from domain.elders.visibility import elder_visible
from domain.errors import NotFound
from domain.row_access import RowAccess


async def lock_visible_elder(
    session: AsyncSession,
    actor: Actor,
    elder_id: UUID,
    field: str = "elder_id",
    visible: RowAccess = elder_visible,
) -> str:
    """Lock the row of an elder whom the actor sees.

    Parameters:
        field: the input's that names them.
        visible: who sees the elder, where what is to be done asks for a consent.
    Returns: the code of the division where they live.

    Raises: NotFound(field).
    """
    seen = select(col(Elder.region_code)).where(col(Elder.id) == elder_id, visible(actor))
    region_code = await session.scalar(seen.with_for_update(of=Elder, key_share=True))
    if region_code is None:
        raise NotFound(field)
    return region_code


async def lock_elder(session: AsyncSession, elder_id: UUID) -> None:
    """Lock the row of an elder who is there."""
    statement = select(col(Elder.id)).where(col(Elder.id) == elder_id)
    await session.execute(statement.with_for_update(of=Elder, key_share=True))
