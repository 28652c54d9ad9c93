"""Everywhere that one person visits: a volunteer's row for each place."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.accounts.persons import one_person
from domain.visits.models import Volunteer


async def locked_everywhere(session: AsyncSession, account: Any) -> Sequence[Volunteer]:
    """A volunteer, and who is the same person in another place: what else concerns them waits.

    All are locked by their keys, whoever asks: nobody waits for each other.

    Parameters:
        account: its key, or ``any_`` of several.
    """
    theirs = select(Volunteer).where(col(Volunteer.id).in_(one_person(account)))
    # FOR NO KEY UPDATE: rows that point at the volunteer need not wait.
    in_order = theirs.order_by(col(Volunteer.id)).with_for_update(of=Volunteer, key_share=True)
    return (await session.scalars(in_order)).all()
