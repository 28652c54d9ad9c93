"""Each key elder is due one visit a month: generated once, caught up on, whoever runs it."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, update
from sqlmodel import col

from domain.access import Role
from domain.calendar import today
from domain.database import Database
from domain.elders.models import KEY_TAGS, ElderTag, KeyTagSet, Tag
from domain.visits.obligation_models import VisitObligation
from domain.visits.obligations import fall_due
from yiyang.district.addresses import DISTRICT
from yiyang.district.cast import District

THIS_MONTH = today().replace(day=1)
NEXT_MONTH = (THIS_MONTH + timedelta(days=31)).replace(day=1)


@pytest.fixture
async def mother(database: Database, district: District) -> UUID:
    """The one elder with a tag, and nobody is due a visit; the tag is put where a test wants it."""
    async with database.transaction("test") as session:
        await session.execute(delete(VisitObligation))
        await session.execute(delete(ElderTag).where(col(ElderTag.elder_id) != district.mother_id))
        kept = select(func.min(col(ElderTag.tag))).where(
            col(ElderTag.elder_id) == district.mother_id
        )
        await session.execute(delete(ElderTag).where(col(ElderTag.tag) != kept.scalar_subquery()))
    await tag(database, Tag.LIVES_ALONE, THIS_MONTH - timedelta(days=400))
    return district.mother_id


async def tag(database: Database, tag: Tag, since: date, until: date | None = None) -> None:
    async with database.transaction("test") as session:
        await session.execute(update(ElderTag).values(tag=tag, since=since, until=until))


async def run(database: Database, day: date) -> int:
    async with database.transaction("test") as session:
        return await fall_due(session, day)


async def due(database: Database) -> list[tuple[date, date]]:
    """Month and day since when, of all that is due."""
    month, since = col(VisitObligation.month), col(VisitObligation.due_since)
    return [(row[0], row[1]) for row in await database.fetch(select(month, since).order_by(month))]


async def test_a_key_elder_is_due_one_visit_a_month_however_often_it_runs(
    database: Database, mother: UUID
) -> None:
    assert [await run(database, THIS_MONTH) for _ in range(2)] == [1, 0]
    assert await run(database, THIS_MONTH + timedelta(days=27)) == 0
    assert await due(database) == [(THIS_MONTH, THIS_MONTH)]


async def test_several_workers_at_once_enter_it_once(database: Database, mother: UUID) -> None:
    entered = await asyncio.gather(*(run(database, THIS_MONTH) for _ in range(4)))
    assert sum(entered) == 1
    assert len(await due(database)) == 1


@pytest.mark.parametrize("tag_", list(Tag))
async def test_key_elders_are_those_of_the_six_groups(
    database: Database, mother: UUID, tag_: Tag
) -> None:
    await tag(database, tag_, THIS_MONTH)
    assert await run(database, THIS_MONTH) == (tag_ in KEY_TAGS)


async def test_key_elders_are_those_whom_the_district_counts(
    database: Database, district: District, mother: UUID
) -> None:
    """From the day on from which it counts them."""
    day = THIS_MONTH + timedelta(days=1)
    official = district.players[Role.OFFICIAL].account_id
    async with database.transaction("test") as session:
        tags = [Tag.DEMENTIA.value]
        session.add(KeyTagSet(region_code=DISTRICT, since=day, tags=tags, set_by=official))
    assert await run(database, day) == 0, "whoever lives alone counts no more"
    await tag(database, Tag.DEMENTIA, THIS_MONTH)
    assert [await run(database, day - timedelta(days=1)), await run(database, day)] == [0, 1]
    assert await due(database) == [(THIS_MONTH, day)]


@pytest.mark.parametrize(
    "day",
    [THIS_MONTH + timedelta(days=20), NEXT_MONTH - timedelta(days=1)],
    ids=["within", "last-day"],
)
async def test_who_becomes_a_key_elder_within_the_month_is_due_from_then_on(
    database: Database, mother: UUID, day: date
) -> None:
    await tag(database, Tag.DISABLED, day)
    assert await run(database, day - timedelta(days=1)) == 0
    assert await run(database, day) == 1
    assert await due(database) == [(THIS_MONTH, day)]


async def test_who_was_one_until_the_day_before_is_not(database: Database, mother: UUID) -> None:
    await tag(database, Tag.DISABLED, THIS_MONTH - timedelta(days=9), until=THIS_MONTH)
    assert await run(database, THIS_MONTH) == 0
    await tag(
        database, Tag.DISABLED, THIS_MONTH - timedelta(days=9), THIS_MONTH + timedelta(days=1)
    )
    assert await run(database, THIS_MONTH) == 1


async def test_days_on_which_nobody_ran_it_are_caught_up_on(
    database: Database, mother: UUID
) -> None:
    """The workers were away over the end of a month, in which she was a key elder for a week."""
    before = (THIS_MONTH - timedelta(days=1)).replace(day=1)
    await run(database, before)
    assert await due(database) == [(before, before)]
    async with database.transaction("test") as session:
        await session.execute(update(VisitObligation).values(due_since=before))
    later = THIS_MONTH + timedelta(days=12)
    await tag(
        database, Tag.DISABLED, THIS_MONTH + timedelta(days=2), THIS_MONTH + timedelta(days=9)
    )
    assert await run(database, later) == 1
    assert await due(database) == [(before, before), (THIS_MONTH, THIS_MONTH + timedelta(days=2))]
