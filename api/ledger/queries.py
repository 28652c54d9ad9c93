"""Accounts and holds by id and as lists, and what a district's books come to."""

from typing import Annotated

import strawberry

from api.context import Info
from api.ledger.types import (
    LedgerAccount,
    LedgerHold,
    LedgerHolderTotal,
    LedgerTotal,
    LedgerTransfer,
)
from api.plan.criteria import equal, equal_id, one_of, under
from api.plan.declare import ascending, descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.ledger import models
from domain.ledger.lifecycle import HoldState
from domain.ledger.totals import ledger_totals


@filter_input
class LedgerAccountFilter(Filter):
    """Which accounts."""

    region: str | None = under(models.LedgerAccount.region_code)
    """Only those in the books of the districts of this division; of a street there are none."""
    currency: models.Currency | None = equal(models.LedgerAccount.currency)
    """Only those of this currency."""
    holder: models.Holder | None = equal(models.LedgerAccount.holder)
    """Only those of this kind."""
    volunteer: strawberry.ID | None = equal_id(models.LedgerAccount.volunteer_id, "volunteer")
    """Only those of this volunteer."""
    elder: strawberry.ID | None = equal_id(models.LedgerAccount.elder_id, "elder")
    """Only those of this elder."""


@filter_input
class LedgerHoldFilter(Filter):
    """Which holds."""

    region: str | None = under(models.LedgerHold.region_code)
    """Only those in the books of the districts of this division."""
    state: list[HoldState] | None = one_of(models.LedgerHold.state)
    """Only those in one of these states; one alone needs no brackets."""
    elder: strawberry.ID | None = equal_id(models.LedgerHold.elder_id, "elder")
    """Only those for this elder."""


@strawberry.type
class LedgerQueries:
    """Root fields on the ledger."""

    ledger_account: LedgerAccount | None = by_id(
        models.LedgerAccount, description="An account by id; null if there is none to be seen."
    )
    ledger_accounts: Connection[LedgerAccount] = listing(
        models.LedgerAccount,
        order=ascending(models.LedgerAccount.id),
        filter=LedgerAccountFilter,
        description="The accounts of the ledger that you may see; a volunteer or an elder: one's "
        "own.",
    )
    ledger_transfer: LedgerTransfer | None = by_id(
        models.LedgerTransfer, description="A transfer by id; null if there is none to be seen."
    )
    ledger_hold: LedgerHold | None = by_id(
        models.LedgerHold, description="A hold by id; null if there is none to be seen."
    )
    ledger_holds: Connection[LedgerHold] = listing(
        models.LedgerHold,
        order=descending(models.LedgerHold.id),
        filter=LedgerHoldFilter,
        description="What is or was set aside, as far as you may see it, newest first.",
    )

    @strawberry.field(
        description="What the books of a district, or of all districts of what is above it, come "
        "to: nothing, in each currency. For officials and auditors of all of it."
    )
    async def ledger_totals(
        self,
        info: Info,
        region: Annotated[
            str, strawberry.argument(description="The code of a district, a city or a province.")
        ],
    ) -> list[LedgerTotal]:
        """One read."""
        context = info.context
        totals = await ledger_totals(context.database, context.actor, region)
        return [
            LedgerTotal(
                currency=total.currency,
                balance=total.balance,
                holders=[
                    LedgerHolderTotal(
                        holder=one.holder,
                        accounts=one.accounts,
                        balance=one.balance,
                        held=one.held,
                    )
                    for one in total.holders
                ],
            )
            for total in totals
        ]
