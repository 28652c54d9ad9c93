"""What PostgreSQL itself keeps true of visits, whoever writes and however many at once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from domain.access import Actor, Permission, Role
from domain.database import Database
from domain.errors import ConflictOfInterest, DomainError, InvalidInput, TimesOverlap
from domain.visits import service
from domain.visits.lifecycle import TIME_FREED_STATES, VisitState
from domain.visits.models import VisitTask
from tests.makers.visits import Scene, make_scene, make_visit, stored, tomorrow_at
from yiyang.district.cast import District


@pytest.fixture
async def scene(database: Database, district: District) -> Scene:
    return await make_scene(database, district)


async def written(database: Database, key: UUID, **values: Any) -> DomainError | None:
    """What comes of an UPDATE past the service."""
    try:
        async with database.transaction("test") as session:
            await session.execute(
                update(VisitTask).where(col(VisitTask.id) == key).values(**values)
            )
    except DomainError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("start", "clashes"), [(8, False), (9, True), (9.5, True), (10, False), (8.5, True)]
)
async def test_times_of_a_volunteer_exclude_each_other(
    database: Database, scene: Scene, start: float, clashes: bool
) -> None:
    claimed = {"claimed_by": scene.ann.id, "state": VisitState.CLAIMED}
    place = (scene.elder_id, scene.region_code)
    await make_visit(database, *place, starts=tomorrow_at(9), **claimed)
    begins = tomorrow_at(0) + timedelta(hours=start)
    other = await make_visit(database, *place, starts=begins)
    outcome = await written(database, other, **claimed)
    assert isinstance(outcome, TimesOverlap) is clashes
    assert (await stored(database, other)).claimed_by == (None if clashes else scene.ann.id)


@pytest.mark.parametrize("state", [state for state in VisitState if state is not VisitState.OPEN])
async def test_the_constraint_frees_the_time_of_the_same_states_as_the_service(
    database: Database, scene: Scene, state: VisitState
) -> None:
    place = (scene.elder_id, scene.region_code)
    await make_visit(database, *place, claimed_by=scene.ann.id, state=state)
    other = await make_visit(database, *place)
    claimed = {"claimed_by": scene.ann.id, "state": VisitState.CLAIMED}
    outcome = await written(database, other, **claimed)
    assert (outcome is None) == (state in TIME_FREED_STATES)


async def test_a_write_past_the_service_meets_a_claim_that_is_not_committed_yet(
    database: Database, scene: Scene
) -> None:
    place = (scene.elder_id, scene.region_code)
    first = await make_visit(database, *place, starts=tomorrow_at(9))
    second = await make_visit(database, *place, starts=tomorrow_at(9, 30))
    claimed = {"claimed_by": scene.ann.id, "state": VisitState.CLAIMED}
    async with database.transaction("test") as session:
        await service.claim(session, scene.ann, first)
        await session.flush()
        waiting = asyncio.create_task(written(database, second, **claimed))
        done, _ = await asyncio.wait({waiting}, timeout=0.3)
        assert not done, "it waits for the claim to be settled"
    assert isinstance(await waiting, TimesOverlap)


async def test_who_made_a_visit_never_verifies_it(database: Database, scene: Scene) -> None:
    made = {"claimed_by": scene.ann.id, "state": VisitState.DONE}
    key = await make_visit(database, scene.elder_id, scene.region_code, **made)
    for state in (VisitState.VERIFIED, VisitState.REJECTED):
        outcome = await written(database, key, state=state, verified_by=scene.ann.id)
        assert isinstance(outcome, ConflictOfInterest)
    assert (await stored(database, key)).state is VisitState.DONE
    assert await written(database, key, state="VERIFIED", verified_by=scene.station.id) is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"state": VisitState.CLAIMED}, "state"),
        ({"scheduled_to": tomorrow_at(9)}, "scheduled_to"),
    ],
)
async def test_a_visit_that_makes_no_sense(
    database: Database, scene: Scene, values: dict[str, Any], field: str
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    outcome = await written(database, key, **values)
    assert isinstance(outcome, InvalidInput)
    assert outcome.field == field


async def test_an_open_visit_is_nobodys(database: Database, scene: Scene) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    outcome = await written(database, key, claimed_by=scene.ann.id)
    assert isinstance(outcome, InvalidInput)
    assert outcome.field == "state"


@pytest.mark.parametrize("role", list(Role))
def test_what_only_the_claimant_does_only_volunteers_may(role: Role) -> None:
    """A volunteer sees no visit in these states but the own ones; others would see all."""
    allowed = Actor(UUID(int=1), role).may
    of_claimant = (
        Permission.VISIT_CLAIM,
        Permission.VISIT_RELEASE,
        Permission.VISIT_CHECK_IN,
        Permission.VISIT_CHECK_OUT,
        Permission.VISIT_REFUSE,
    )
    assert {allowed(permission) for permission in of_claimant} == {role is Role.VOLUNTEER}
