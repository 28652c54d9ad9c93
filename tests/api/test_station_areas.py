"""Who answers for which community and who belongs where: by the day, and to one at a time."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.database import Database
from domain.ids import public_id
from domain.stations.area_models import StationAssignment
from tests.bedside import Bedside, day, error_of, open_bedside
from tests.clients import Api
from tests.makers.beds import make_station, on
from tests.makers.stations import clear_belonging, make_area, make_assignment
from tests.trail import trail

AREA = "stationArea { id since until region { code } station { id } setBy { id } endedBy { id } }"
ADD = f"""mutation ($input: StationAreaAddInput!) {{ stationAreaAdd(input: $input) {{
  {AREA} userErrors {{ code field message }} }} }}"""
END_AREA = f"""mutation ($input: StationAreaEndInput!) {{ stationAreaEnd(input: $input) {{
  {AREA} userErrors {{ code field message }} }} }}"""
FILL = f"""mutation ($input: StationAreaAssignInput!) {{ stationAreaAssign(input: $input) {{
  {AREA} userErrors {{ code field message }} }} }}"""
ASSIGNED = "stationAssignment { id since until station { id } elder { id } setBy { id } }"
SET = f"""mutation ($input: StationAssignmentSetInput!) {{ stationAssignmentSet(input: $input) {{
  {ASSIGNED} userErrors {{ code field message }} }} }}"""
END = f"""mutation ($input: StationAssignmentEndInput!) {{ stationAssignmentEnd(input: $input) {{
  {ASSIGNED} userErrors {{ code field message }} }} }}"""
GAPS = """query ($region: String!, $asOf: Date) {
  stationGaps(region: $region, asOf: $asOf, first: 200) { totalCount nodes { code } }
  stationOverlaps(region: $region, asOf: $asOf, first: 200) {
    nodes { code stationAreas(asOf: $asOf) { station { id } } } } }"""
ELDERS = """query ($region: String!, $station: ID!, $asOf: Date) {
  without: elders(first: 200, filter: {region: $region, hasStation: false, asOf: $asOf}) {
    nodes { id } }
  here: elders(first: 200, filter: {station: $station, asOf: $asOf}) {
    nodes { id stationAssignments(asOf: $asOf) { station { id } since } } } }"""


@pytest.fixture
async def place(api: Api, database: Database) -> Bedside:
    await clear_belonging(database)
    return await open_bedside(api, database, elders=3)


async def asked(
    place: Bedside, query: str, given: dict[str, Any], who: Role | Actor = Role.OFFICIAL
) -> Any:
    (answer,) = (await place.api.data(who, query, input=given)).values()
    return answer


async def assign(place: Bedside, elder: UUID, station: UUID, since: int | None = None) -> Any:
    given = {"elderId": public_id("elder", elder), "stationId": public_id("station", station)}
    given |= {} if since is None else {"since": day(since)}
    return await asked(place, SET, given, place.staff)


async def communities(place: Bedside, as_of: int) -> tuple[set[str], dict[str, int]]:
    """Those of the street without anybody, and how many answer for those that have several."""
    street = place.region_code[:9]
    found = await place.api.data(Role.OFFICIAL, GAPS, region=street, asOf=day(as_of))
    gaps = {node["code"] for node in found["stationGaps"]["nodes"]}
    assert found["stationGaps"]["totalCount"] == len(gaps)
    several = found["stationOverlaps"]["nodes"]
    return gaps, {node["code"]: len(node["stationAreas"]) for node in several}


async def belonging(place: Bedside, as_of: int) -> tuple[set[str], set[str]]:
    """Who belongs nowhere in the community, and who belongs to the place."""
    given = {"region": place.region_code, "station": public_id("station", place.station_id)}
    found = await place.api.data(Role.OFFICIAL, ELDERS, **given, asOf=day(as_of))
    for elder in found["here"]["nodes"]:
        (assignment,) = elder["stationAssignments"]
        assert assignment["station"]["id"] == given["station"]
    without, here = ({node["id"] for node in found[key]["nodes"]} for key in ("without", "here"))
    assert not without & here
    return without, here


async def test_gaps_and_double_cover_are_found_by_the_day(
    place: Bedside, database: Database
) -> None:
    other = await make_station(database, place.region_code)
    gaps, several = await communities(place, 0)
    assert place.region_code in gaps
    assert several == {}
    stations = [public_id("station", one) for one in (place.station_id, other)]
    made: list[Any] = []
    for station, since in zip(stations, (2, 5), strict=True):
        given = {"stationId": station, "regionCode": place.region_code, "since": day(since)}
        made.append(await asked(place, ADD, given))
        assert made[-1]["userErrors"] == []
    assert (await communities(place, 1)) == (gaps, {})
    assert (await communities(place, 4)) == (gaps - {place.region_code}, {})
    assert (await communities(place, 5)) == (gaps - {place.region_code}, {place.region_code: 2})
    whole = {"stationId": stations[0], "regionCode": place.region_code}
    again = error_of(await asked(place, ADD, whole))
    assert again["code"] == "ALREADY_EXISTS"
    last = made[-1]["stationArea"]["id"]
    ended = await asked(place, END_AREA, {"id": last, "until": day(6)})
    assert ended["stationArea"]["endedBy"]["id"] == public_id(
        "account", place.api.actor(Role.OFFICIAL).id
    )
    assert (await communities(place, 6))[1] == {}


async def test_one_that_was_ended_before_it_began_is_empty(place: Bedside) -> None:
    station = public_id("station", place.station_id)
    given = {"stationId": station, "regionCode": place.region_code}
    later = (await asked(place, ADD, {**given, "since": day(9)}))["stationArea"]["id"]
    ended = (await asked(place, END_AREA, {"id": later}))["stationArea"]
    assert ended["since"] == ended["until"] == day(9)
    assert (await asked(place, ADD, {**given, "since": day(9)}))["userErrors"] == []
    now = (await asked(place, ADD, given))["userErrors"][0]["code"]
    assert now == "ALREADY_EXISTS"
    over = await asked(place, ADD, {**given, "since": day(-40)})
    assert (error_of(over)["code"], error_of(over)["field"]) == ("INVALID_INPUT", "since")


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"regionCode": "330102001"}, "INVALID_INPUT", "regionCode"),
        ({"regionCode": "999999999999"}, "NOT_FOUND", "regionCode"),
        ({"stationId": "station_" + "0" * 32}, "NOT_FOUND", "stationId"),
        ({"since": "2000-01-01"}, "INVALID_INPUT", "since"),
    ],
    ids=["street", "nowhere", "no-station", "long-ago"],
)
async def test_what_an_area_cannot_be(
    place: Bedside, given: dict[str, Any], code: str, field: str
) -> None:
    station = public_id("station", place.station_id)
    whole = {"stationId": station, "regionCode": place.region_code, **given}
    error = error_of(await asked(place, ADD, whole))
    assert (error["code"], error["field"]) == (code, field)


async def test_an_elder_moves_from_one_place_to_another_by_the_day(
    place: Bedside, database: Database
) -> None:
    elder, other = place.elders[0], await make_station(database, place.region_code)
    key = public_id("elder", elder)
    first = (await assign(place, elder, place.station_id, -10))["stationAssignment"]
    assert (first["since"], first["until"]) == (day(-10), None)
    error = error_of(await assign(place, elder, place.station_id, -3))
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "stationId")
    second = (await assign(place, elder, other, 3))["stationAssignment"]
    assert second["station"]["id"] == public_id("station", other)
    for as_of, belongs in ((-11, False), (-10, True), (2, True), (3, False)):
        without, here = await belonging(place, as_of)
        assert (key in here) is belongs
        assert (key in without) is (as_of == -11)
    assert error_of(await assign(place, elder, place.station_id))["field"] == "stationId"
    early = await assign(place, elder, place.station_id, -20)
    assert error_of(early)["code"] == "ALREADY_EXISTS"
    ended = (await asked(place, END, {"id": second["id"]}, place.staff))["stationAssignment"]
    assert ended["until"] == ended["since"] == day(3)
    assert key in (await belonging(place, 3))[0]
    over = error_of(await asked(place, END, {"id": first["id"], "until": day(-20)}, place.staff))
    assert (over["code"], over["field"]) == ("INVALID_INPUT", "until")


async def test_everybody_of_a_community_who_belongs_nowhere_is_assigned(
    place: Bedside, database: Database
) -> None:
    account, elder = place.api.actor(Role.OFFICIAL).id, place.elders[0]
    other = await make_station(database, place.region_code)
    await make_assignment(database, other, elder)
    area = await make_area(database, place.station_id, place.region_code, account)
    before, _ = await belonging(place, 0)
    assert before
    for _ in range(2):
        filled = await asked(place, FILL, {"id": public_id("station_area", area)}, place.staff)
        assert filled["userErrors"] == []
        without, here = await belonging(place, 0)
        assert (without, here) == (set(), before)
    assert public_id("elder", elder) not in before
    whose = [one.elder_id for one in await trail(database, action="station_area_assign")]
    # Each once, and the second call was about nobody.
    assert sorted(public_id("elder", one) for one in whose if one) == sorted(before)
    assert whose.count(None) == 2
    over = await make_area(database, other, place.region_code, account, -9, -2)
    error = error_of(await asked(place, FILL, {"id": public_id("station_area", over)}, place.staff))
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "id")


async def test_under_any_race_an_elder_belongs_to_one_place(
    place: Bedside, database: Database
) -> None:
    """Ten places want three elders, and two fill the community meanwhile."""
    account = place.api.actor(Role.OFFICIAL).id
    stations = [await make_station(database, place.region_code) for _ in range(10)]
    areas = [
        await make_area(database, station, place.region_code, account) for station in stations[:2]
    ]
    answers = await asyncio.gather(
        *(
            asked(place, FILL, {"id": public_id("station_area", area)}, place.staff)
            for area in areas
        ),
        *(assign(place, elder, station) for station in stations for elder in place.elders),
    )
    codes = {error["code"] for answer in answers for error in answer["userErrors"]}
    # Whoever belongs there already, and whom the community was filled with meanwhile.
    assert codes <= {"INVALID_INPUT", "ALREADY_EXISTS"}
    for elder in place.elders:
        rows = await database.fetch(
            select(col(StationAssignment.since), col(StationAssignment.until)).where(
                col(StationAssignment.elder_id) == elder
            )
        )
        assert [row for row in rows if row.until is None or row.until > on(0)] == [(on(0), None)]
    assert (await belonging(place, 0))[0] == set()


async def test_a_station_assigns_and_does_not_say_for_whom_it_answers(place: Bedside) -> None:
    station = public_id("station", place.station_id)
    given = {"stationId": station, "regionCode": place.region_code}
    assert error_of(await asked(place, ADD, given, place.staff))["code"] == "PERMISSION_DENIED"
    stranger = Actor(place.staff.id, Role.STATION, "330108")
    wish = {"elderId": public_id("elder", place.elders[0]), "stationId": station}
    assert error_of(await asked(place, SET, wish, stranger))["code"] == "NOT_FOUND"
    elsewhere = Actor(place.api.actor(Role.OFFICIAL).id, Role.OFFICIAL, "330108")
    assert error_of(await asked(place, ADD, given, elsewhere))["code"] == "PERMISSION_DENIED"
