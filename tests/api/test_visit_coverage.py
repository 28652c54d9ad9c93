"""Coverage of a month: distinct key elders, who is missing, and what was known on a day stays."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.access import Actor, Role
from domain.calendar import today
from domain.database import Database
from domain.ids import public_id
from domain.visits.lifecycle import VisitState
from domain.visits.models import VisitKind
from tests.clients import Api
from tests.covered_month import MONTH, NEXT, at
from tests.makers.obligations import make_due, nobody_is_due
from tests.makers.visits import Scene, everything, make_scene, make_visit

COVERAGE = """query ($month: Date!, $asOf: Date, $region: String) {
  visitCoverage(month: $month, asOf: $asOf, region: $region) {
    month asOf due visited missing share } }"""
LIST = """query ($filter: VisitObligationFilter) {
  visitObligations(first: 50, filter: $filter) { totalCount nodes { elder { id } } } }"""
WAIVE = """mutation ($input: VisitObligationWaiveInput!) { visitObligationWaive(input: $input) {
  visitObligation { waiver waivedAt waivedBy { name } } userErrors { code field } } }"""


FIRST_MORNING = at(MONTH, 1)


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    await nobody_is_due(database)
    return await make_scene(database, api.district)


async def visited(
    database: Database,
    scene: Scene,
    began: datetime,
    *,
    told: datetime | None = None,
    state: VisitState = VisitState.DONE,
    judged: datetime | None = None,
    kind: VisitKind = VisitKind.PHONE,
) -> None:
    """A visit to the mother of half an hour."""
    ended = began + timedelta(minutes=30)
    await make_visit(
        database,
        scene.elder_id,
        scene.region_code,
        starts=began,
        minutes=30,
        kind=kind,
        state=state,
        claimed_by=scene.ann.id,
        checked_in_at=began,
        checked_out_at=ended,
        check_in_recorded_at=told or began,
        check_out_recorded_at=told or ended,
        verified_at=judged,
    )


async def coverage(
    api: Api, who: Role | Actor, as_of: date | None = None, region: str | None = None
) -> Any:
    """Due and visited; the lists behind the figures are as long."""
    said = await api.data(
        who, COVERAGE, month=MONTH.isoformat(), asOf=as_of and as_of.isoformat(), region=region
    )
    found = said["visitCoverage"]
    month = {"month": MONTH.isoformat(), "asOf": as_of and as_of.isoformat()}
    figures_of = {"due": {}, "visited": {"visited": True}, "missing": {"visited": False}}
    for figure, more in figures_of.items():
        listed = await api.data(who, LIST, filter={"region": region, "month": {**month, **more}})
        assert listed["visitObligations"]["totalCount"] == found[figure], figure
    wanted = found["visited"] / found["due"] if found["due"] else None
    assert found["share"] == wanted
    return found["due"], found["visited"]


@pytest.mark.parametrize("kind", list(VisitKind))
async def test_a_visit_at_home_by_phone_or_by_video_covers_the_month_once(
    api: Api, database: Database, scene: Scene, kind: VisitKind
) -> None:
    await make_due(database, scene.elder_id, scene.region_code, MONTH, FIRST_MORNING)
    assert await coverage(api, scene.station) == (1, 0)
    for day in (3, 9):
        await visited(database, scene, at(MONTH + timedelta(days=day)), kind=kind)
    assert await coverage(api, scene.station) == (1, 1), "never more than all"


async def test_who_is_missing_is_listed(api: Api, database: Database, scene: Scene) -> None:
    await make_due(database, scene.elder_id, scene.region_code, MONTH, FIRST_MORNING)
    given = {"month": {"month": NEXT.isoformat(), "visited": False}}
    assert (await api.data(scene.station, LIST, filter=given))["visitObligations"]["nodes"] == []
    given = {"month": {"month": MONTH.isoformat(), "visited": False}}
    listed = await api.data(scene.station, LIST, filter=given)
    mother = public_id("elder", scene.elder_id)
    assert listed["visitObligations"]["nodes"] == [{"elder": {"id": mother}}]


@pytest.mark.parametrize(
    ("began", "counts"),
    [
        (at(MONTH, 0), True),
        (at(MONTH, 0) - timedelta(seconds=1), False),
        (at(NEXT, 0) - timedelta(seconds=1), True),
        (at(NEXT, 0), False),
    ],
)
async def test_a_visit_counts_in_the_month_in_which_it_began_by_the_districts_clock(
    api: Api, database: Database, scene: Scene, began: datetime, counts: bool
) -> None:
    await make_due(database, scene.elder_id, scene.region_code, MONTH, FIRST_MORNING)
    await visited(database, scene, began)
    assert await coverage(api, scene.station) == (1, counts)


@pytest.mark.parametrize("state", [state for state in VisitState if state is not VisitState.OPEN])
async def test_a_visit_counts_once_it_is_done_unless_it_is_not_accepted(
    api: Api, database: Database, scene: Scene, state: VisitState
) -> None:
    await make_due(database, scene.elder_id, scene.region_code, MONTH, FIRST_MORNING)
    began = at(MONTH + timedelta(days=3))
    await visited(database, scene, began, state=state, judged=began + timedelta(days=1))
    counts = state in (VisitState.DONE, VisitState.VERIFIED)
    assert await coverage(api, scene.station) == (1, counts)


async def test_what_was_known_on_a_day_does_not_change_later(
    api: Api, database: Database, scene: Scene
) -> None:
    third, ninth = MONTH + timedelta(days=2), MONTH + timedelta(days=8)
    key = await make_due(database, scene.elder_id, scene.region_code, MONTH, at(third))
    await visited(database, scene, at(third), told=at(ninth))
    before = third - timedelta(days=1)
    assert await coverage(api, scene.station, before) == (0, 0), "not known yet to be a key elder"
    assert await coverage(api, scene.station, third) == (1, 0), "entered late, a week later"
    assert await coverage(api, scene.station, ninth) == (1, 1)
    waived = await api.data(
        scene.station, WAIVE, input={"id": public_id("visit_obligation", key), "reason": "DIED"}
    )
    assert waived["visitObligationWaive"]["userErrors"] == []
    assert await coverage(api, scene.station) == (0, 0)
    assert await coverage(api, scene.station, ninth) == (1, 1)
    assert await coverage(api, scene.station, third) == (1, 0)


@pytest.mark.parametrize(("seconds", "known"), [(-1, True), (0, False)])
async def test_what_was_noted_by_a_days_last_second_was_known_on_it(
    api: Api, database: Database, scene: Scene, seconds: int, known: bool
) -> None:
    third = MONTH + timedelta(days=2)
    fourth = third + timedelta(days=1)
    noted = at(fourth, 0) + timedelta(seconds=seconds)
    neighbour = api.district.neighbour_id
    await make_due(database, scene.elder_id, scene.region_code, MONTH, FIRST_MORNING)
    await make_due(database, neighbour, scene.region_code, MONTH, noted)
    await visited(database, scene, at(third), told=noted)
    assert await coverage(api, scene.station, third) == (1 + known, known)
    assert await coverage(api, scene.station, fourth) == (2, 1)


async def test_a_visit_that_was_not_accepted_had_counted_until_then(
    api: Api, database: Database, scene: Scene
) -> None:
    await make_due(database, scene.elder_id, scene.region_code, MONTH, FIRST_MORNING)
    third = MONTH + timedelta(days=2)
    judged = at(third + timedelta(days=5))
    await visited(database, scene, at(third), state=VisitState.REJECTED, judged=judged)
    assert await coverage(api, scene.station, third) == (1, 1)
    assert await coverage(api, scene.station, third + timedelta(days=4)) == (1, 1)
    assert await coverage(api, scene.station, third + timedelta(days=5)) == (1, 0)


@pytest.mark.parametrize(
    ("month", "as_of", "field"),
    [
        ("0001-01-01", "0001-01-01", "asOf"),
        ("0001-01-01", None, "month"),
        ("9999-12-31", None, "month"),
    ],
)
async def test_a_month_begins_and_ends_at_moments_that_there_are(
    api: Api, scene: Scene, month: str, as_of: str | None, field: str
) -> None:
    asked = {"month": month, "asOf": as_of}
    for query, variables in ((COVERAGE, asked), (LIST, {"filter": {"month": asked}})):
        (error,) = (await api.post(scene.station, query, variables))["errors"]
        told = error["extensions"]["code"], error["extensions"]["field"]
        assert told == ("INVALID_INPUT", field)


async def test_no_day_to_come_is_known(api: Api, scene: Scene) -> None:
    tomorrow = (today() + timedelta(days=1)).isoformat()
    asked = {"month": MONTH.isoformat(), "asOf": tomorrow}
    for query, variables in ((COVERAGE, asked), (LIST, {"filter": {"month": asked}})):
        answer = await api.post(scene.station, query, variables)
        assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_each_desk_counts_its_own_region(api: Api, database: Database, scene: Scene) -> None:
    await make_due(database, scene.elder_id, scene.region_code, MONTH, FIRST_MORNING)
    elsewhere = Actor(scene.station.id, Role.STATION, "330106")
    assert await coverage(api, elsewhere) == (0, 0)
    assert await coverage(api, Role.FAMILY) == (0, 0)
    assert await coverage(api, Role.ADMIN, region="330106") == (0, 0)
    assert await coverage(api, Role.ADMIN, region=scene.region_code[:9]) == (1, 0)


async def test_only_who_works_for_the_region_waives_and_once(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_due(database, scene.elder_id, scene.region_code, MONTH, FIRST_MORNING)
    given = {"id": public_id("visit_obligation", key), "reason": "MOVED_AWAY"}
    before = await everything(database)
    elsewhere = Actor(scene.station.id, Role.STATION, "330106")
    for who, code in (
        (elsewhere, "NOT_FOUND"),
        (Role.FAMILY, "NOT_FOUND"),
        (Role.OFFICIAL, "PERMISSION_DENIED"),
    ):
        answer = (await api.data(who, WAIVE, input=given))["visitObligationWaive"]
        assert [error["code"] for error in answer["userErrors"]] == [code]
    assert await everything(database) == before
    assert await coverage(api, scene.station) == (1, 0)
    answer = (await api.data(scene.station, WAIVE, input=given))["visitObligationWaive"]
    assert answer["visitObligation"]["waiver"] == "MOVED_AWAY"
    again = (await api.data(scene.station, WAIVE, input=given))["visitObligationWaive"]
    assert again["userErrors"] == [{"code": "INVALID_INPUT", "field": "id"}]
