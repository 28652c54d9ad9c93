"""What time does to visits: overdue once, missed a day later, whoever else is at work on them."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.calendar import now
from domain.database import Database
from domain.outbox import OutboxEvent
from domain.visits.lifecycle import VisitState
from domain.visits.models import VisitTaskLog
from domain.visits.moving import TOPIC
from domain.visits.sweeping import AT_ONCE, MISSED_AFTER, sweep
from tests.makers.visits import Scene, make_scene, make_visit, stored
from yiyang.district.cast import District


@pytest.fixture
async def scene(database: Database, district: District) -> Scene:
    """Nothing of the demo district's is overdue."""
    await swept(database, now())
    return await make_scene(database, district)


async def swept(database: Database, moment: datetime) -> None:
    told = AT_ONCE
    while told >= AT_ONCE:
        async with database.transaction("test") as session:
            told = await sweep(session, moment, MISSED_AFTER)


async def befell(database: Database, key: UUID) -> list[str]:
    """What the log and the outbox both say."""
    logged = await database.fetch(
        select(col(VisitTaskLog.action), col(VisitTaskLog.account_id))
        .where(col(VisitTaskLog.task_id) == key)
        .order_by(col(VisitTaskLog.id))
    )
    told = await database.fetch(
        select(col(OutboxEvent.change))
        .where(col(OutboxEvent.topic) == TOPIC, col(OutboxEvent.subject_id) == key)
        .order_by(col(OutboxEvent.position))
    )
    assert [row[0] for row in logged] == [row[0] for row in told]
    assert {row[1] for row in logged} <= {None}
    return [row[0] for row in told]


async def make(
    database: Database, scene: Scene, state: VisitState, ended: datetime, volunteer: UUID
) -> UUID:
    claimed_by = None if state is VisitState.OPEN else volunteer
    place = (scene.elder_id, scene.region_code)
    begins = ended - timedelta(minutes=30)
    return await make_visit(
        database, *place, starts=begins, minutes=30, state=state, claimed_by=claimed_by
    )


@pytest.mark.parametrize("state", list(VisitState))
async def test_what_nobody_has_ended_is_overdue_once(
    database: Database, scene: Scene, state: VisitState
) -> None:
    moment = now()
    key = await make(database, scene, state, moment, scene.ann.id)
    await swept(database, moment - timedelta(microseconds=1))
    assert await befell(database, key) == []
    for _ in range(2):
        await swept(database, moment)
    unended = state in (VisitState.OPEN, VisitState.CLAIMED, VisitState.CHECKED_IN)
    assert await befell(database, key) == (["OVERDUE"] if unended else [])
    assert (await stored(database, key)).state is state


async def test_who_has_not_begun_a_day_later_did_not_come(database: Database, scene: Scene) -> None:
    ended = now() - timedelta(days=2)
    claimed = await make(database, scene, VisitState.CLAIMED, ended, scene.ann.id)
    begun = await make(database, scene, VisitState.CHECKED_IN, ended, scene.bob.id)
    nobodys = await make(database, scene, VisitState.OPEN, ended, scene.ann.id)
    await swept(database, ended + MISSED_AFTER - timedelta(microseconds=1))
    assert await befell(database, claimed) == ["OVERDUE"]
    for _ in range(2):
        await swept(database, ended + MISSED_AFTER)
    assert await befell(database, claimed) == ["OVERDUE", "MISS"]
    assert (await stored(database, claimed)).state is VisitState.NO_SHOW
    assert await befell(database, begun) == await befell(database, nobodys) == ["OVERDUE"]


async def test_several_workers_at_once_tell_of_each_visit_once(
    database: Database, scene: Scene
) -> None:
    moment = now()
    keys = [
        await make(database, scene, VisitState.CLAIMED, moment - timedelta(days=2 + day), who.id)
        for who in (scene.ann, scene.bob)
        for day in range(5)
    ]
    await asyncio.gather(*(swept(database, moment) for _ in range(4)))
    await swept(database, moment)
    for key in keys:
        assert await befell(database, key) == ["OVERDUE", "MISS"]
