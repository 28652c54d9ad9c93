"""The way in: whoever raises, repeats or escalates an alarm asks here that people be told."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.dropping import dropped
from domain.notifications.models import NotificationStep

KEPT = timedelta(days=7)
"""How long a step is remembered: as long as the outbox."""


def notify(session: AsyncSession, alarm_id: UUID, level: int) -> None:
    """Have the people of a level told of an alarm; it is asked if, and only if, the transaction
    commits. A second telling of one level within 60 s is folded into the first.

    Parameters:
        level: 1 family and station, 2 the street's dispatchers, 3 the district.
    """
    session.add(NotificationStep(alarm_id=alarm_id, level=level))


async def prune(session: AsyncSession) -> int:
    """Forget steps that were taken, or never will be. Returns: how many."""
    return await dropped(session, NotificationStep, col(NotificationStep.at) < func.now() - KEPT)
