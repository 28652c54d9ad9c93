"""Assistance cases and officials for tests, inserted past the service."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.assistance.lifecycle import CaseState
from domain.assistance.models import AssistanceCase, AssistanceCaseLog, AssistanceKind
from domain.calendar import DISTRICT_ZONE, now
from domain.database import Database
from domain.elders.models import Elder


async def clear_cases(database: Database) -> None:
    """Take away whatever cases the district came with."""
    async with database.transaction("test") as session:
        await session.execute(delete(AssistanceCaseLog))
        await session.execute(delete(AssistanceCase))


async def make_official(database: Database, region_code: str, name: str = "何知远") -> Actor:
    """One more official of a region."""
    values = {"name": name, "role": Role.OFFICIAL, "region_code": region_code}
    statement = insert(Account).values(values).returning(col(Account.id))
    async with database.transaction("test") as session:
        account_id = (await session.execute(statement)).scalar_one()
    return Actor(account_id, Role.OFFICIAL, region_code)


async def make_case(
    database: Database,
    elder_id: UUID,
    submitted_by: UUID,
    *,
    kind: AssistanceKind = AssistanceKind.MINIMUM_LIVING,
    state: CaseState = CaseState.SUBMITTED,
    submitted_at: datetime | None = None,
    **values: Any,
) -> UUID:
    """A case of an elder, in the region where they live.

    Parameters:
        submitted_at: now if None.
        values: of further columns.
    """
    values |= {
        "elder_id": elder_id,
        "region_code": select(col(Elder.region_code))
        .where(col(Elder.id) == elder_id)
        .scalar_subquery(),
        "kind": kind,
        "state": state,
        "submitted_by": submitted_by,
        "submitted_at": submitted_at or now(),
    }
    statement = insert(AssistanceCase).values(values).returning(col(AssistanceCase.id))
    async with database.transaction("test") as session:
        return (await session.execute(statement)).scalar_one()


def local(year: int, month: int, day: int, hour: int = 9) -> datetime:
    """A full hour by the district's clock."""
    return datetime(year, month, day, hour, tzinfo=DISTRICT_ZONE)


def a_clock(accepted_by: UUID, accepted_on: date) -> dict[str, Any]:
    """The columns that acceptance fills, with made-up values."""
    return {
        "accepted_by": accepted_by,
        "accepted_on": accepted_on,
        "policy_pack": "made up",
        "clock_working_days": 30,
        "clock_source": "made up",
        "due_on": accepted_on,
        "due_provisional": False,
    }
