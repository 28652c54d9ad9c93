"""Visits that give minutes, and some of what is done with these and with points."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Role
from domain.calendar import DISTRICT_ZONE, today
from domain.database import Database
from domain.elders.models import Elder
from domain.ledger import points, time_bank
from domain.ledger.models import Currency, Holder, LedgerAccount, LedgerTransfer
from domain.ledger.points import Person
from domain.visits.lifecycle import VisitState
from domain.visits.models import VisitKind, VisitTask
from tests.makers.visits import CENTRE, Scene
from yiyang.district.cast import District

LONG_AGO = timedelta(days=500)
"""When nothing of the district's had happened yet."""


def noon(day: date) -> datetime:
    """The district's noon of a day."""
    return datetime.combine(day, time(12), DISTRICT_ZONE).astimezone(UTC)


def visit_of(
    elder: Elder,
    volunteer_id: UUID,
    day: date,
    minutes: float,
    *,
    state: VisitState = VisitState.VERIFIED,
    after: float = 0,
    verified_by: UUID | None = None,
) -> VisitTask:
    """A visit that was made.

    Parameters:
        minutes: from check-in to check-out.
        after: minutes after noon at which it began.
    """
    begins = noon(day) + timedelta(minutes=after)
    return VisitTask(
        elder_id=elder.id,
        region_code=elder.region_code,
        kind=VisitKind.HOME,
        state=state,
        scheduled_from=begins,
        scheduled_to=begins + timedelta(minutes=max(minutes, 1)),
        longitude=CENTRE[0],
        latitude=CENTRE[1],
        claimed_by=volunteer_id,
        checked_in_at=begins,
        checked_out_at=begins + timedelta(minutes=minutes),
        verified_by=verified_by,
    )


async def give_minutes(
    session: AsyncSession, elder: Elder, volunteer_id: UUID, by: Actor, minutes: int
) -> None:
    """Credit a volunteer with as many minutes, a visit of 120 a day, long ago.

    Parameters:
        minutes: a multiple of 30.
    """
    days = [120] * (minutes // 120) + ([minutes % 120] if minutes % 120 else [])
    first = today() - LONG_AGO
    for place, lasted in enumerate(days):
        visit = visit_of(elder, volunteer_id, first + timedelta(days=place), lasted)
        session.add(visit)
        await session.flush()
        await time_bank.credit(session, by, visit)


async def make_rich(database: Database, scene: Scene, minutes: int) -> None:
    """Ann has so many minutes more."""
    async with database.transaction("test") as session:
        elder = await session.get_one(Elder, scene.elder_id)
        await give_minutes(session, elder, scene.ann.id, scene.station, minutes)


async def make_ledger(database: Database, district: District) -> None:
    """The volunteer has minutes, of which some were donated, some are held and some are spent; the
    mother, the ward and the volunteer have points."""
    players = district.players
    admin = Actor(players[Role.ADMIN].account_id, Role.ADMIN)
    volunteer = Actor(players[Role.VOLUNTEER].account_id, Role.VOLUNTEER)
    async with database.transaction("test") as session:
        ward = await session.get_one(Elder, district.ward_id)
        await give_minutes(session, ward, volunteer.id, admin, 480)
        visit = visit_of(ward, volunteer.id, today() - LONG_AGO - timedelta(days=1), 150)
        session.add(visit)
        await session.flush()
        await time_bank.credit(session, admin, visit)
        await time_bank.donate(session, volunteer, 60)
        await time_bank.redeem(session, volunteer, 30)
        done = await time_bank.redeem(session, volunteer, 60)
        await time_bank.complete(session, admin, done.id)
        for whom in (
            Person(elder_id=district.mother_id),
            Person(elder_id=district.ward_id),
            Person(volunteer_id=volunteer.id),
        ):
            await points.grant(session, admin, whom, 100, "参加社区活动")


async def empty_ledger(database: Database) -> None:
    """Without what the district has posted, so that figures are the test's own."""
    async with database.transaction("test") as session:
        await session.execute(
            text("TRUNCATE ledger_posting, ledger_transfer, ledger_hold, ledger_account")
        )


async def account_of(
    database: Database, whom: Actor | UUID, currency: Currency = Currency.MINUTES
) -> LedgerAccount | None:
    """A volunteer's account, or an elder's by their key; None where there is none yet."""
    theirs = (
        col(LedgerAccount.volunteer_id) == whom.id
        if isinstance(whom, Actor)
        else col(LedgerAccount.elder_id) == whom
    )
    async with database.transaction("test") as session:
        found = select(LedgerAccount).where(theirs, col(LedgerAccount.currency) == currency)
        return await session.scalar(found)


async def balances(database: Database, currency: Currency) -> dict[Holder, int]:
    """What all accounts of each kind come to."""
    rows = await database.fetch(
        select(col(LedgerAccount.holder), func.sum(col(LedgerAccount.balance)))
        .where(col(LedgerAccount.currency) == currency)
        .group_by(col(LedgerAccount.holder))
    )
    return {holder: int(total) for holder, total in rows}


async def transfers(database: Database) -> int:
    """How many there are."""
    return (await database.fetch(select(func.count()).select_from(LedgerTransfer)))[0][0]
