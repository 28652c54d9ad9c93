"""How long somebody is suspended, and where: not shortened in passing, no place is forgotten."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.calendar import now, today
from domain.database import Database
from domain.visits.lifecycle import VisitState
from domain.visits.models import Volunteer
from domain.volunteers.fitness import is_suspended
from domain.volunteers.registering import register
from domain.volunteers.service import suspend
from tests.clients import Api
from tests.makers.accounts import make_account, make_person
from tests.makers.visits import ELSEWHERE, Scene, make_scene, make_visit
from tests.volunteering import changed, errors, seen
from tests.waiting import until_it_waits


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


@pytest.fixture
async def there(database: Database, scene: Scene) -> Actor:
    """A desk where Ann does not live, and has been once."""
    past: dict[str, Any] = {"state": VisitState.DONE, "claimed_by": scene.ann.id}
    await make_visit(database, scene.elder_id, ELSEWHERE, **past)
    return Actor(scene.station.id, Role.STATION, ELSEWHERE[:9])


def after(days: int) -> str:
    return (now() + timedelta(days)).isoformat()


@pytest.mark.parametrize("first", [None, 9])
async def test_who_merely_sees_them_visit_stops_them_for_longer_and_not_for_less(
    api: Api, scene: Scene, there: Actor, first: int | None
) -> None:
    ends = first and after(first)
    await changed(api, scene.station, "Suspend", scene.ann, reason="投诉待查", until=ends)
    shorter = {"reason": "请假", "until": after(1)}
    assert await errors(api, there, "Suspend", scene.ann, **shorter) == ("PERMISSION_DENIED", None)
    told = (await seen(api, scene.station, scene.ann))["suspendedUntil"]
    assert (told and datetime.fromisoformat(told)) == (ends and datetime.fromisoformat(ends))
    await changed(api, there, "Suspend", scene.ann, reason="又有投诉")
    assert (await seen(api, scene.station, scene.ann))["suspendedUntil"] is None
    # Where she lives they may let her go on, and so also say until when it is.
    assert (await changed(api, scene.station, "Suspend", scene.ann, **shorter))["suspendedUntil"]


async def test_somebody_is_suspended_since_they_were_first(api: Api, scene: Scene) -> None:
    before = await changed(api, scene.station, "Suspend", scene.ann, reason="投诉", until=after(1))
    again = await changed(api, scene.station, "Suspend", scene.ann, reason="又一次", until=after(2))
    assert again["suspendedAt"] == before["suspendedAt"]
    await changed(api, scene.station, "Reinstate", scene.ann)
    anew = await changed(api, scene.station, "Suspend", scene.ann, reason="第三次")
    assert anew["suspendedAt"] > before["suspendedAt"]


async def second_account(database: Database, scene: Scene) -> UUID:
    """Of Ann's, that is to visit elsewhere."""
    other = await make_account(database, Role.VOLUNTEER, region_code=ELSEWHERE[:9])
    await make_person(database, accounts=[scene.ann.id, other.id])
    return other.id


async def entered(session: AsyncSession, key: UUID) -> None:
    account = await session.get(Account, key)
    assert account is not None
    await register(session, account, ELSEWHERE[:9], today())
    await session.flush()


async def is_stopped(database: Database, key: UUID) -> bool:
    async with database.transaction("test") as session:
        volunteer = await session.get(Volunteer, key)
    assert volunteer is not None
    return is_suspended(volunteer)


async def test_who_is_entered_while_they_are_suspended_is_suspended_there_as_well(
    database: Database, scene: Scene
) -> None:
    other = await second_account(database, scene)

    async def enter() -> None:
        async with database.transaction("test") as session:
            await entered(session, other)

    async with database.transaction("test") as session:
        await suspend(session, scene.station, scene.ann.id, "投诉待查")
        await session.flush()
        task = asyncio.create_task(enter())
        await until_it_waits(database, task)
    await task
    assert await is_stopped(database, other)


async def test_who_is_suspended_while_they_are_entered_is_suspended_there_as_well(
    database: Database, scene: Scene
) -> None:
    other = await second_account(database, scene)

    async def stop() -> None:
        async with database.transaction("test") as session:
            await suspend(session, scene.station, scene.ann.id, "投诉待查")

    async with database.transaction("test") as session:
        await entered(session, other)
        task = asyncio.create_task(stop())
        await until_it_waits(database, task)
    await task
    assert await is_stopped(database, other)
