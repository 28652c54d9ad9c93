"""What PostgreSQL itself keeps of the ledger, whoever writes: past the service, as its owner."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.calendar import today
from domain.database import Database
from domain.elders.models import Elder
from domain.errors import DomainError, InsufficientBalance
from domain.ledger.models import (
    Currency,
    Holder,
    LedgerPosting,
    LedgerTransfer,
    TransferKind,
)
from domain.ledger.service import Entry, Leg, opened, transfer
from domain.visits.lifecycle import VisitState
from tests.makers.ledger import account_of, empty_ledger, give_minutes, make_ledger, visit_of
from yiyang.district.cast import District

DISTRICT = "330102"


@pytest.fixture(autouse=True)
async def nothing_posted(database: Database) -> None:
    await empty_ledger(database)


@pytest.fixture
async def sql(
    database: Database, district: District, nothing_posted: None
) -> AsyncGenerator[asyncpg.Connection, None]:
    """A connection with the owner's rights, to a ledger that has something in it."""
    await make_ledger(database, district)
    connection = await asyncpg.connect(database.url)
    yield connection
    await connection.close()


@pytest.fixture
def admin(district: District) -> Actor:
    return Actor(district.players[Role.ADMIN].account_id, Role.ADMIN)


async def moved(
    database: Database,
    admin: Actor,
    amounts: dict[Holder, str],
    *,
    kind: TransferKind = TransferKind.POINTS_GRANT,
    currency: Currency = Currency.POINTS,
    **named: Any,
) -> None:
    """A transfer between accounts of the district's."""
    async with database.transaction("test") as session:
        legs = [
            Leg(await opened(session, DISTRICT, currency, holder), Decimal(amount))
            for holder, amount in amounts.items()
        ]
        await transfer(session, legs, Entry(kind, admin.id, **named))


@pytest.mark.parametrize(
    "amounts",
    [
        {Holder.ISSUED: "-5", Holder.DONATED: "4"},
        {Holder.ISSUED: "-5", Holder.DONATED: "6"},
        {Holder.DONATED: "5"},
        {Holder.ISSUED: "-5"},
    ],
)
async def test_each_transfers_postings_sum_to_zero(
    database: Database, admin: Actor, amounts: dict[Holder, str]
) -> None:
    with pytest.raises(DomainError) as refusal:
        await moved(database, admin, amounts)
    assert refusal.value.facts["constraint"] in {
        "ledger_transfer_balanced",
        "ledger_posting_balanced",
        "ledger_transfer_amount_exact",
    }
    assert await database.fetch(select(LedgerPosting)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_posting SET amount = amount + 1",
        "UPDATE ledger_posting SET balance_after = 0",
        "DELETE FROM ledger_posting",
        "UPDATE ledger_transfer SET amount = 1",
        "UPDATE ledger_transfer SET reason = 'another'",
        "UPDATE ledger_transfer SET reason = NULL, made_by = NULL",
        "DELETE FROM ledger_transfer",
        "UPDATE ledger_account SET balance = balance + 1",
        "UPDATE ledger_account SET held = 0",
        "UPDATE ledger_account SET volunteer_id = NULL, holder = 'ISSUED'",
        "DELETE FROM ledger_account",
        "UPDATE ledger_hold SET amount = amount + 1",
        "UPDATE ledger_hold SET state = 'HELD', ended_at = NULL, ended_by = NULL"
        " WHERE state <> 'HELD'",
        "DELETE FROM ledger_hold",
    ],
)
async def test_what_was_posted_is_neither_changed_nor_taken_away(
    sql: asyncpg.Connection, statement: str
) -> None:
    with pytest.raises(asyncpg.RaiseError):
        await sql.execute(statement)


async def test_an_erasure_takes_reasons_away(sql: asyncpg.Connection) -> None:
    await sql.execute("UPDATE ledger_transfer SET reason = NULL")
    assert await sql.fetchval("SELECT count(reason) FROM ledger_transfer") == 0


