"""Accounts, transfers, postings and holds, of all currencies.

What holds whoever writes stands in PostgreSQL: a posting's number, the balance after it and its
account's balance are written by a trigger, under the lock of the account's row, whose CHECK refuses
what would go below zero; at the end of the transaction another trigger sees that each transfer sums
to zero; and what has been posted is neither changed nor taken away.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    FetchedValue,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    UniqueConstraint,
    Uuid,
)
from sqlmodel import Field

from domain.ledger.lifecycle import HoldState
from domain.tables import Table, amount, choice, moment, primary_key, reference, region_code


class Currency(StrEnum):
    """What is counted. No transfer has two of them: minutes are never changed into money."""

    MINUTES = "MINUTES"
    POINTS = "POINTS"
    CNY = "CNY"


class Holder(StrEnum):
    """Whose an account is; in this order accounts are locked."""

    VOLUNTEER = "VOLUNTEER"
    ELDER = "ELDER"
    ISSUED = "ISSUED"
    REDEEMED = "REDEEMED"
    DONATED = "DONATED"


class TransferKind(StrEnum):
    """Why something was moved."""

    VISIT_CREDIT = "VISIT_CREDIT"
    REDEMPTION = "REDEMPTION"
    DONATION = "DONATION"
    POINTS_GRANT = "POINTS_GRANT"
    POINTS_REDEMPTION = "POINTS_REDEMPTION"
    REVERSAL = "REVERSAL"


_EXACT = "coalesce(scale(amount), -1) = CASE currency WHEN 'CNY' THEN 2 ELSE 0 END"
"""Yuan to the fen, the others whole; of what is no finite number the scale is null."""

_BOOK = ("region_code", "currency")
"""A district's book of one currency: a transfer stays within it, so it sums to zero."""


def _of_book(column: str, table: str) -> ForeignKeyConstraint:
    """A foreign key to a row of the same book."""
    return ForeignKeyConstraint(
        [column, *_BOOK], [f"{table}.id", *(f"{table}.{name}" for name in _BOOK)]
    )


