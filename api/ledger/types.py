"""Accounts, their statements and holds as clients see them."""

from datetime import date, datetime
from decimal import Decimal

from api.accounts.types import Account
from api.context import Context
from api.describe import enumeration, output
from api.elders.types import Elder
from api.plan.declare import (
    ascending,
    computed,
    connection,
    descending,
    many,
    node,
    one,
    one_back,
    record,
)
from api.regions.types import Region
from api.relay import Connection, Node
from api.visits.types import VisitTask, Volunteer
from domain.ledger import models
from domain.ledger.lifecycle import HoldAction, HoldState
from domain.ledger.time_bank import available_actions
from domain.ledger.visibility import (
    ledger_account_visible,
    ledger_hold_visible,
    ledger_posting_visible,
    ledger_transfer_visible,
)

enumeration(
    models.Currency,
    "What is counted.",
    name="LedgerAccountCurrency",
    MINUTES="时间币 minutes of the time bank, whole.",
    POINTS="幸福积分 happiness points, whole.",
    CNY="人民币 yuan, to the fen.",
)

enumeration(
    models.Holder,
    "Whose an account is.",
    name="LedgerAccountHolder",
    VOLUNTEER="志愿者 a volunteer's.",
    ELDER="长者 an elder's.",
    ISSUED="发行 what the district has given out: below zero by as much.",
    REDEEMED="已兑换 what was spent in the district.",
    DONATED="捐赠 what was donated in the district.",
)

enumeration(
    models.TransferKind,
    "Why something was moved.",
    name="LedgerTransferKind",
    VISIT_CREDIT="探访存入: a visit was verified; what is over a cap goes to the donations.",
    REDEMPTION="兑换: minutes were spent on help.",
    DONATION="捐赠: minutes were given away.",
    POINTS_GRANT="积分发放: a district gave points.",
    POINTS_REDEMPTION="积分兑换: points were spent.",
    REVERSAL="冲正: another transfer was taken back.",
)

enumeration(
    HoldState,
    "Where a hold has got to.",
    name="LedgerHoldState",
    HELD="已冻结 set aside until the help has been given.",
    REDEEMED="已兑换 the help was given, and is paid.",
    RELEASED="已解冻 free again.",
)

enumeration(
    HoldAction,
    "What may be done with a hold.",
    name="LedgerHoldAction",
    COMPLETE="完成兑换: the help was given; by `timeBankRedeemComplete`.",
    RELEASE="解冻: it is not wanted, or cannot be given; by `timeBankRedeemRelease`.",
)


def _available(account: models.LedgerAccount, context: Context) -> Decimal:
    del context
    return account.balance - account.held


def _actions(hold: models.LedgerHold, context: Context, *, own: bool) -> list[HoldAction]:
    return available_actions(context.actor, hold.state, own=own)


@record(models.LedgerPosting, visible=ledger_posting_visible)
class LedgerPosting:
    """What a transfer did to an account: a line of its statement."""

    number: int
    """Of the account's postings the first is 1, and none is missing."""
    amount: Decimal
    """More than 0 for what was gained, less for what was lost."""
    balance_after: Decimal
    """What there was after it."""
    transfer: "LedgerTransfer" = one(models.LedgerPosting.transfer_id)
    """Why, when and by whom."""
    account: "LedgerAccount" = one(models.LedgerPosting.account_id)
    """Whose."""


