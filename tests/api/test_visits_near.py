"""Visits near a place, against a slow oracle that computes every distance in another way."""

from math import asin, atan2, cos, degrees, pi, radians, sin, sqrt
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Role
from domain.database import Database
from domain.visits.models import VisitTask
from tests.clients import Api
from tests.makers.visits import ELSEWHERE, Scene, make_scene, make_visit
from tests.visiting import visit_id

EARTH_M = 6_371_000.0
NEAR = """query ($near: NearInput) {
  visitTasks(first: 200, filter: {near: $near, region: "330106"}) {
    nodes { id position { longitude latitude } } totalCount } }"""


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


def vector(longitude: float, latitude: float) -> tuple[float, float, float]:
    east, north = radians(longitude), radians(latitude)
    return cos(north) * cos(east), cos(north) * sin(east), sin(north)


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """By the angle between two vectors from the middle of the earth."""
    a, b = vector(*one), vector(*other)
    dot = sum(p * q for p, q in zip(a, b, strict=True))
    x, y, z = (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )
    return EARTH_M * atan2(sqrt(x * x + y * y + z * z), dot)


def towards(start: tuple[float, float], bearing: float, distance: float) -> tuple[float, float]:
    """The place that lies so many metres away in a direction, in radians from north."""
    angle, north = distance / EARTH_M, radians(start[1])
    latitude = asin(sin(north) * cos(angle) + cos(north) * sin(angle) * cos(bearing))
    east = atan2(sin(bearing) * sin(angle) * cos(north), cos(angle) - sin(north) * sin(latitude))
    return start[0] + degrees(east), degrees(latitude)


async def test_a_circle_holds_what_the_oracle_says(
    api: Api, database: Database, scene: Scene
) -> None:
    rng = Random(20)
    places = [(rng.uniform(119.9, 120.4), rng.uniform(30.1, 30.4)) for _ in range(120)]
    for place in places:
        await make_visit(database, scene.elder_id, ELSEWHERE, place=place)
    columns = (col(VisitTask.id), col(VisitTask.longitude), col(VisitTask.latitude))
    rows = await database.fetch(
        select(*columns).where(col(VisitTask.region_code).startswith("330106"))
    )
    for _ in range(25):
        centre = (rng.uniform(119.9, 120.4), rng.uniform(30.1, 30.4))
        radius = round(10 ** rng.uniform(2.5, 4.6))
        near = {"longitude": centre[0], "latitude": centre[1], "radiusM": radius}
        page = (await api.data(Role.ADMIN, NEAR, near=near))["visitTasks"]
        wanted = {visit_id(row[0]) for row in rows if metres(centre, (row[1], row[2])) <= radius}
        assert {node["id"] for node in page["nodes"]} == wanted
        assert page["totalCount"] == len(wanted)


@pytest.mark.parametrize("latitude", [30.25, 52.9])
@pytest.mark.parametrize("radius", [1, 1_500, 50_000])
async def test_the_edge_of_a_circle_is_cut_off_nowhere(
    api: Api, database: Database, scene: Scene, latitude: float, radius: int
) -> None:
    """All around, a hair's breadth inside and outside."""
    centre = (120.17, latitude)
    inside: set[str] = set()
    for point in range(16):
        for share in (1 - 1e-7, 1 + 1e-7):
            place = towards(centre, point * pi / 8, radius * share)
            key = await make_visit(database, scene.elder_id, ELSEWHERE, place=place)
            if share < 1:
                inside.add(visit_id(key))
    near = {"longitude": centre[0], "latitude": centre[1], "radiusM": radius}
    page = (await api.data(Role.ADMIN, NEAR, near=near))["visitTasks"]
    assert {node["id"] for node in page["nodes"]} == inside


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"radiusM": 0}, "radiusM"),
        ({"radiusM": 50_001}, "radiusM"),
        ({"longitude": 181}, "longitude"),
        ({"latitude": 90}, "latitude"),
    ],
)
async def test_a_circle_that_is_none_is_refused_by_name(
    api: Api, change: dict[str, Any], field: str
) -> None:
    near = {"longitude": 120.17, "latitude": 30.25, "radiusM": 500, **change}
    (error,) = (await api.post(Role.ADMIN, NEAR, {"near": near}))["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert error["extensions"]["field"] == field
