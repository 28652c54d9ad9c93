"""The end of what is known about an elder (PIPL, article 47), and what must be waited for."""

import os
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    and_,
    cast,
    delete,
    exists,
    func,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.accounts.models import Account
from domain.accounts.revocations import revoke
from domain.admissions.lifecycle import OVER
from domain.admissions.models import AdmissionApplication
from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import Alarm
from domain.assistance.lifecycle import ENDED_STATES
from domain.assistance.models import AssistanceCase
from domain.beds.lifecycle import StayState
from domain.beds.models import BedStay
from domain.calendar import today
from domain.canteens.lifecycle import MealState
from domain.canteens.models import MealOrder
from domain.crypto import Vault
from domain.ledger.lifecycle import HoldState
from domain.ledger.models import LedgerHold
from domain.metadata import METADATA
from domain.rights.holdings import EMPTY_SEAL, HOLDINGS, NO_HASH, Blanked, Deleted
from domain.rights.lifecycle import UNDECIDED
from domain.rights.models import DataRequest, RequestKind
from domain.rights.reach import rows_about
from domain.visits.lifecycle import CLAIMED_STATES, VisitState
from domain.visits.models import VisitTask

_AGREEMENT_KEPT = "5 years"
"""From the end of a stay: claims out of a service agreement come late, and the files of a house are
what they are settled by. Our own choice; local rules on archives may ask for more."""

_HASH_BYTES = 32


async def kept_until(session: AsyncSession, elder_id: UUID) -> date | None:
    """The last day on which an elder's data must be kept; None where that is over."""
    ends = func.max(col(BedStay.ends_on)) + text(f"interval '{_AGREEMENT_KEPT}'")
    # One that never began has no agreement.
    began = col(BedStay.ends_on) > col(BedStay.starts_on)
    statement = select(cast(ends, Date)).where(col(BedStay.elder_id) == elder_id, began)
    until = await session.scalar(statement)
    return until if until is not None and until >= today() else None


async def has_open_matters(session: AsyncSession, elder_id: UUID) -> bool:
    """Whether anything is still going on that the elder must be known for."""
    not_cancelled = col(MealOrder.state) != MealState.CANCELLED
    due = (VisitState.OPEN, VisitState.DONE, *CLAIMED_STATES)
    asks_more = col(DataRequest.kind) != RequestKind.ERASURE
    open_matters = (
        (Alarm, col(Alarm.state) != AlarmState.RESOLVED),
        (BedStay, col(BedStay.state) != StayState.CLOSED),
        (AdmissionApplication, col(AdmissionApplication.state).not_in(OVER)),
        (AssistanceCase, col(AssistanceCase.state).not_in(ENDED_STATES)),
        (VisitTask, col(VisitTask.state).in_(due)),
        (LedgerHold, col(LedgerHold.state) == HoldState.HELD),
        (MealOrder, and_(col(MealOrder.day) >= today(), not_cancelled)),
        (DataRequest, and_(col(DataRequest.state).in_(UNDECIDED), asks_more)),
    )
    for model, is_open in open_matters:
        found = exists().where(col(model.elder_id) == elder_id, is_open)
        if await session.scalar(select(found)):
            return True
    return False


async def erase(session: AsyncSession, vault: Vault, elder_id: UUID) -> None:
    """Delete or blank everything about an elder, as ``holdings`` says; it cannot be undone."""
    accounts = select(col(Account.id)).where(col(Account.elder_id) == elder_id)
    for account_id in (await session.scalars(accounts)).all():
        await revoke(session, account_id)
    # Rows that point come before those that they point to.
    for table in reversed(METADATA.sorted_tables):
        holding = HOLDINGS.get(table.name)
        if holding is None:
            continue
        about = rows_about(table.name, elder_id, alone=True)
        if isinstance(holding.fate, Deleted):
            await session.execute(delete(table).where(about))
        elif isinstance(holding.fate, Blanked):
            values = {
                name: _blank(vault, f"{table.name}.{name}", value)
                for name, value in holding.fate.values.items()
            }
            await session.execute(update(table).where(about).values(values))


def _blank(vault: Vault, column: str, value: Any) -> ColumnElement[Any] | Any:
    if value is EMPTY_SEAL:
        return vault.seal("", column)
    return os.urandom(_HASH_BYTES) if value is NO_HASH else value