async def test_nothing_is_added_to_a_transfer_that_is_done(sql: asyncpg.Connection) -> None:
    """Not even what sums to zero by itself."""
    with pytest.raises(asyncpg.CheckViolationError) as refusal:
        await sql.execute(
            "INSERT INTO ledger_posting (transfer_id, account_id, region_code, currency, amount)"
            " SELECT done.id, one.id, one.region_code, one.currency,"
            "   CASE one.holder WHEN 'ISSUED' THEN -1 ELSE 1 END"
            " FROM ledger_transfer AS done JOIN ledger_account AS one USING (currency)"
            " WHERE done.kind = 'DONATION' AND one.holder IN ('ISSUED', 'REDEEMED')"
        )
    assert refusal.value.constraint_name == "ledger_posting_balanced"


async def test_an_account_begins_with_nothing(sql: asyncpg.Connection) -> None:
    made = await sql.fetchrow(
        "INSERT INTO ledger_account (region_code, currency, holder, balance, held, postings)"
        " VALUES ('330106', 'MINUTES', 'DONATED', 500, 10, 7) RETURNING balance, held, postings"
    )
    assert made
    assert tuple(made) == (0, 0, 0)


async def test_never_below_zero_but_for_what_is_issued(database: Database, admin: Actor) -> None:
    with pytest.raises(InsufficientBalance):
        await moved(database, admin, {Holder.DONATED: "-1", Holder.ISSUED: "1"})
    await moved(database, admin, {Holder.ISSUED: "-1", Holder.DONATED: "1"})
    await moved(database, admin, {Holder.DONATED: "-1", Holder.REDEEMED: "1"})


async def test_what_is_held_is_not_spent_otherwise(
    database: Database, sql: asyncpg.Connection
) -> None:
    with pytest.raises(asyncpg.CheckViolationError) as refusal:
        await sql.execute(
            "INSERT INTO ledger_hold (account_id, region_code, currency, amount, state, made_by)"
            " SELECT id, region_code, currency, balance - held + 1, 'HELD', volunteer_id"
            " FROM ledger_account WHERE holder = 'VOLUNTEER' AND currency = 'MINUTES'"
        )
    assert refusal.value.constraint_name == "ledger_account_not_overdrawn"


@pytest.mark.parametrize(
    ("currency", "amount", "exact"),
    [
        (Currency.MINUTES, "0.5", False),
        (Currency.POINTS, "1.0", False),
        (Currency.CNY, "5", False),
        (Currency.CNY, "0.001", False),
        (Currency.CNY, "0.01", True),
        (Currency.CNY, "825999999.99", True),
        (Currency.POINTS, "7", True),
    ],
)
async def test_one_representation_carries_all_currencies(
    database: Database, admin: Actor, currency: Currency, amount: str, exact: bool
) -> None:
    amounts = {Holder.ISSUED: f"-{amount}", Holder.DONATED: amount}
    if not exact:
        with pytest.raises(DomainError):
            await moved(database, admin, amounts, currency=currency)
        return
    await moved(database, admin, amounts, currency=currency)
    async with database.transaction("test") as session:
        account = await opened(session, DISTRICT, currency, Holder.DONATED)
    assert str(account.balance) == amount


async def between(database: Database, admin: Actor, book: str, currency: Currency) -> None:
    """Five points for as many of something else, or of another book's."""
    async with database.transaction("test") as session:
        issued = await opened(session, DISTRICT, Currency.POINTS, Holder.ISSUED)
        other = await opened(session, book, currency, Holder.DONATED)
        entry = Entry(TransferKind.POINTS_GRANT, admin.id)
        await transfer(session, [Leg(issued, Decimal(-5)), Leg(other, Decimal(5))], entry)


@pytest.mark.parametrize(
    ("book", "currency"), [(DISTRICT, Currency.MINUTES), ("330106", Currency.POINTS)]
)
async def test_never_cash_no_transfer_has_two_currencies_or_two_books(
    database: Database, admin: Actor, book: str, currency: Currency
) -> None:
    """What is counted stays what it is, and each district's book sums to zero by itself."""
    with pytest.raises(DomainError) as refusal:
        await between(database, admin, book, currency)
    assert refusal.value.facts["constraint"] == "ledger_posting_account_id_fkey"


async def visit_in(
    database: Database, district: District, state: VisitState, minutes: int = 60
) -> UUID:
    async with database.transaction("test") as session:
        elder = await session.get_one(Elder, district.mother_id)
        volunteer = district.players[Role.VOLUNTEER].account_id
        visit = visit_of(elder, volunteer, today() - timedelta(days=700), minutes, state=state)
        session.add(visit)
    return visit.id


