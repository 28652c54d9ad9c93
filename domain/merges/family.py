"""Who may look after an elder was said of each entry; a merge takes back nobody's no."""

from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.family.lifecycle import LinkState
from domain.family.models import FamilyLink

_OVER = (LinkState.REFUSED, LinkState.ENDED)


async def links_ended_beside(session: AsyncSession, whose: UUID, to: UUID) -> list[Any]:
    """Keys of an elder's links that are open while the same account's with another elder was
    refused or has ended: moved there, they would show what was not to be shown any more."""
    other = aliased(FamilyLink)
    said_no = exists().where(
        col(other.account_id) == col(FamilyLink.account_id),
        col(other.elder_id) == to,
        col(other.state).in_(_OVER),
    )
    mine = col(FamilyLink.elder_id) == whose, col(FamilyLink.state).not_in(_OVER)
    found = await session.scalars(select(col(FamilyLink.id)).where(*mine, said_no))
    return [{"id": str(key)} for key in found]