@node(models.LedgerTransfer, visible=ledger_transfer_visible)
class LedgerTransfer(Node):
    """Something was moved between accounts; never changed, at most taken back by its opposite."""

    kind: models.TransferKind
    """Why."""
    currency: models.Currency
    """What."""
    amount: Decimal
    """How much altogether; of a visit what is not the volunteer's went to the donations."""
    at: datetime
    """When."""
    region: Region = one(models.LedgerTransfer.region_code)
    """The district in whose book it stands."""
    made_by: Account | None = one(models.LedgerTransfer.made_by)
    """By whom; null where you may not see the account."""
    reason: str | None
    """What was said to it."""
    postings: list[LedgerPosting] = many(
        models.LedgerPosting.transfer_id,
        order=ascending(models.LedgerPosting.account_id),
    )
    """What it did to the accounts that you may see; to all of them together nothing."""
    visit: VisitTask | None = one(models.LedgerTransfer.visit_task_id)
    """The visit that it credits; null for what is no credit, and where you may not see it."""
    credited_on: date | None
    """The district's day of that visit."""
    hold: "LedgerHold | None" = one(models.LedgerTransfer.hold_id)
    """The hold that it redeems."""
    reverses: "LedgerTransfer | None" = one(models.LedgerTransfer.reverses_id)
    """The transfer that it takes back."""
    reversed_by: "LedgerTransfer | None" = one_back(
        models.LedgerTransfer.reverses_id, order=ascending(models.LedgerTransfer.id)
    )
    """By which it was taken back; null as long as it stands."""


@node(models.LedgerHold, visible=ledger_hold_visible)
class LedgerHold(Node):
    """Part of a balance that is set aside for help."""

    state: HoldState
    """Where it has got to."""
    currency: models.Currency
    """What."""
    amount: Decimal
    """How much."""
    account: "LedgerAccount" = one(models.LedgerHold.account_id)
    """Of whose balance."""
    elder: Elder | None = one(models.LedgerHold.elder_id)
    """For whom; null for oneself, and where you may not see the elder."""
    made_by: Account | None = one(models.LedgerHold.made_by)
    """Who set it aside; null where you may not see the account."""
    made_at: datetime
    """When."""
    ended_by: Account | None = one(models.LedgerHold.ended_by)
    """Who said that the help was given, or is not wanted; null while it is held."""
    ended_at: datetime | None
    """When they did."""
    note: str | None
    """What they said to it."""
    transfer: LedgerTransfer | None = one_back(
        models.LedgerTransfer.hold_id, order=ascending(models.LedgerTransfer.id)
    )
    """By which it was spent; null for one that was not."""
    available_actions: list[HoldAction] = computed(
        _actions, needs=[models.LedgerHold.state], own=models.LedgerHold.made_by
    )
    """What you may do with it now."""


@node(models.LedgerAccount, visible=ledger_account_visible)
class LedgerAccount(Node):
    """What somebody has of one currency in one district, with every posting that led there."""

    holder: models.Holder
    """Whose it is, by kind."""
    currency: models.Currency
    """What is counted."""
    region: Region = one(models.LedgerAccount.region_code)
    """The district in whose book it stands."""
    volunteer: Volunteer | None = one(models.LedgerAccount.volunteer_id)
    """Whose, if a volunteer's; null where you may not see them."""
    elder: Elder | None = one(models.LedgerAccount.elder_id)
    """Whose, if an elder's; null where you may not see them."""
    balance: Decimal
    """What there is."""
    held: Decimal
    """What of it is set aside."""
    available: Decimal = computed(
        _available, needs=[models.LedgerAccount.balance, models.LedgerAccount.held]
    )
    """What of it may be spent."""
    opened_at: datetime
    """Since when it is there."""
    postings: Connection[LedgerPosting] = connection(
        models.LedgerPosting.account_id, order=descending(models.LedgerPosting.number)
    )
    """The statement, newest first."""
    holds: Connection[LedgerHold] = connection(
        models.LedgerHold.account_id, order=descending(models.LedgerHold.id)
    )
    """What was set aside, newest first, with what became of it."""


@output
class LedgerHolderTotal:
    """All accounts of one kind."""

    holder: models.Holder
    """Which."""
    accounts: int
    """How many: `ledgerAccounts` with `region`, `currency` and `holder` lists them."""
    balance: Decimal
    """What there is in all of them."""
    held: Decimal
    """What of it is set aside."""


@output
class LedgerTotal:
    """What the books of a region come to, in one currency."""

    currency: models.Currency
    """Which."""
    balance: Decimal
    """Of all accounts: always 0."""
    holders: list[LedgerHolderTotal]
    """By whose they are."""