async def credited(
    database: Database, district: District, visit_id: UUID, amount: int, days_ago: int = 700
) -> None:
    """A credit as nobody's verb would write it."""
    volunteer = district.players[Role.VOLUNTEER].account_id
    async with database.transaction("test") as session:
        account = await opened(
            session, DISTRICT, Currency.MINUTES, Holder.VOLUNTEER, volunteer_id=volunteer
        )
        issued = await opened(session, DISTRICT, Currency.MINUTES, Holder.ISSUED)
        day = today() - timedelta(days=days_ago)
        kind = TransferKind.VISIT_CREDIT
        entry = Entry(kind, volunteer, visit_task_id=visit_id, credited_on=day)
        legs = [Leg(issued, Decimal(-amount)), Leg(account, Decimal(amount))]
        await transfer(session, legs, entry)


@pytest.mark.parametrize("state", [state for state in VisitState if state != VisitState.OPEN])
async def test_no_hour_without_a_verified_visit(
    database: Database, district: District, state: VisitState
) -> None:
    visit_id = await visit_in(database, district, state)
    if state is VisitState.VERIFIED:
        await credited(database, district, visit_id, 60)
        with pytest.raises(DomainError) as refusal:
            await credited(database, district, visit_id, 60)
        assert refusal.value.facts["constraint"] == "ledger_transfer_visit_once"
        return
    with pytest.raises(DomainError):
        await credited(database, district, visit_id, 60)


async def test_no_hour_without_a_visit(database: Database, admin: Actor) -> None:
    amounts = {Holder.ISSUED: "-30", Holder.DONATED: "30"}
    with pytest.raises(DomainError) as refusal:
        await moved(database, admin, amounts, currency=Currency.MINUTES)
    assert refusal.value.facts["constraint"] == "ledger_transfer_balanced"
    with pytest.raises(DomainError):
        await moved(database, admin, amounts, kind=TransferKind.VISIT_CREDIT)


@pytest.mark.parametrize(("minutes", "kept"), [(120, True), (121, False)])
async def test_at_most_120_minutes_a_day(
    database: Database, district: District, minutes: int, kept: bool
) -> None:
    first = await visit_in(database, district, VisitState.VERIFIED)
    if kept:
        await credited(database, district, first, minutes)
        return
    with pytest.raises(DomainError) as refusal:
        await credited(database, district, first, minutes)
    assert refusal.value.facts["constraint"] == "ledger_transfer_balanced"


async def test_at_most_36000_minutes_in_all(
    database: Database, district: District, admin: Actor
) -> None:
    volunteer = Actor(district.players[Role.VOLUNTEER].account_id, Role.VOLUNTEER)
    async with database.transaction("test") as session:
        elder = await session.get_one(Elder, district.mother_id)
        await give_minutes(session, elder, volunteer.id, admin, 36_000)
    account = await account_of(database, volunteer)
    assert account
    assert account.balance == 36_000
    visit_id = await visit_in(database, district, VisitState.VERIFIED)
    with pytest.raises(DomainError) as refusal:
        await credited(database, district, visit_id, 1)
    assert refusal.value.facts["constraint"] == "ledger_transfer_balanced"


async def test_a_reversal_is_the_opposite_once(database: Database, admin: Actor) -> None:
    await moved(database, admin, {Holder.ISSUED: "-5", Holder.DONATED: "5"})
    ((done,),) = await database.fetch(select(col(LedgerTransfer.id)))
    back = TransferKind.REVERSAL
    for wrong in (
        {Holder.DONATED: "-4", Holder.ISSUED: "4"},
        {Holder.ISSUED: "-5", Holder.DONATED: "5"},
        {Holder.DONATED: "-5", Holder.REDEEMED: "5"},
    ):
        with pytest.raises(DomainError):
            await moved(database, admin, wrong, kind=back, reverses_id=done)
    opposite = {Holder.DONATED: "-5", Holder.ISSUED: "5"}
    await moved(database, admin, opposite, kind=back, reverses_id=done)
    await moved(database, admin, {Holder.ISSUED: "-5", Holder.DONATED: "5"})
    with pytest.raises(DomainError) as refusal:
        await moved(database, admin, opposite, kind=back, reverses_id=done)
    assert refusal.value.facts["constraint"] == "ledger_transfer_reversed_once"