class LedgerAccount(Table, table=True):
    """What somebody has of one currency in one district's book; or what a book has issued, what was
    redeemed from it, and what was donated. Only what is issued is below zero: it is owed."""

    __table_args__ = (
        Index(
            "ledger_account_once",
            *_BOOK,
            "holder",
            "volunteer_id",
            "elder_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        UniqueConstraint("id", *_BOOK, name="ledger_account_of_book"),
        CheckConstraint(
            "(holder = 'VOLUNTEER') = (volunteer_id IS NOT NULL)"
            " AND (holder = 'ELDER') = (elder_id IS NOT NULL)",
            name="ledger_account_of_one",
        ),
        CheckConstraint(
            "held >= 0 AND (holder = 'ISSUED' OR balance >= held)",
            name="ledger_account_not_overdrawn",
        ),
        Index("ledger_account_region_code_id", "region_code", "id"),
        Index("ledger_account_volunteer_id", "volunteer_id"),
        Index("ledger_account_elder_id", "elder_id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    region_code: str = Field(sa_column=region_code())
    currency: Currency = Field(sa_column=choice(Currency, "ledger_account_currency_known"))
    holder: Holder = Field(sa_column=choice(Holder, "ledger_account_holder_known"))
    volunteer_id: UUID | None = Field(
        default=None, sa_column=reference("volunteer.id", nullable=True)
    )
    elder_id: UUID | None = Field(default=None, sa_column=reference("elder.id", nullable=True))
    # These three are the triggers' alone.
    balance: Decimal = Field(default=None, sa_column=amount(zero=True))
    held: Decimal = Field(default=None, sa_column=amount(zero=True))
    postings: int = Field(
        default=None, sa_column=Column(Integer, nullable=False, server_default="0")
    )
    opened_at: datetime = Field(default=None, sa_column=moment(default_now=True))


class LedgerHold(Table, table=True):
    """Part of a balance that is set aside, and for whom."""

    __table_args__ = (
        _of_book("account_id", "ledger_account"),
        CheckConstraint(f"amount > 0 AND {_EXACT}", name="ledger_hold_amount_exact"),
        CheckConstraint(
            "(state = 'HELD') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)",
            name="ledger_hold_ended_by_somebody",
        ),
        Index("ledger_hold_account_id_id", "account_id", "id"),
        Index("ledger_hold_elder_id", "elder_id"),
        Index("ledger_hold_region_code_state_id", "region_code", "state", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    account_id: UUID = Field(sa_column=Column(Uuid(), nullable=False))
    region_code: str = Field(sa_column=region_code())
    currency: Currency = Field(sa_column=choice(Currency, "ledger_hold_currency_known"))
    amount: Decimal = Field(sa_column=amount())
    state: HoldState = Field(sa_column=choice(HoldState, "ledger_hold_state_known"))
    # For whom, if not for whose account it is.
    elder_id: UUID | None = Field(default=None, sa_column=reference("elder.id", nullable=True))
    made_by: UUID = Field(sa_column=reference("account.id"))
    made_at: datetime = Field(default=None, sa_column=moment(default_now=True))
    ended_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    note: str | None = None


class LedgerTransfer(Table, table=True):
    """Something was moved between accounts of a book. Rows are only ever added; at an erasure the
    reason goes."""

    __table_args__ = (
        # Each once: a visit is credited, a hold is redeemed, a transfer is reversed.
        Index("ledger_transfer_visit_once", "visit_task_id", unique=True),
        Index("ledger_transfer_hold_once", "hold_id", unique=True),
        Index("ledger_transfer_reversed_once", "reverses_id", unique=True),
        UniqueConstraint("id", *_BOOK, name="ledger_transfer_of_book"),
        CheckConstraint(
            "(kind = 'VISIT_CREDIT') = (visit_task_id IS NOT NULL)"
            " AND (kind = 'VISIT_CREDIT') = (credited_on IS NOT NULL)"
            " AND (kind = 'REDEMPTION') = (hold_id IS NOT NULL)"
            " AND (kind = 'REVERSAL') = (reverses_id IS NOT NULL)",
            name="ledger_transfer_kind_whole",
        ),
        CheckConstraint(f"amount > 0 AND {_EXACT}", name="ledger_transfer_amount_exact"),
        Index("ledger_transfer_elder_id", "elder_id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    region_code: str = Field(sa_column=region_code())
    currency: Currency = Field(sa_column=choice(Currency, "ledger_transfer_currency_known"))
    kind: TransferKind = Field(sa_column=choice(TransferKind, "ledger_transfer_kind_known"))
    # All that was moved: the sum of what the accounts gained.
    amount: Decimal = Field(sa_column=amount())
    at: datetime = Field(default=None, sa_column=moment(default_now=True))
    made_by: UUID = Field(sa_column=reference("account.id"))
    reason: str | None = None
    visit_task_id: UUID | None = Field(
        default=None, sa_column=reference("visit_task.id", nullable=True)
    )
    # The district's day on which that visit was made.
    credited_on: date | None = None
    hold_id: UUID | None = Field(default=None, sa_column=reference("ledger_hold.id", nullable=True))
    reverses_id: UUID | None = Field(
        default=None, sa_column=reference("ledger_transfer.id", nullable=True)
    )
    # Of whom it tells, beside whose accounts it touches.
    elder_id: UUID | None = Field(default=None, sa_column=reference("elder.id", nullable=True))


class LedgerPosting(Table, table=True):
    """What a transfer did to an account; numbered from 1 in each, without gaps. Rows are only ever
    added."""

    __table_args__ = (
        _of_book("account_id", "ledger_account"),
        _of_book("transfer_id", "ledger_transfer"),
        CheckConstraint(f"amount <> 0 AND {_EXACT}", name="ledger_posting_amount_exact"),
        Index("ledger_posting_once", "transfer_id", "account_id", unique=True),
    )

    account_id: UUID = Field(sa_column=Column(Uuid(), primary_key=True))
    # A trigger says them.
    number: int = Field(
        default=None,
        sa_column=Column(
            Integer, primary_key=True, autoincrement=False, server_default=FetchedValue()
        ),
    )
    transfer_id: UUID = Field(sa_column=Column(Uuid(), nullable=False))
    region_code: str = Field(sa_column=region_code())
    currency: Currency = Field(sa_column=choice(Currency, "ledger_posting_currency_known"))
    amount: Decimal = Field(sa_column=amount())
    balance_after: Decimal = Field(
        default=None, sa_column=Column(Numeric(), nullable=False, server_default=FetchedValue())
    )
