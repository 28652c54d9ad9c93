"""Stations and beds as lists, on the map, and who sees who lies where."""

from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.beds.lifecycle import StayState
from domain.beds.models import BedKind
from domain.database import Database
from domain.ids import public_id
from domain.stations.models import StationKind
from tests.bedside import Bedside, day, open_bedside, stay_of
from tests.clients import Api
from tests.makers.beds import bedless_elders, make_bed, make_station, make_stay
from tests.makers.canteens import make_family

ELSEWHERE = "330106002051"

STATIONS = """
query ($first: Int, $after: String, $filter: StationFilter) {
  stations(first: $first, after: $after, filter: $filter) {
    nodes { id kind name address region { code name } position { longitude latitude }
      beds(first: 5) { nodes { id label } totalCount } }
    pageInfo { hasNextPage endCursor } totalCount
  }
}
"""

BEDS = """
query ($first: Int, $after: String, $filter: BedFilter) {
  beds(first: $first, after: $after, filter: $filter) {
    nodes { id kind nursing label station { id name } currentStay { id elder { name } } }
    pageInfo { hasNextPage endCursor } totalCount
  }
}
"""

HOME = """
query ($id: ID!) {
  elder(id: $id) { currentStay { id state startsOn endsOn bed { label station { name } }
    admittedBy { name } admittedAt availableActions } }
}
"""


@pytest.fixture
async def place(api: Api, database: Database) -> Bedside:
    kinds = (BedKind.INSTITUTION, BedKind.HOME, BedKind.DAY)
    return await open_bedside(api, database, beds=kinds, elders=4)


async def found(
    place: Bedside, query: str, who: Role = Role.FAMILY, **filter: Any
) -> dict[str, dict[str, Any]]:
    """The rows of a list by id, page by page."""
    rows: dict[str, dict[str, Any]] = {}
    after: str | None = None
    while True:
        (page,) = (await place.api.data(who, query, first=2, after=after, filter=filter)).values()
        assert not rows.keys() & {node["id"] for node in page["nodes"]}
        rows |= {node["id"]: node for node in page["nodes"]}
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(rows)
            return rows
        after = page["pageInfo"]["endCursor"]


def beds_of(place: Bedside, *numbers: int) -> set[str]:
    return {public_id("bed", place.beds[number]) for number in numbers}


async def test_a_station_shows_where_it_is_and_what_it_has(place: Bedside) -> None:
    station = public_id("station", place.station_id)
    near = {"longitude": 120.17, "latitude": 30.25, "radiusM": 30}
    rows = await found(place, STATIONS, region=place.region_code, kind="NURSING_HOME", near=near)
    node = rows[station]
    assert node["region"]["code"] == place.region_code
    assert node["position"] == {"longitude": 120.17, "latitude": 30.25}
    assert node["beds"]["totalCount"] == 3
    assert {bed["id"] for bed in node["beds"]["nodes"]} == beds_of(place, 0, 1, 2)


async def test_stations_by_region_kind_and_distance(place: Bedside, database: Database) -> None:
    """About 96 m to a thousandth of a degree of longitude here, and 111 m to one of latitude."""
    longitude, latitude = 119.001, 29.601
    made = {
        offset: public_id(
            "station",
            await make_station(
                database,
                ELSEWHERE,
                kind=StationKind.COMMUNITY_STATION,
                longitude=longitude + offset,
                latitude=latitude,
            ),
        )
        for offset in (0.0, 0.001, -0.002)
    }
    circle = {"longitude": longitude, "latitude": latitude}
    for radius, offsets in ((1, [0.0]), (97, [0.0, 0.001]), (96, [0.0]), (200, list(made))):
        rows = await found(place, STATIONS, near={**circle, "radiusM": radius})
        assert set(rows) == {made[offset] for offset in offsets}, radius
    here = await found(place, STATIONS, region=ELSEWHERE[:6], kind="COMMUNITY_STATION")
    assert set(made.values()) <= set(here)
    assert not set(made.values()) & set(await found(place, STATIONS, region="330102"))
    assert not set(made.values()) & set(await found(place, STATIONS, kind="NURSING_HOME"))


async def test_a_circle_that_is_none_is_refused_by_name(place: Bedside) -> None:
    for field, wrong in (("radiusM", 0), ("radiusM", 50_001), ("latitude", 91.0)):
        near = {"longitude": 120.0, "latitude": 30.0, "radiusM": 5, field: wrong}
        response = await place.api.post(
            Role.FAMILY, STATIONS, {"filter": {"near": near}, "first": 1}
        )
        (error,) = response["errors"]
        assert error["extensions"]["code"] == "INVALID_INPUT"
        assert error["extensions"]["field"] == field


async def test_beds_by_station_region_kind_and_nursing(place: Bedside, database: Database) -> None:
    plain = public_id(
        "bed", await make_bed(database, place.station_id, nursing=False, label="plain")
    )
    station = public_id("station", place.station_id)
    everything = await found(place, BEDS, station=station)
    assert set(everything) == {*beds_of(place, 0, 1, 2), plain}
    assert everything[plain]["station"]["id"] == station
    assert set(await found(place, BEDS, station=station, kind="HOME")) == beds_of(place, 1)
    assert set(await found(place, BEDS, station=station, nursing=False)) == {plain}
    assert set(await found(place, BEDS, station=station, nursing=True)) == beds_of(place, 0, 1, 2)
    assert set(everything) <= set(await found(place, BEDS, region=place.region_code))
    assert not set(everything) & set(await found(place, BEDS, region=ELSEWHERE[:6]))
    response = await place.api.post(
        Role.FAMILY, BEDS, {"first": 1, "filter": {"station": public_id("bed", place.beds[0])}}
    )
    assert response["errors"][0]["extensions"]["field"] == "station"


