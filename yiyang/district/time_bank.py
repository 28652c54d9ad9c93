"""What the time bank has given the volunteers of the demo's street for their visits, and the
points of its people. Of one street: every posting of a district waits for the one before it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from domain.calendar import district_day
from domain.ledger.lifecycle import HoldState
from domain.ledger.models import Currency, Holder, TransferKind
from domain.ledger.service import book_of
from domain.ledger.time_bank import MOST_A_DAY, STEP_MINUTES
from yiyang.district import numbers
from yiyang.district.columns import Batch
from yiyang.district.keys import Keys
from yiyang.district.moments import at
from yiyang.district.scripts import SCRIPTS, STREET

LEDGER = {
    "ledger_account": ("id", "region_code", "currency", "holder", "volunteer_id", "elder_id"),
    "ledger_transfer": (
        *("id", "region_code", "currency", "kind", "amount", "at", "made_by", "reason"),
        *("visit_task_id", "credited_on", "elder_id", "hold_id"),
    ),
    "ledger_posting": ("transfer_id", "account_id", "region_code", "currency", "amount"),
    "ledger_hold": (
        *("id", "account_id", "region_code", "currency", "amount", "state"),
        *("made_by", "made_at"),
    ),
}
"""Its tables and the columns that are said; what follows from them PostgreSQL's triggers write."""

_VERIFIED = """
    SELECT visit_task.id, claimed_by, verified_by, verified_at, checked_in_at, checked_out_at
    FROM visit_task JOIN volunteer ON volunteer.id = claimed_by
    WHERE state = 'VERIFIED' AND volunteer.region_code LIKE $1 || '%'
    ORDER BY verified_at, visit_task.id
"""

_OFFICIAL = "SELECT id FROM account WHERE role = 'OFFICIAL' ORDER BY id LIMIT 1"

_COMPLETED = """
    UPDATE ledger_hold SET state = 'REDEEMED', ended_by = $2, ended_at = $3, note = $4 WHERE id = $1
"""

_HELPED, _HELP = 60, "陪同社区体检一小时"

_BOOK = book_of(STREET)

_POINTS, _REASON = 50, "重阳节敬老活动"


class _Ledger:
    """Rows to be stored, of one book for each currency."""

    def __init__(self, connection: asyncpg.Connection, keys: Keys) -> None:
        self.batch: Batch = defaultdict(list)
        self._connection = connection
        self._stored = Counter[str]()
        self._keys = keys
        self._accounts: dict[tuple[object, ...], UUID] = {}

    def account(
        self,
        currency: Currency,
        holder: Holder,
        volunteer_id: UUID | None = None,
        elder_id: UUID | None = None,
    ) -> UUID:
        """The account, opened where there is none yet."""
        whose = (_BOOK, currency.value, holder.value, volunteer_id, elder_id)
        if whose not in self._accounts:
            key = self._keys[numbers.LEDGER_ACCOUNT + len(self._accounts)]
            self._accounts[whose] = key
            self.batch["ledger_account"].append((key, *whose))
        return self._accounts[whose]

    def move(
        self,
        currency: Currency,
        kind: TransferKind,
        legs: Iterable[tuple[UUID, int]],
        *rest: object,
    ) -> None:
        """A transfer with its postings.

        Parameters:
            rest: the other columns of the transfer, from ``at`` on.
        """
        key = self._keys[numbers.LEDGER_TRANSFER + len(self.batch["ledger_transfer"])]
        book, moved = (_BOOK, currency.value), [leg for leg in legs if leg[1]]
        amount = sum(change for _, change in moved if change > 0)
        self.batch["ledger_transfer"].append((key, *book, kind.value, amount, *rest))
        self.batch["ledger_posting"].extend((key, one, *book, change) for one, change in moved)

    async def hold(self, account: UUID, minutes: int, by: UUID, when: datetime) -> UUID:
        """Minutes that somebody has set aside; what is in the batch is stored before."""
        key = self._keys[numbers.LEDGER_HOLD + len(self.batch["ledger_hold"])]
        wanted = (_BOOK, Currency.MINUTES.value, minutes, HoldState.HELD.value)
        self.batch["ledger_hold"].append((key, account, *wanted, by, when))
        await self.store()
        return key

    async def store(self) -> None:
        """What is in the batch and was not stored yet."""
        for table, columns in LEDGER.items():
            if records := self.batch[table][self._stored[table] :]:
                await self._connection.copy_records_to_table(
                    table, records=records, columns=columns
                )
                self._stored[table] += len(records)


