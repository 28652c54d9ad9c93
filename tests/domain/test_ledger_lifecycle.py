"""Minutes against the model: visits, redemptions, donations and reversals, many at once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select, text
from sqlmodel import col

from domain.access import Actor, Role
from domain.calendar import today
from domain.database import Database
from domain.elders.models import Elder
from domain.errors import DomainError, ErrorCode
from domain.ledger import service as ledger
from domain.ledger import time_bank
from domain.ledger.lifecycle import HOLD_LIFECYCLE, HoldState
from domain.ledger.models import Currency, Holder, LedgerAccount, LedgerPosting, LedgerTransfer
from domain.visits import service as visits
from domain.visits.lifecycle import VisitState
from tests.domain.ledger_model import Held, Model, Moved, counts
from tests.makers.ledger import visit_of
from tests.makers.visits import make_volunteers
from yiyang.district.cast import District

DISTRICT = "330102"
PURSES = st.integers(0, 1)
DAYS = st.integers(0, 2)
AMOUNT = st.integers(1, 90)
TIMES = st.integers(1, 6)
PICK = st.integers(0, 99)
AFTERNOON = 12 * 60
"""Minutes."""
LASTING = st.lists(st.sampled_from([0, 29, 30, 59, 60, 90, 119, 120, 200]), min_size=1, max_size=4)

WRONG = """
SELECT
    (SELECT count(*) FROM (SELECT transfer_id FROM ledger_posting GROUP BY transfer_id
        HAVING sum(amount) <> 0) AS uneven) AS uneven,
    (SELECT count(*) FROM ledger_account
        WHERE holder <> 'ISSUED' AND (balance < held OR held < 0)) AS overdrawn,
    (SELECT count(*) FROM (SELECT currency, region_code FROM ledger_account
        GROUP BY currency, region_code HAVING sum(balance) <> 0) AS unequal) AS unequal,
    (SELECT count(*) FROM (
        SELECT balance_after <> sum(amount) OVER so_far OR number <> count(*) OVER so_far AS wrong
        FROM ledger_posting WINDOW so_far AS (PARTITION BY account_id ORDER BY number)
        ) AS line WHERE wrong) AS misstated,
    (SELECT count(*) FROM ledger_account AS one WHERE balance <> (
        SELECT coalesce(sum(amount), 0) FROM ledger_posting WHERE account_id = one.id)) AS drifted,
    (SELECT count(*) FROM ledger_account AS one WHERE held <> (
        SELECT coalesce(sum(amount), 0) FROM ledger_hold
        WHERE account_id = one.id AND state = 'HELD')) AS misheld