@pytest.mark.parametrize(
    ("state", "starts", "ends", "free"),
    [
        (StayState.OCCUPIED, -5, None, False),
        (StayState.OCCUPIED, -5, -2, False),
        (StayState.ON_LEAVE, -5, -2, False),
        (StayState.CLEANING, -5, 0, False),
        (StayState.RESERVED, 0, 1, False),
        (StayState.HELD, -1, None, False),
        (StayState.RESERVED, 1, None, True),
        (StayState.RESERVED, -5, 0, True),
        (StayState.CLOSED, -5, 0, True),
        (StayState.CLOSED, 0, 0, True),
    ],
)
async def test_a_bed_is_free_that_nobody_has_today_and_that_is_clean(
    database: Database, api: Api, state: StayState, starts: int, ends: int | None, free: bool
) -> None:
    place = await open_bedside(api, database, elders=1)
    await make_stay(database, place.beds[0], place.elders[0], starts, ends, state)
    station = public_id("station", place.station_id)
    assert set(await found(place, BEDS, station=station, free=free)) == beds_of(place, 0)
    assert await found(place, BEDS, station=station, free=not free) == {}


async def test_a_free_bed_is_taken_and_free_again(place: Bedside) -> None:
    station = public_id("station", place.station_id)

    async def free() -> set[str]:
        return set(await found(place, BEDS, station=station, free=True))

    assert await free() == beds_of(place, 0, 1, 2)
    stay = stay_of(await place.admit(place.beds[0], place.elders[0]))
    assert await free() == beds_of(place, 1, 2)
    await place.end(stay["id"])
    assert await free() == beds_of(place, 1, 2)
    await place.close(stay["id"])
    assert await free() == beds_of(place, 0, 1, 2)


async def test_a_daughter_sees_where_her_mother_lives(place: Bedside, database: Database) -> None:
    mother = place.elders[0]
    who = await make_family(database, mother)
    by_day = await make_stay(database, place.beds[2], mother, -3)
    home = public_id("elder", mother)
    shown = (await place.api.data(who, HOME, id=home))["elder"]["currentStay"]
    assert shown["id"] == public_id("bed_stay", by_day)
    for past in (StayState.CLOSED, StayState.RESERVED):
        starts = -20 if past is StayState.CLOSED else 20
        await make_stay(database, place.beds[0], mother, starts, starts + 5, past)
    admitted = stay_of(await place.admit(place.beds[1], mother, 0, 15))
    shown = (await place.api.data(who, HOME, id=home))["elder"]["currentStay"]
    assert shown["id"] == admitted["id"], "day and night before the day alone"
    assert (shown["state"], shown["startsOn"], shown["endsOn"]) == ("OCCUPIED", day(0), day(15))
    assert shown["bed"] == {"label": "2", "station": {"name": "试用养老院"}}
    assert shown["admittedBy"]["name"]
    assert shown["admittedAt"]
    assert shown["availableActions"] == []
    await place.end(admitted["id"])
    shown = (await place.api.data(who, HOME, id=home))["elder"]["currentStay"]
    assert shown["id"] == public_id("bed_stay", by_day)


async def test_who_lies_in_a_bed_is_seen_by_those_who_may(
    place: Bedside, database: Database
) -> None:
    mother = place.elders[0]
    daughter = await make_family(database, mother)
    stay = public_id("bed_stay", await make_stay(database, place.beds[0], mother, -3))
    filter = {"station": public_id("station", place.station_id), "kind": "INSTITUTION"}
    node = "query ($id: ID!) { node(id: $id) { id } }"
    staff = {"staff": place.staff, "daughter": daughter, "admin": Role.ADMIN}
    strangers = {
        "street": Actor(place.staff.id, Role.STATION, ELSEWHERE[:9]),
        "neighbour": Actor(place.api.district.neighbour_daughter_id, Role.FAMILY),
        **{role.value: role for role in (Role.VOLUNTEER, Role.CANTEEN, Role.VENDOR, Role.AUDITOR)},
    }
    for name, who in {**staff, **strangers}.items():
        page = (await place.api.data(who, BEDS, first=5, filter=filter))["beds"]
        (bed,) = page["nodes"]
        expected = stay if name in staff else None
        assert (bed["currentStay"] and bed["currentStay"]["id"]) == expected, name
        by_id = (await place.api.data(who, node, id=stay))["node"]
        assert (by_id and by_id["id"]) == expected, name


async def test_a_caregiver_sees_the_stays_of_the_own_station_alone(
    place: Bedside, database: Database
) -> None:
    nurse = place.api.actor(Role.CAREGIVER)
    async with database.transaction("test") as session:
        hers = update(Account).where(col(Account.id) == nurse.id)
        await session.execute(hers.values(station_id=place.station_id))
    one, other = await bedless_elders(database, place.region_code[:6], 2)
    elsewhere = await make_bed(database, await make_station(database, place.region_code))
    own = public_id("bed_stay", await make_stay(database, place.beds[0], one))
    theirs = public_id("bed_stay", await make_stay(database, elsewhere, other))
    nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on BedStay { elder { name } } } }"
    shown = (await place.api.data(nurse, nodes, ids=[own, theirs]))["nodes"]
    assert shown[0]["id"] == own
    assert shown[0]["elder"]["name"]
    assert shown[1] is None
