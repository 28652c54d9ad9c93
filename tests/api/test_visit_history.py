"""Who did what with a visit: known for good, and read by those whom it concerns."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.database import Database
from domain.outbox import OutboxEvent
from tests.clients import Api
from tests.makers.visits import Scene, make_scene, make_visit
from tests.visiting import HERE, done, read

WHY = "孩子发烧了，要去医院"


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


async def released(api: Api, database: Database, scene: Scene) -> Any:
    """A visit that one volunteer has given back with a word."""
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    await done(api, scene.ann, "Release", key, reason=WHY)
    return key


def entries(visit: Any) -> list[tuple[str, str | None, str | None]]:
    return [
        (entry["action"], (entry["account"] or {}).get("name"), entry["note"])
        for entry in visit["history"]
    ]


async def test_who_gave_a_visit_back_and_why_stays_known(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await released(api, database, scene)
    visit = await read(api, scene.station, key)
    assert entries(visit) == [("CLAIM", "志愿者0", None), ("RELEASE", "志愿者0", WHY)]
    assert visit["volunteer"] is None
    events = await database.fetch(
        select(col(OutboxEvent.topic), col(OutboxEvent.change))
        .where(col(OutboxEvent.subject_id) == key)
        .order_by(col(OutboxEvent.position))
    )
    assert [tuple(row) for row in events] == [("visit_task", "CLAIM"), ("visit_task", "RELEASE")]


async def test_family_and_elder_read_what_was_done_but_not_who_had_to_leave(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await released(api, database, scene)
    for role in (Role.FAMILY, Role.ELDER):
        visit = await read(api, role, key)
        assert entries(visit) == [("CLAIM", None, None), ("RELEASE", None, WHY)]


async def test_an_open_visit_tells_no_volunteer_of_another(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await released(api, database, scene)
    for who in (scene.bob, scene.ann):
        visit = await read(api, who, key)
        assert visit["history"] == []
        assert visit["note"] is visit["elder"] is visit["volunteer"] is None
        assert WHY not in str(visit)


async def test_who_claims_next_reads_the_own_entries_only(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await released(api, database, scene)
    await done(api, scene.bob, "Claim", key)
    await done(api, scene.bob, "CheckIn", key, **HERE)
    await done(api, scene.bob, "CheckOut", key, note="很好")
    await done(api, scene.station, "Verify", key, accepted=True, note="回访过家属")
    mine = [("CLAIM", "志愿者1", None), ("CHECK_IN", "志愿者1", None)]
    mine += [("CHECK_OUT", "志愿者1", "很好")]
    assert entries(await read(api, scene.bob, key)) == mine
    assert await read(api, scene.ann, key) is None
    seen = entries(await read(api, scene.station, key))
    assert [entry[0] for entry in seen] == [
        "CLAIM",
        "RELEASE",
        "CLAIM",
        "CHECK_IN",
        "CHECK_OUT",
        "VERIFY",
    ]
    assert seen[-1][2] == "回访过家属"
    assert entries(await read(api, Role.ADMIN, key)) == seen


async def test_who_claims_again_reads_what_they_did_before(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await released(api, database, scene)
    await done(api, scene.ann, "Claim", key)
    actions = [entry[0] for entry in entries(await read(api, scene.ann, key))]
    assert actions == ["CLAIM", "RELEASE", "CLAIM"]


async def test_the_order_of_entries_is_that_of_their_times(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await released(api, database, scene)
    times = [entry["at"] for entry in (await read(api, scene.station, key))["history"]]
    assert times == sorted(times)


@pytest.mark.parametrize("role", [Role.CAREGIVER, Role.ADVISOR, Role.CANTEEN, Role.VENDOR])
async def test_whom_it_does_not_concern_sees_no_visit(
    api: Api, database: Database, scene: Scene, role: Role
) -> None:
    key = await released(api, database, scene)
    who = Actor(api.actor(role).id, role, scene.region_code[:9])
    assert await read(api, who, key) is None
