"""How many beds there are, and how many are lain in, on any day; and which are free near by."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from domain.access import Actor, Role
from domain.beds.lifecycle import StayState
from domain.beds.models import Bed, BedKind
from domain.database import Database
from domain.ids import public_id
from tests.bedside import Bedside, day, open_bedside
from tests.clients import Api
from tests.makers.beds import make_bed, make_station, make_stay, on
from tests.makers.family import make_relative

FIGURES = """query ($region: String, $asOf: Date) { bedFigures(region: $region, asOf: $asOf) {
  asOf institution { beds occupied occupancy } home { beds occupied } day { beds occupied }
  nursing nursingRatio nursingTarget } }"""
ROWS = "query ($filter: BedFilter) { beds(first: 0, filter: $filter) { totalCount } }"
TAKEN = "query ($filter: BedFilter) { beds(first: 200, filter: $filter) { nodes { id } } }"
NEAR = """query ($near: NearInput!, $first: Int, $after: String, $last: Int, $before: String,
  $filter: BedFilter) { bedsNear(near: $near, first: $first, after: $after, last: $last,
  before: $before, filter: $filter) { totalCount nodes { bed { id } distanceM }
  pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } }"""


@pytest.fixture
async def place(api: Api, database: Database) -> Bedside:
    return await open_bedside(api, database, beds=(BedKind.INSTITUTION,) * 3, elders=6)


async def counted(place: Bedside, as_of: int | None = None) -> dict[str, Any]:
    asked = None if as_of is None else day(as_of)
    found = await place.api.data(place.staff, FIGURES, region=place.region_code, asOf=asked)
    return found["bedFigures"]


async def rows(place: Bedside, **filter: Any) -> int:
    filter = {"region": place.region_code, "kind": "INSTITUTION", **filter}
    return (await place.api.data(place.staff, ROWS, filter=filter))["beds"]["totalCount"]


async def change(place: Bedside, bed: int, **values: Any) -> None:
    async with place.database.transaction("test") as session:
        wanted = update(Bed).where(col(Bed.id) == place.beds[bed])
        await session.execute(wanted.values(**values))


async def test_a_day_counts_who_lay_in_bed_then_and_each_figure_opens_its_rows(
    place: Bedside,
) -> None:
    before = {when: await counted(place, when) for when in (-10, 0)}
    bed, elder = place.beds, place.elders
    await make_stay(place.database, bed[0], elder[0], -20, -5, StayState.CLOSED)
    await make_stay(place.database, bed[0], elder[1], -5, None, StayState.ON_LEAVE)
    await make_stay(place.database, bed[1], elder[2], -20, -10, StayState.CLOSED)
    # Overstayed; reserved; held; and one who never came.
    await make_stay(place.database, bed[2], elder[3], -20, -2)
    await make_stay(place.database, bed[1], elder[4], -10, 5, StayState.RESERVED)
    await make_stay(place.database, bed[1], elder[5], -9, -9, StayState.CLOSED)
    for when, more in ((-10, 2), (0, 2)):
        figures = await counted(place, when)
        assert figures["institution"]["occupied"] - before[when]["institution"]["occupied"] == more
        wanted = figures["institution"]["occupied"]
        assert await rows(place, openOn=day(when), occupiedOn=day(when)) == wanted
        assert await rows(place, openOn=day(when)) == figures["institution"]["beds"]


async def test_nobody_lies_in_a_bed_on_a_day_to_come(place: Bedside) -> None:
    for query in (ROWS, TAKEN):
        asked = {"filter": {"occupiedOn": day(1)}}
        (error,) = (await place.api.post(place.staff, query, asked))["errors"]
        said = (error["extensions"]["code"], error["extensions"]["field"])
        assert said == ("INVALID_INPUT", "occupiedOn")


async def test_the_nursing_ratio_is_of_beds_in_institutions_that_are_open(place: Bedside) -> None:
    before = await counted(place)
    for kind in (BedKind.HOME, BedKind.DAY):
        await make_bed(place.database, place.station_id, kind=kind, label=kind)
    await change(place, 0, nursing=False)
    await change(place, 1, opened_on=on(-3))
    now = await counted(place)
    assert now["institution"]["beds"] == before["institution"]["beds"]
    assert now["nursing"] == before["nursing"] - 1
    assert now["nursingRatio"] == pytest.approx(now["nursing"] / now["institution"]["beds"])
    assert (now["nursingTarget"], now["home"]["beds"]) == (0.65, before["home"]["beds"] + 1)
    assert now["day"]["beds"] == before["day"]["beds"] + 1
    nursing = await rows(place, openOn=day(0), nursing=True)
    assert nursing == now["nursing"]
    earlier, then = await counted(place, -4), await counted(place, -3)
    assert then["institution"]["beds"] == earlier["institution"]["beds"] + 1


async def test_an_earlier_day_stays_as_it_was_when_beds_close(place: Bedside) -> None:
    before = await counted(place, -1)
    await change(place, 2, closed_on=on(0))
    assert await counted(place, -1) == before
    assert (await counted(place))["institution"]["beds"] == before["institution"]["beds"] - 1


async def test_tomorrow_has_no_figures(place: Bedside) -> None:
    answer = await place.api.post(place.staff, FIGURES, {"asOf": day(1)})
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_of_no_beds_no_part_is_for_nursing(place: Bedside) -> None:
    nowhere = {"region": "330182999", "asOf": day(0)}
    found = (await place.api.data(place.staff, FIGURES, **nowhere))["bedFigures"]
    assert found["institution"] == {"beds": 0, "occupied": 0, "occupancy": None}
    assert (found["nursing"], found["nursingRatio"], found["nursingTarget"]) == (0, None, 0.65)


async def test_when_a_bed_was_taken_is_for_those_who_see_its_stays_or_read_the_figures(
    place: Bedside,
) -> None:
    """Of a bed at home the days say when an elder was there."""
    database = place.database
    home = await make_bed(database, place.station_id, kind=BedKind.HOME, label="home")
    elder = next(one for one in place.elders if one != place.api.district.mother_id)
    await make_stay(database, home, elder, -20, -5, StayState.CLOSED)
    relative = await make_relative(database, elder)
    there, elsewhere = place.region_code[:6], "330108"
    reader = Actor(place.staff.id, Role.AUDITOR, there)
    knows = (place.staff, Role.ADMIN, reader, relative, Actor(place.staff.id, Role.STATION, there))
    strangers = (
        *(Role.FAMILY, Role.ELDER, Role.VOLUNTEER, Role.VENDOR, Role.CAREGIVER),
        *(Actor(place.staff.id, role, elsewhere) for role in (Role.STATION, Role.AUDITOR)),
    )

    async def taken(who: Role | Actor, when: int) -> bool:
        asked = {"station": public_id("station", place.station_id), "occupiedOn": day(when)}
        found = await place.api.data(who, TAKEN, filter=asked)
        return {"id": public_id("bed", home)} in found["beds"]["nodes"]

    for when, was in ((-21, False), (-20, True), (-6, True), (-5, False)):
        assert [await taken(who, when) for who in knows] == [was] * len(knows), when
        assert [await taken(who, when) for who in strangers] == [False] * len(strangers), when


@pytest.mark.parametrize("who", [Role.FAMILY, Role.CAREGIVER, Role.VENDOR])
async def test_an_earlier_day_has_figures_for_those_who_read_the_region_alone(
    place: Bedside, who: Role
) -> None:
    elsewhere = Actor(place.staff.id, Role.STATION, "330108")
    for one in (who, elsewhere):
        for when, code in ((0, None), (-1, "PERMISSION_DENIED")):
            asked = {"region": place.region_code, "asOf": day(when)}
            answer = await place.api.post(one, FIGURES, asked)
            errors = [error["extensions"]["code"] for error in answer.get("errors", [])]
            assert errors == ([] if code is None else [code])


async def near(place: Bedside, radius: int = 3000, **page: Any) -> dict[str, Any]:
    point = {"longitude": 100.0, "latitude": 20.0, "radiusM": radius}
    return (await place.api.data(place.staff, NEAR, near=point, **page))["bedsNear"]


async def strand(place: Bedside) -> list[UUID]:
    """Five free beds far from all others, from 0 to 2,224 m away, two of them at one place."""
    made: list[UUID] = []
    for step in range(4):
        station = await make_station(
            place.database, place.region_code, longitude=100.0, latitude=20.0 + step / 150
        )
        labels = ("1", "2") if step == 1 else ("1",)
        made += [await make_bed(place.database, station, label=label) for label in labels]
    return made


async def test_free_beds_near_a_point_come_nearest_first_and_page_by_page(place: Bedside) -> None:
    beds = [public_id("bed", bed) for bed in await strand(place)]
    whole = await near(place, first=10)
    assert [node["bed"]["id"] for node in whole["nodes"]] == beds
    assert [node["distanceM"] for node in whole["nodes"]] == [0, 741, 741, 1483, 2224]
    assert whole["totalCount"] == 5
    first = await near(place, first=2)
    assert (first["pageInfo"]["hasNextPage"], len(first["nodes"])) == (True, 2)
    rest = await near(place, first=10, after=first["pageInfo"]["endCursor"])
    assert [node["bed"]["id"] for node in rest["nodes"]] == beds[2:]
    last = await near(place, last=2)
    assert [node["bed"]["id"] for node in last["nodes"]] == beds[3:]
    earlier = await near(place, last=10, before=last["pageInfo"]["startCursor"])
    assert [node["bed"]["id"] for node in earlier["nodes"]] == beds[:3]
    assert len((await near(place, 1000, first=10))["nodes"]) == 3


async def test_a_bed_that_is_taken_or_closed_is_not_among_them(place: Bedside) -> None:
    beds = await strand(place)
    await make_stay(place.database, beds[0], place.elders[0])
    await make_stay(place.database, beds[1], place.elders[1], state=StayState.HELD)
    async with place.database.transaction("test") as session:
        closed = update(Bed).where(col(Bed.id) == beds[2]).values(closed_on=on(0))
        await session.execute(closed)
        other = update(Bed).where(col(Bed.id) == beds[3]).values(nursing=False)
        await session.execute(other)
    found = await near(place, first=10, filter={"nursing": True})
    assert [node["bed"]["id"] for node in found["nodes"]] == [public_id("bed", beds[4])]
