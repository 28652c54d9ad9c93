"""Where a volunteer is when a visit begins: asked for at home, kept there alone, flagged if far."""

from typing import Any

import pytest

from domain.access import Role
from domain.database import Database
from domain.ids import public_id
from domain.visits.models import VisitKind
from tests.clients import Api
from tests.makers.visits import Scene, everything, make_scene, make_visit, stored
from tests.visiting import HERE, done, refused


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "longitude"),
        ({"longitude": 120.1}, "latitude"),
        ({"longitude": 120.1, "latitude": 30.2}, "accuracyM"),
        ({"latitude": 30.2, "accuracyM": 5}, "longitude"),
        ({**HERE, "longitude": 180.5}, "longitude"),
        ({**HERE, "latitude": -86}, "latitude"),
        ({**HERE, "accuracyM": -0.1}, "accuracyM"),
        ({**HERE, "accuracyM": 100_001}, "accuracyM"),
    ],
)
async def test_a_visit_at_home_begins_with_a_place(
    api: Api, database: Database, scene: Scene, given: dict[str, Any], field: str
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    before = await everything(database)
    assert await refused(api, scene.ann, "CheckIn", key, **given) == ("INVALID_INPUT", field)
    assert await everything(database) == before


async def test_a_phone_far_away_is_flagged_not_refused(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    begun = await done(api, scene.ann, "CheckIn", key, **{**HERE, "latitude": 30.27})
    assert begun["checkInFar"] is True  # 2.2 km to the north, give or take 30 m
    assert begun["checkInVague"] is False


@pytest.mark.parametrize(
    ("accuracy", "far", "vague"), [(1_500, False, False), (1_501, None, True), (50_000, None, True)]
)
async def test_who_says_to_be_somewhere_is_not_shown_to_be_near(
    api: Api, database: Database, scene: Scene, accuracy: float, far: bool | None, vague: bool
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    # 2.2 km to the north.
    there = {**HERE, "latitude": 30.27, "accuracyM": accuracy}
    begun = await done(api, scene.ann, "CheckIn", key, **there)
    assert (begun["state"], begun["checkInFar"], begun["checkInVague"]) == (
        "CHECKED_IN",
        far,
        vague,
    )
    listed = """query ($vague: Boolean) {
        visitTasks(first: 50, filter: {vague: $vague}) { nodes { id } } }"""
    for wanted in (True, False):
        found = await api.data(Role.STATION, listed, vague=wanted)
        ids = [one["id"] for one in found["visitTasks"]["nodes"]]
        assert (public_id("visit_task", key) in ids) is (wanted is vague)


@pytest.mark.parametrize("kind", [VisitKind.PHONE, VisitKind.VIDEO])
@pytest.mark.parametrize("given", [{}, HERE])
async def test_no_place_is_kept_of_a_visit_from_afar(
    api: Api, database: Database, scene: Scene, kind: VisitKind, given: dict[str, Any]
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code, kind=kind)
    await done(api, scene.ann, "Claim", key)
    begun = await done(api, scene.ann, "CheckIn", key, **given)
    assert begun["state"] == "CHECKED_IN"
    row = await stored(database, key)
    kept = (row.check_in_longitude, row.check_in_latitude, row.check_in_accuracy_m)
    assert kept == (None, None, None)
    assert begun["checkInFar"] is begun["checkInVague"] is begun["checkInPosition"] is None
