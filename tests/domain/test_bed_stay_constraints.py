"""PostgreSQL is the referee of stays: also for whoever writes past the service."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Role
from domain.beds import service
from domain.beds.lifecycle import StayState
from domain.beds.models import BedKind, BedStay
from domain.calendar import today
from domain.database import Database
from domain.errors import BedUnavailable, DomainError, ElderHasBed, InvalidInput
from tests.makers.beds import bedless_elders, make_bed, make_station, on, region_of
from yiyang.district.cast import District

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"


@dataclass(frozen=True)
class Rooms:
    """Two beds, one for the day only, and two elders."""

    region: str
    bed: UUID
    other_bed: UUID
    day_bed: UUID
    elder: UUID
    other_elder: UUID


@pytest.fixture
async def rooms(database: Database) -> Rooms:
    elder, other = await bedless_elders(database, "330102", 2)
    region = await region_of(database, elder)
    station = await make_station(database, region)
    return Rooms(
        region=region,
        bed=await make_bed(database, station, kind=BedKind.INSTITUTION, label="1"),
        other_bed=await make_bed(database, station, kind=BedKind.HOME, label="2"),
        day_bed=await make_bed(database, station, kind=BedKind.DAY, label="3"),
        elder=elder,
        other_elder=other,
    )


async def write(
    session: AsyncSession,
    rooms: Rooms,
    bed: UUID,
    elder: UUID,
    starts: int,
    ends: int | None,
    **values: object,
) -> None:
    """A row, and nothing but the row."""
    row = {
        "bed_id": bed,
        "elder_id": elder,
        "region_code": rooms.region,
        "state": StayState.OCCUPIED,
        "full_time": bed != rooms.day_bed,
        "starts_on": on(starts),
        "ends_on": None if ends is None else on(ends),
        **values,
    }
    await session.execute(insert(BedStay).values(row))


async def refusal_of(
    database: Database, write_in: Callable[[AsyncSession], Awaitable[object]]
) -> DomainError | None:
    """What became of a transaction of one's own."""
    try:
        async with database.transaction("second") as session:
            await write_in(session)
    except DomainError as error:
        return error
    return None


async def until_it_waits(database: Database, second: asyncio.Task[DomainError | None]) -> None:
    """Until the second transaction waits for the first."""
    async with database.reading() as connection:
        while not await connection.scalar(text(WAITING)):
            assert not second.done(), "the second did not wait for the first"
            await asyncio.sleep(0.01)


async def second_of_two(
    database: Database, rooms: Rooms, write_in: Callable[[AsyncSession], Awaitable[object]]
) -> DomainError | None:
    """What becomes of a transaction that begins while another, of ``rooms.bed`` and
    ``rooms.elder`` for ten days, has written and not yet committed."""
    async with database.transaction("first") as session:
        await write(session, rooms, rooms.bed, rooms.elder, 0, 10)
        second = asyncio.create_task(refusal_of(database, write_in))
        await until_it_waits(database, second)
    return await second


async def stays(database: Database) -> int:
    return (await database.fetch(select(func.count()).select_from(BedStay)))[0][0]


async def test_two_at_once_on_one_bed(database: Database, rooms: Rooms) -> None:
    before = await stays(database)
    refusal = await second_of_two(
        database, rooms, lambda own: write(own, rooms, rooms.bed, rooms.other_elder, 5, None)
    )
    assert isinstance(refusal, BedUnavailable)
    assert await stays(database) == before + 1


async def test_one_elder_at_once_in_two_beds(database: Database, rooms: Rooms) -> None:
    before = await stays(database)
    refusal = await second_of_two(
        database, rooms, lambda own: write(own, rooms, rooms.other_bed, rooms.elder, 5, None)
    )
    assert isinstance(refusal, ElderHasBed)
    assert await stays(database) == before + 1


async def test_the_second_has_what_the_first_gives_up(database: Database, rooms: Rooms) -> None:
    before = await stays(database)
    async with database.transaction("first") as session:
        await write(session, rooms, rooms.bed, rooms.elder, 0, 10)
        second = asyncio.create_task(
            refusal_of(database, lambda own: write(own, rooms, rooms.bed, rooms.other_elder, 5, 20))
        )
        await until_it_waits(database, second)
        await session.rollback()
    assert await second is None
    assert await stays(database) == before + 1


async def test_who_admits_while_another_writes_past_the_service(
    database: Database, rooms: Rooms, district: District
) -> None:
    """The check sees nothing of the other's row; the constraint does."""
    admin = Actor(district.players[Role.ADMIN].account_id, Role.ADMIN)
    before = await stays(database)
    for bed, elder, refused in (
        (rooms.bed, rooms.other_elder, BedUnavailable),
        (rooms.other_bed, rooms.elder, ElderHasBed),
    ):
        refusal = await second_of_two(
            database,
            rooms,
            lambda own, bed=bed, elder=elder: service.admit(
                own, admin, elder_id=elder, bed_id=bed, ends_on=on(3)
            ),
        )
        assert isinstance(refusal, refused)
        assert await stays(database) == before + 1
        async with database.transaction("test") as session:
            await session.execute(delete(BedStay).where(col(BedStay.elder_id) == rooms.elder))
        before = await stays(database)


async def test_days_are_half_open_and_a_day_bed_is_beside_another(
    database: Database, rooms: Rooms
) -> None:
    async with database.transaction("test") as session:
        await write(session, rooms, rooms.bed, rooms.elder, -5, 0)
        await write(session, rooms, rooms.bed, rooms.other_elder, 0, 0)
        await write(session, rooms, rooms.bed, rooms.other_elder, 0, 3)
        await write(session, rooms, rooms.other_bed, rooms.elder, 0, 10)
        await write(session, rooms, rooms.day_bed, rooms.elder, -5, 10)
    async with database.reading() as connection:
        days = select(col(BedStay.starts_on)).where(col(BedStay.elder_id) == rooms.elder)
        assert (await connection.execute(days)).scalars().all().count(on(-5)) == 2


async def test_a_row_that_tells_no_sense_is_named(database: Database, rooms: Rooms) -> None:
    for values in (
        {"starts_on": today(), "ends_on": today() - timedelta(days=1)},
        {"state": StayState.CLEANING, "ends_on": None},
        {"state": StayState.CLOSED, "ends_on": None},
    ):
        with pytest.raises(InvalidInput) as caught:
            async with database.transaction("test") as session:
                await write(session, rooms, rooms.bed, rooms.elder, 0, None, **values)
        assert caught.value.field == "ends_on"
