"""Moving what is counted from account to account, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.errors import (
    AlreadyExists,
    InsufficientBalance,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from domain.ledger.models import (
    Currency,
    Holder,
    LedgerAccount,
    LedgerPosting,
    LedgerTransfer,
    TransferKind,
)
from domain.ledger.visibility import ledger_transfer_visible
from domain.lines import MAX_NOTE
from domain.outbox import Event, record
from domain.reasons import Reason

TOPIC = "ledger_transfer"
"""The outbox topic of every transfer; the change is its kind."""

_DISTRICT_DIGITS = 6
_LOCKED = tuple(Holder)


@dataclass(frozen=True, slots=True)
class Leg:
    """What a transfer does to one account.

    Parameters:
        amount: more than 0 for what the account gains, less for what it loses.
    """

    account: LedgerAccount
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """Why something is moved, and on whose word.

    Parameters:
        made_by: the account of whoever does it.
        visit_task_id, credited_on: the visit that is credited, and the district's day of it.
        hold_id: the hold that is redeemed.
        reverses_id: the transfer that is taken back.
        elder_id: of whom it tells.
    """

    kind: TransferKind
    made_by: UUID
    visit_task_id: UUID | None = None
    credited_on: date | None = None
    hold_id: UUID | None = None
    reverses_id: UUID | None = None
    elder_id: UUID | None = None
    reason: str | None = None


def book_of(region_code: str) -> str:
    """The district whose book is kept for a place; for more than a district, that."""
    return region_code[:_DISTRICT_DIGITS]


async def opened(
    session: AsyncSession,
    book: str,
    currency: Currency,
    holder: Holder,
    *,
    volunteer_id: UUID | None = None,
    elder_id: UUID | None = None,
) -> LedgerAccount:
    """An account of a book, opened where there is none yet. Somebody's own is locked until the
    transaction ends; a book's is not before something is posted to it: everyone needs it."""
    key = {
        "region_code": book,
        "currency": currency,
        "holder": holder,
        "volunteer_id": volunteer_id,
        "elder_id": elder_id,
    }
    await session.execute(insert(LedgerAccount).values(key).on_conflict_do_nothing())
    found = select(LedgerAccount).where(
        *(col(getattr(LedgerAccount, name)).is_not_distinct_from(one) for name, one in key.items())
    )
    if volunteer_id or elder_id:
        found = found.with_for_update(key_share=True)
    fresh = found.execution_options(populate_existing=True)
    return (await session.scalars(fresh)).one()


def check_available(account: LedgerAccount, wanted: Decimal, field: str) -> None:
    """Let pass what an account has, and has not set aside.

    Parameters:
        account: locked.
        wanted: more than 0.

    Raises: InsufficientBalance(field).
    """
    available = account.balance - account.held
    if account.holder is not Holder.ISSUED and wanted > available:
        raise InsufficientBalance(field, available=str(available))


async def transfer(session: AsyncSession, legs: Sequence[Leg], entry: Entry) -> LedgerTransfer:
    """Move something; each account's balance, and the number of its posting, a trigger writes.

    Parameters:
        legs: of accounts of one book, one each; they sum to zero.

    Raises: InsufficientBalance, by the constraint on each balance.
    """
    book = legs[0].account
    moved = LedgerTransfer(
        region_code=book.region_code,
        currency=book.currency,
        kind=entry.kind,
        amount=sum((leg.amount for leg in legs if leg.amount > 0), Decimal(0)),
        made_by=entry.made_by,
        reason=entry.reason,
        visit_task_id=entry.visit_task_id,
        credited_on=entry.credited_on,
        hold_id=entry.hold_id,
        reverses_id=entry.reverses_id,
        elder_id=entry.elder_id,
    )
    session.add(moved)
    await session.flush()
    # Accounts are locked as they are posted to: people's first, then the book's that all need.
    ordered = sorted(legs, key=lambda leg: (_LOCKED.index(leg.account.holder), leg.account.id))
    postings = [
        {
            "transfer_id": moved.id,
            "account_id": leg.account.id,
            "region_code": book.region_code,
            "currency": book.currency,
            "amount": leg.amount,
        }
        for leg in ordered
    ]
    await session.execute(insert(LedgerPosting).values(postings))
    record(session, Event(TOPIC, moved.id, entry.kind.value))
    return moved


async def reverse(
    session: AsyncSession, actor: Actor, transfer_id: UUID, reason: str
) -> LedgerTransfer:
    """Take a transfer back by its opposite; once.

    Raises: NotFound, PermissionDenied, InvalidInput(reason, or id for what is a reversal itself),
        AlreadyExists for one that was taken back, InsufficientBalance where somebody has spent it.
    """
    seen = select(LedgerTransfer).where(
        col(LedgerTransfer.id) == transfer_id, ledger_transfer_visible(actor)
    )
    # Of two who take it back at once the second waits, and sees what the first has done.
    done = await session.scalar(seen.with_for_update(of=LedgerTransfer))
    if done is None:
        raise NotFound("id")
    if not actor.may(Permission.LEDGER_REVERSE):
        raise PermissionDenied(action=Permission.LEDGER_REVERSE.value)
    if done.kind is TransferKind.REVERSAL:
        raise InvalidInput("id", reason=Reason.REVERSAL)
    said = reason_given(reason)
    if await session.scalar(select(exists().where(col(LedgerTransfer.reverses_id) == done.id))):
        raise AlreadyExists("id")
    entry = Entry(
        TransferKind.REVERSAL, actor.id, reverses_id=done.id, elder_id=done.elder_id, reason=said
    )
    return await transfer(session, await _opposite(session, done.id), entry)


async def _opposite(session: AsyncSession, transfer_id: UUID) -> list[Leg]:
    """What takes a transfer back, people's accounts locked. Raises: InsufficientBalance(id)."""
    posted = select(col(LedgerPosting.account_id), col(LedgerPosting.amount)).where(
        col(LedgerPosting.transfer_id) == transfer_id
    )
    moved: Mapping[UUID, Decimal] = {
        account_id: amount for account_id, amount in await session.execute(posted)
    }
    theirs = select(LedgerAccount).where(col(LedgerAccount.id).in_(moved))
    peoples = theirs.where(col(LedgerAccount.holder).in_((Holder.VOLUNTEER, Holder.ELDER)))
    await session.scalars(peoples.order_by(col(LedgerAccount.id)).with_for_update(key_share=True))
    fresh = theirs.execution_options(populate_existing=True)
    accounts = (await session.scalars(fresh)).all()
    for account in accounts:
        check_available(account, moved[account.id], "id")
    return [Leg(account, -moved[account.id]) for account in accounts]


def reason_given(reason: str) -> str:
    """A reason without blanks around it. Raises: InvalidInput(reason)."""
    said = reason.strip()
    if not 1 <= len(said) <= MAX_NOTE:
        raise InvalidInput("reason", reason=Reason.LENGTH, least=1, most=MAX_NOTE)
    return said


def whole(count: int, most: int, field: str) -> Decimal:
    """A number of minutes or points to be moved. Raises: InvalidInput(field)."""
    if not 1 <= count <= most:
        raise InvalidInput(field, reason=Reason.RANGE, least=1, most=most)
    return Decimal(count)
