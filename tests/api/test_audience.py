"""Whom an alarm wakes: all who may see it, and of the many others nobody."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from api.alarms.audience import FEW, Audience
from api.feed import Subscriber
from domain import outbox
from domain.access import Actor, ConsentScope, Role
from domain.alarms.log import TOPIC
from domain.database import Database
from domain.elders.models import Elder
from tests.clients import Api
from tests.makers.family import make_relative
from tests.signals import press
from tests.waiting import until
from yiyang.district.cast import District

BEFORE = 0
NOWHERE = "postgresql://127.0.0.1:1/nowhere"


@asynccontextmanager
async def asleep(actors: list[Actor]) -> AsyncGenerator[dict[UUID, Subscriber], None]:
    """A sleeping subscriber each, by account."""
    sleeping = {one.id: Subscriber(BEFORE, TOPIC, reading_for(one)) for one in actors}
    tasks = [asyncio.create_task(one.woken()) for one in sleeping.values()]
    await until(lambda: all(one.is_asleep for one in sleeping.values()))
    yield sleeping
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def reading_for(actor: Actor) -> Callable[[], Actor]:
    return lambda: actor


async def another_elder(database: Database, district: District) -> UUID:
    statement = select(col(Elder.id)).where(col(Elder.id) != district.mother_id).limit(1)
    return (await database.fetch(statement))[0][0]


async def relatives(database: Database, elder_id: UUID, *scopes: ConsentScope) -> list[Actor]:
    return [await make_relative(database, elder_id, scopes) for _ in range(FEW)]


async def test_only_those_are_woken_who_may_see_it_and_the_others_go_past_it(
    api: Api, database: Database, district: District, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere = await another_elder(database, district)
    daughters = await relatives(database, district.mother_id, ConsentScope.ALARMS)
    kept_out = await relatives(database, district.mother_id, ConsentScope.VITALS)
    strangers = await relatives(database, elsewhere, ConsentScope.ALARMS)
    staff = [api.actor(Role.DISPATCHER), api.actor(Role.ADMIN)]
    await press(database, district)
    async with database.reading() as connection:
        head = await outbox.head(connection)
    async with asleep([*daughters, *kept_out, *strangers, *staff]) as sleeping:
        with caplog.at_level(logging.WARNING, "yiyang.feed"):
            await Audience(database).wake([*sleeping.values()])
        for actor in (*daughters, *staff):
            assert not sleeping[actor.id].is_asleep
            assert sleeping[actor.id].position == BEFORE, "it reads from there"
        for actor in (*kept_out, *strangers):
            assert sleeping[actor.id].is_asleep
            assert sleeping[actor.id].position == head
    assert caplog.records == []


async def test_who_is_awake_reads_for_itself(database: Database, district: District) -> None:
    strangers = await relatives(database, await another_elder(database, district))
    await press(database, district)
    actors = [*strangers, strangers[0]]
    subscribers = [Subscriber(BEFORE, TOPIC, reading_for(one)) for one in actors]
    await Audience(database).wake(subscribers)
    assert {one.position for one in subscribers} == {BEFORE}
    for one in subscribers:
        await one.woken(at_most=0)
        assert not one.is_asleep


async def test_without_a_database_all_are_woken(
    database: Database, district: District, caplog: pytest.LogCaptureFixture
) -> None:
    strangers = await relatives(database, await another_elder(database, district))
    away = Database(NOWHERE)
    actors = [*strangers, Actor(UUID(int=1), Role.FAMILY)]
    async with asleep(actors) as sleeping:
        await Audience(away).wake([*sleeping.values()])
        assert not any(one.is_asleep for one in sleeping.values())
        assert {one.position for one in sleeping.values()} == {BEFORE}
    await away.close()
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