"""
"""Figures of the whole ledger, each of which is to be 0."""


class Machine(RuleBasedStateMachine):
    """Two volunteers, whose visits are verified; a model of what they have."""

    runner: asyncio.Runner
    database: Database
    admin: ClassVar[Actor]
    elder: ClassVar[Elder]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        # Nothing is ever deleted: each run has volunteers of its own.
        self.people = self.run(make_volunteers(self.database, DISTRICT, 2))
        self.busy = Counter[tuple[int, int]]()
        self.before = self.run(self._books())

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    async def _attempt(self, verb: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        """The changed row, or the refusal."""
        try:
            async with self.database.transaction("test") as session:
                return await verb(session, *arguments)
        except DomainError as error:
            return error

    def at_once(self, *attempts: Any) -> list[Any]:
        async def all_of_them() -> list[Any]:
            return list(await asyncio.gather(*attempts))

        return self.run(all_of_them())

    async def _books(self) -> dict[Holder, int]:
        rows = await self.database.fetch(
            select(col(LedgerAccount.holder), func.sum(col(LedgerAccount.balance)))
            .where(col(LedgerAccount.currency) == Currency.MINUTES)
            .group_by(col(LedgerAccount.holder))
        )
        return {holder: int(total) for holder, total in rows}

    def _made(self, purse: int, day: int, lasting: Sequence[int]) -> list[UUID]:
        """One after the other, for nobody is at two; an afternoon has an end."""
        assume(self.busy[purse, day] + sum(lasting) + len(lasting) < AFTERNOON)
        return self.run(self._visits(purse, day, lasting))

    async def _visits(self, purse: int, day: int, lasting: Sequence[int]) -> list[UUID]:
        """Made, and yet to be verified."""
        who, when = self.people[purse].id, today() - timedelta(days=600 + day)
        found: list[Any] = []
        for minutes in lasting:
            state, after = VisitState.DONE, self.busy[purse, day]
            self.busy[purse, day] += minutes + 1
            visit = visit_of(self.elder, who, when, minutes, state=state, after=after)
            visit.scheduled_to = visit.scheduled_from + timedelta(minutes=1)
            found.append(visit)
        async with self.database.transaction("test") as session:
            session.add_all(found)
        return [visit.id for visit in found]

    def _verifying(self, keys: Iterable[UUID]) -> list[Any]:
        async def verify(session: Any, key: UUID) -> Any:
            return await visits.verify(session, self.admin, key, accepted=True)

        return [self._attempt(verify, key) for key in keys]

    def _keep_credits(self, purse: int, day: int, keys: Sequence[UUID]) -> int:
        """Into the model as they were shared out. Returns: what the volunteer got."""
        rows = self.run(
            self.database.fetch(
                select(col(LedgerTransfer.id), col(LedgerAccount.holder), col(LedgerPosting.amount))
                .join(LedgerPosting, col(LedgerPosting.transfer_id) == col(LedgerTransfer.id))
                .join(LedgerAccount, col(LedgerAccount.id) == col(LedgerPosting.account_id))
                .where(col(LedgerTransfer.visit_task_id).in_(keys))
            )
        )
        got = 0
        for key, holder, amount in rows:
            moved = self.model.moved.setdefault(key, Moved(purse, day=day))
            if holder is Holder.VOLUNTEER:
                moved.own = int(amount)
                got += moved.own
            elif holder is Holder.DONATED:
                moved.donated = int(amount)
        return got

    def _keep(self, purse: int, outcome: Any) -> bool:
        """A donation or a hold, if it is one. Returns: whether it is."""
        if isinstance(outcome, DomainError):
            assert outcome.code is ErrorCode.INSUFFICIENT_BALANCE
            return False
        amount = int(outcome.amount)
        if isinstance(outcome, LedgerTransfer):
            self.model.moved[outcome.id] = Moved(purse, own=-amount, donated=amount)
        else:
            self.model.holds[outcome.id] = Held(purse, amount)
        return True

    def _taken_back(self, one: Moved, outcomes: Sequence[Any]) -> bool:
        done = [row for row in outcomes if isinstance(row, LedgerTransfer)]
        assert len(done) <= 1
        one.taken_back = one.taken_back or bool(done)
        return bool(done)

    @rule(purse=PURSES, day=DAYS, lasting=LASTING)
    def verified(self, purse: int, day: int, lasting: list[int]) -> None:
        room = self.model.room(purse, day)
        keys = self._made(purse, day, lasting)
        for outcome in self.at_once(*self._verifying(keys)):
            assert outcome.state is VisitState.VERIFIED
        assert self._keep_credits(purse, day, keys) == min(room, sum(map(counts, lasting)))

    @rule(purse=PURSES, amount=AMOUNT, times=TIMES, give=st.booleans())
    def spends(self, purse: int, amount: int, times: int, give: bool) -> None:
        verb = time_bank.donate if give else time_bank.redeem
        possible = min(times, self.model.available(purse) // amount)
        attempts = (self._attempt(verb, self.people[purse], amount) for _ in range(times))
        kept = [self._keep(purse, outcome) for outcome in self.at_once(*attempts)]
        assert sum(kept) == possible

    @precondition(lambda self: self.model.holds)
    @rule(pick=PICK, endings=st.lists(st.booleans(), min_size=1, max_size=4))
    def is_ended(self, pick: int, endings: list[bool]) -> None:
        """By several at once, some of whom say that the help was given."""
        key, hold = list(self.model.holds.items())[pick % len(self.model.holds)]
        verbs = [time_bank.complete if given else time_bank.release for given in endings]
        outcomes = self.at_once(*(self._attempt(verb, self.admin, key) for verb in verbs))
        done = [row for row in outcomes if not isinstance(row, DomainError)]
        assert len(done) == (hold.state == "HELD")
        refused = {row.code for row in outcomes if isinstance(row, DomainError)}
        assert refused <= {ErrorCode.ILLEGAL_TRANSITION}
        for row in done:
            hold.state = row.state.value
            if row.state is HoldState.REDEEMED:
                amount = hold.amount
                key = self.run(self._redemption(row.id))
                self.model.moved[key] = Moved(hold.purse, own=-amount, redeemed=amount)

    async def _redemption(self, hold_id: UUID) -> UUID:
        found = select(col(LedgerTransfer.id)).where(col(LedgerTransfer.hold_id) == hold_id)
        return (await self.database.fetch(found))[0][0]

    @precondition(lambda self: self.model.moved)
    @rule(pick=PICK, times=st.integers(1, 3))
    def is_taken_back(self, pick: int, times: int) -> None:
        key, one = list(self.model.moved.items())[pick % len(self.model.moved)]
        possible = self.model.can_take_back(one)
        assert self._taken_back(one, self.at_once(*self._reversing(key, times))) is possible

    def _reversing(self, key: UUID, times: int) -> list[Any]:
        return [self._attempt(ledger.reverse, self.admin, key, "录入错误") for _ in range(times)]

    @precondition(lambda self: self.model.moved)
    @rule(purse=PURSES, day=DAYS, lasting=LASTING, amount=AMOUNT, pick=PICK)
    def everything_at_once(
        self, purse: int, day: int, lasting: list[int], amount: int, pick: int
    ) -> None:
        """What comes of it depends on who is first; that it adds up does not."""
        key, one = list(self.model.moved.items())[pick % len(self.model.moved)]
        who, keys = self.people[purse], self._made(purse, day, lasting)
        spending = [
            self._attempt(verb, who, amount)
            for verb in (time_bank.donate, time_bank.redeem, time_bank.donate)
        ]
        outcomes = self.at_once(*self._verifying(keys), *self._reversing(key, 2), *spending)
        self._keep_credits(purse, day, keys)
        for outcome in outcomes[-len(spending) :]:
            self._keep(purse, outcome)
        self._taken_back(one, outcomes[len(keys) : len(keys) + 2])

    @invariant()
    def adds_up(self) -> None:
        (row,) = self.run(self._figures())
        assert set(row) == {0}, row._asdict()

    async def _figures(self) -> Any:
        async with self.database.reading() as connection:
            return (await connection.execute(text(WRONG))).all()

    @invariant()
    def is_as_the_model_says(self) -> None:
        for purse, who in enumerate(self.people):
            account = self.run(self._account(who.id))
            wanted = (self.model.balance(purse), self.model.held(purse))
            assert (account or (0, 0)) == wanted
            assert self.model.available(purse) >= 0
            assert max([0, *self.model.given(purse).values()]) <= 120
        books = self.run(self._books())
        for holder, wanted in (
            (Holder.DONATED, self.model.donated()),
            (Holder.REDEEMED, self.model.redeemed()),
        ):
            assert books.get(holder, 0) - self.before.get(holder, 0) == wanted

    async def _account(self, volunteer_id: UUID) -> Any:
        found = select(col(LedgerAccount.balance), col(LedgerAccount.held)).where(
            col(LedgerAccount.volunteer_id) == volunteer_id
        )
        rows = await self.database.fetch(found)
        return tuple(rows[0]) if rows else None


async def prepare(database_url: str, district: District) -> None:
    Machine.database = Database(database_url, pool_size=10)
    Machine.admin = Actor(district.players[Role.ADMIN].account_id, Role.ADMIN)
    async with Machine.database.transaction("test") as session:
        Machine.elder = await session.get_one(Elder, district.mother_id)


@pytest.mark.timeout(400)  # a failure is made small before it is shown
def test_minutes_do_what_the_model_says(database_url: str, district: District) -> None:
    with asyncio.Runner() as runner:
        Machine.runner = runner
        runner.run(prepare(database_url, district))
        try:
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=12,
                    stateful_step_count=12,
                    deadline=None,
                    suppress_health_check=[HealthCheck.too_slow],
                ),
            )
        finally:
            runner.run(Machine.database.close())


@pytest.mark.parametrize("state", list(HoldState))
def test_a_hold_is_redeemed_or_released(state: HoldState) -> None:
    offered = [action.value for action in HOLD_LIFECYCLE.actions(state)]
    assert offered == (["COMPLETE", "RELEASE"] if state is HoldState.HELD else [])
