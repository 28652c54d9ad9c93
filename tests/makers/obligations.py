"""Visits that are due, for tests, inserted past the service."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, update
from sqlmodel import col

from domain.database import Database
from domain.visits.lifecycle import VisitState
from domain.visits.models import VisitTask
from domain.visits.obligation_models import VisitObligation


async def nobody_is_due(database: Database) -> None:
    """Nobody is due anything, and no visit was ever claimed."""
    unclaimed = {"state": VisitState.OPEN, "claimed_by": None, "verified_by": None}
    unmade = dict.fromkeys(("checked_in_at", "checked_out_at", "check_out_recorded_at"))
    async with database.transaction("test") as session:
        await session.execute(delete(VisitObligation))
        await session.execute(update(VisitTask).values(**unclaimed, **unmade))


async def make_due(
    database: Database,
    elder_id: UUID,
    region_code: str,
    month: date,
    recorded_at: datetime,
    **more: Any,
) -> UUID:
    """A visit that an elder is due.

    Parameters:
        month: any day of it.
        more: other columns.
    """
    values = {
        "elder_id": elder_id,
        "region_code": region_code,
        "month": month.replace(day=1),
        "due_since": month.replace(day=1),
        "recorded_at": recorded_at,
        **more,
    }
    async with database.transaction("test") as session:
        made = insert(VisitObligation).values(values).returning(col(VisitObligation.id))
        return (await session.execute(made)).scalar_one()