async def add_time_bank(
    connection: asyncpg.Connection, keys: Keys, today: date, station: UUID
) -> None:
    """Credit the street's verified visits, and give some of its people points; the volunteer who
    plays has had an hour's help, and has set half an hour aside.

    Parameters:
        station: the account that says that help was given.
    """
    ledger = _Ledger(connection, keys)
    given = _credit(ledger, await connection.fetch(_VERIFIED, STREET))
    official = await connection.fetchval(_OFFICIAL)
    _grant(ledger, keys, official, at(today, -600))
    player = keys[numbers.VOLUNTEER]
    if given[player] >= STEP_MINUTES:
        account = ledger.account(Currency.MINUTES, Holder.VOLUNTEER, player)
        if given[player] >= _HELPED + STEP_MINUTES:
            await _help(connection, ledger, account, (player, station), today)
        await ledger.hold(account, STEP_MINUTES, player, at(today, -300))
    await ledger.store()


async def _help(
    connection: asyncpg.Connection,
    ledger: _Ledger,
    account: UUID,
    by: tuple[UUID, UUID],
    today: date,
) -> None:
    """Minutes are spent: set aside, and the help was given.

    Parameters:
        by: who has asked for it, and who says that it was.
    """
    player, station = by
    spent = ledger.account(Currency.MINUTES, Holder.REDEEMED)
    asked, done = at(today - timedelta(2), -200), at(today - timedelta(1), -500)
    hold = await ledger.hold(account, _HELPED, player, asked)
    await connection.execute(_COMPLETED, hold, station, done, _HELP)
    legs = [(account, -_HELPED), (spent, _HELPED)]
    said = (done, station, None, None, None, None, hold)
    ledger.move(Currency.MINUTES, TransferKind.REDEMPTION, legs, *said)


def _credit(ledger: _Ledger, visits: Iterable[asyncpg.Record]) -> Counter[UUID]:
    """Returns: how many minutes each volunteer has been given."""
    given, of_day = Counter[UUID](), Counter[tuple[UUID, date]]()
    for visit in visits:
        who, day = visit["claimed_by"], district_day(visit["checked_in_at"])
        minutes = _half_hours(visit["checked_in_at"], visit["checked_out_at"])
        theirs = min(minutes, MOST_A_DAY - of_day[who, day])
        if not minutes:
            continue
        legs = [
            (ledger.account(Currency.MINUTES, Holder.VOLUNTEER, who), theirs),
            (ledger.account(Currency.MINUTES, Holder.ISSUED), -minutes),
            (ledger.account(Currency.MINUTES, Holder.DONATED), minutes - theirs),
        ]
        said = (visit["verified_at"], visit["verified_by"], None, visit["id"], day, None, None)
        ledger.move(Currency.MINUTES, TransferKind.VISIT_CREDIT, legs, *said)
        given[who] += theirs
        of_day[who, day] += theirs
    return given


def _half_hours(began: datetime, ended: datetime) -> int:
    return (ended - began) // timedelta(minutes=STEP_MINUTES) * STEP_MINUTES


def _grant(ledger: _Ledger, keys: Keys, by: UUID, when: datetime) -> None:
    issued = ledger.account(Currency.POINTS, Holder.ISSUED)
    elders = [keys[numbers.of_elder(index)] for index in range(len(SCRIPTS))]
    people = [(Holder.ELDER, None, elder) for elder in elders]
    for holder, volunteer, elder in (*people, (Holder.VOLUNTEER, keys[numbers.VOLUNTEER], None)):
        account = ledger.account(Currency.POINTS, holder, volunteer, elder)
        legs = [(account, _POINTS), (issued, -_POINTS)]
        said = (when, by, _REASON, None, None, elder, None)
        ledger.move(Currency.POINTS, TransferKind.POINTS_GRANT, legs, *said)
