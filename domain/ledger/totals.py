"""What a district's books come to: always nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import case, func, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.database import Database
from domain.errors import InvalidInput, PermissionDenied
from domain.ledger.models import Currency, Holder, LedgerAccount
from domain.ledger.service import book_of
from domain.reasons import Reason
from domain.tables import within

_READERS = frozenset({Role.OFFICIAL, Role.AUDITOR, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class HolderTotal:
    """All accounts of one kind.

    Parameters:
        accounts: how many there are.
        held: what is set aside of the balance.
    """

    holder: Holder
    accounts: int
    balance: Decimal
    held: Decimal


@dataclass(frozen=True, slots=True)
class Total:
    """All accounts of a currency."""

    currency: Currency
    holders: Sequence[HolderTotal]

    @property
    def balance(self) -> Decimal:
        """Of all of them: 0, for each transfer takes as much as it gives."""
        return sum((one.balance for one in self.holders), Decimal(0))


async def ledger_totals(database: Database, actor: Actor, region: str) -> list[Total]:
    """The books of a district, or of all districts of what is above it, by currency.

    Raises: InvalidInput(region) for a place within a district, which has no book of its own;
        PermissionDenied(region) for who does not read all of it.
    """
    here = within(col(LedgerAccount.region_code), region)
    if book_of(region) != region:
        raise InvalidInput("region", reason=Reason.DISTRICT)
    if actor.role not in _READERS or not actor.governs(region):
        raise PermissionDenied("region")
    currency, holder = col(LedgerAccount.currency), col(LedgerAccount.holder)
    statement = (
        select(
            currency,
            holder,
            func.count(),
            func.sum(col(LedgerAccount.balance)),
            func.sum(col(LedgerAccount.held)),
        )
        .where(here)
        .group_by(currency, holder)
        .order_by(*(_in_order(one, kind) for one, kind in ((currency, Currency), (holder, Holder))))
    )
    rows = await database.fetch(statement)
    return [
        Total(name, [HolderTotal(*rest) for _, *rest in some])
        for name, some in groupby(rows, key=lambda row: row[0])
    ]


def _in_order(column: Any, values: type[StrEnum]) -> Any:
    return case({value.value: place for place, value in enumerate(values)}, value=column)
