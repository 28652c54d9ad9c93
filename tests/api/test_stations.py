"""What is said of a place of care, when it is open, and what can be walked to."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlmodel import col

from domain.access import Actor, Role
from domain.beds.models import BedKind
from domain.calendar import DISTRICT_ZONE
from domain.database import Database
from domain.errors import InvalidInput
from domain.ids import public_id
from domain.stations.models import Station, StationKind
from domain.stations.opening import Instant, is_open, open_at, sorted_intervals, word_of
from tests.bedside import Bedside, error_of, open_bedside
from tests.clients import Api
from tests.makers.beds import make_bed, make_station

SAID = """id name address phone dayPlaces version openNow
  hours { day opens closes } exceptions { day hours { opens closes } }
  history { field before after account { id } }"""
UPDATE = f"""mutation ($input: StationUpdateInput!) {{ stationUpdate(input: $input) {{
  station {{ {SAID} }} userErrors {{ code field message }} }} }}"""
SHOWN = f"query ($id: ID!) {{ station(id: $id) {{ {SAID} }} }}"
OPEN = """query ($filter: StationFilter) { stations(first: 200, filter: $filter) {
  nodes { id } } }"""
NEARBY = """query ($point: PointInput!, $kinds: [NearbyPlaceKind!], $minutes: Int! = 15,
  $openAt: DateTime, $first: Int, $after: String, $last: Int, $before: String) {
  nearby(point: $point, kinds: $kinds, withinMinutes: $minutes, openAt: $openAt, first: $first,
    after: $after, last: $last, before: $before) { totalCount
    nodes { kinds distanceM walkMinutes station { id } canteen { id } }
    pageInfo { hasNextPage endCursor startCursor } } }"""
STAFF = """query ($station: ID!) { accounts(first: 50, filter: {station: $station, inForce: true}) {
  nodes { role station { id } } } }"""

MORNING = {"opens": "08:30", "closes": "11:30"}
AFTERNOON = {"opens": "13:00", "closes": "17:00"}


@pytest.fixture
async def place(api: Api, database: Database) -> Bedside:
    return await open_bedside(api, database)


async def say(place: Bedside, who: Role | Actor | None = None, **wanted: Any) -> dict[str, Any]:
    given = {"id": public_id("station", place.station_id), **wanted}
    return (await place.api.data(who or place.staff, UPDATE, input=given))["stationUpdate"]


async def open_places(place: Bedside, moment: str) -> set[str]:
    found = await place.api.data(
        Role.FAMILY, OPEN, filter={"region": place.region_code, "openAt": moment}
    )
    return {node["id"] for node in found["stations"]["nodes"]}


async def test_what_is_said_of_a_place_is_noted(place: Bedside) -> None:
    answer = await say(place, name=" 清波门驿站 ", phone="0571-87000000", dayPlaces=20)
    said = answer["station"]
    assert (said["name"], said["phone"], said["dayPlaces"]) == ("清波门驿站", "0571-87000000", 20)
    assert (said["hours"], said["exceptions"], said["openNow"]) == ([], [], None)
    week = [{"day": "MONDAY", **AFTERNOON}, {"day": "MONDAY", **MORNING}]
    said = (await say(place, hours=week, expectedVersion=said["version"]))["station"]
    assert said["hours"] == [{"day": "MONDAY", **MORNING}, {"day": "MONDAY", **AFTERNOON}]
    assert [(one["field"], one["before"], one["after"]) for one in said["history"]] == [
        ("NAME", "试用养老院", "清波门驿站"),
        ("PHONE", None, "0571-87000000"),
        ("DAY_PLACES", None, "20"),
        ("HOURS", None, "MONDAY 08:30-11:30 13:00-17:00"),
    ]
    again = await say(place, hours=week, dayPlaces=20)
    assert len(again["station"]["history"]) == 4
    stale = error_of(await say(place, phone="1", expectedVersion=1))
    assert (stale["code"], stale["field"]) == ("VERSION_CONFLICT", "expectedVersion")
    key = public_id("station", place.station_id)
    seen = (await place.api.data(Role.FAMILY, SHOWN, id=key))["station"]
    assert (seen["phone"], seen["history"]) == ("0571-87000000", [])


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "站" * 61}, "name"),
        ({"name": "清波门\n驿站"}, "name"),
        ({"name": "驿站\u202e"}, "name"),
        ({"address": " "}, "address"),
        ({"address": "路" * 121}, "address"),
        ({"address": "中山路\u00ad1号"}, "address"),
        ({"phone": "1" * 21}, "phone"),
        ({"phone": "0571\t87000000"}, "phone"),
        ({"dayPlaces": -1}, "dayPlaces"),
        ({"dayPlaces": 10_001}, "dayPlaces"),
        ({"hours": [{"day": "SUNDAY", "opens": "9:00", "closes": "10:00"}]}, "hours"),
        ({"hours": [{"day": "SUNDAY", "opens": "24:00", "closes": "24:00"}]}, "hours"),
        ({"hours": [{"day": "SUNDAY", "opens": "10:00", "closes": "10:00"}]}, "hours"),
        (
            {"hours": [{"day": "SUNDAY", **MORNING}, {"day": "SUNDAY", **MORNING}]},
            "hours",
        ),
        ({"exceptions": [{"day": "2026-02-17", "hours": []}] * 2}, "exceptions"),
        (
            {
                "exceptions": [
                    {"day": f"2026-{n // 28 + 1:02d}-{n % 28 + 1:02d}", "hours": []}
                    for n in range(61)
                ]
            },
            "exceptions",
        ),
    ],
    ids=[
        "no-name",
        "long",
        "lines",
        "turned",
        "no-address",
        "long-address",
        "hyphen",
        "phone",
        "tab",
        "negative",
        "many",
        "clock",
        "empty",
        "point",
        "overlap",
        "twice",
        "dates",
    ],
)
async def test_what_cannot_be_said(place: Bedside, wanted: dict[str, Any], field: str) -> None:
    answer = await say(place, **wanted)
    assert (error_of(answer)["code"], error_of(answer)["field"]) == ("INVALID_INPUT", field)
    assert (answer["station"]["name"], answer["station"]["history"]) == ("试用养老院", [])


async def test_who_works_elsewhere_says_nothing(place: Bedside) -> None:
    stranger = Actor(place.staff.id, Role.STATION, "330108")
    for who in (stranger, Role.CAREGIVER, Role.FAMILY):
        assert error_of(await say(place, who, name="别处"))["code"] == "PERMISSION_DENIED"


async def test_a_place_is_open_by_the_week_on_holidays_and_on_single_dates(place: Bedside) -> None:
    week = [{"day": name, **MORNING} for name in ("MONDAY", "SATURDAY")]
    holiday = {"day": "HOLIDAY", "opens": "00:00", "closes": "24:00"}
    dates = [{"day": "2026-03-02", "hours": []}, {"day": "2026-03-03", "hours": [AFTERNOON]}]
    assert (await say(place, hours=[*week, holiday], exceptions=dates))["userErrors"] == []
    here = {public_id("station", place.station_id)}
    for moment, is_there in (
        ("2026-03-09T08:30:00+08:00", True),
        ("2026-03-09T00:30:00Z", True),
        ("2026-03-09T11:30:00+08:00", False),
        ("2026-03-08T09:00:00+08:00", False),
        ("2026-03-02T09:00:00+08:00", False),
        ("2026-03-03T13:00:00+08:00", True),
        # 春节, a Tuesday; and a Saturday that is worked instead.
        ("2026-02-17T23:59:59+08:00", True),
        ("2026-02-28T09:00:00+08:00", True),
    ):
        assert (here <= await open_places(place, moment)) is is_there, moment


async def test_no_place_is_open_after_the_calendar(place: Bedside) -> None:
    late = {"openAt": "9999-12-31T23:59:59Z"}
    point = {"longitude": 120.17, "latitude": 30.25}
    for query, given in ((OPEN, {"filter": late}), (NEARBY, {"point": point, "first": 1, **late})):
        (error,) = (await place.api.post(Role.FAMILY, query, given))["errors"]
        told = error["extensions"]["code"], error["extensions"]["field"]
        assert told == ("INVALID_INPUT", "openAt")


def test_holidays_have_hours_of_their_own() -> None:
    days = {
        date(2026, 2, 17): "HOLIDAY",
        date(2026, 2, 28): "SATURDAY",
        date(2030, 5, 1): "HOLIDAY",
    }
    assert {one: word_of(one).value for one in days} == days


_MINUTE = st.integers(0, 1440)
_DAY = st.lists(st.tuples(_MINUTE, _MINUTE), max_size=5)


@drawn(_DAY)
def test_intervals_are_sound_or_refused(given: list[tuple[int, int]]) -> None:
    covered = [minute for opens, closes in given for minute in range(opens, closes)]
    apart = len(covered) == len(set(covered))
    sound = apart and len(given) <= 4 and all(one[0] < one[1] for one in given)
    try:
        found = sorted_intervals(given, "hours")
    except InvalidInput:
        assert not sound
    else:
        assert sound
        assert sorted(covered) == [m for one in found for m in range(one[0], one[1])]


async def test_python_and_postgresql_agree_on_when_a_place_is_open(
    place: Bedside, database: Database
) -> None:
    """Every seventh quarter of an hour of two weeks around 春节."""
    hours = {"MONDAY": [[0, 60], [60, 61]], "TUESDAY": [[1439, 1440]], "HOLIDAY": [[600, 700]]}
    exceptions = {"2026-02-16": [[15, 30]], "2026-02-25": []}
    async with database.transaction("test") as session:
        row = await session.get_one(Station, place.station_id)
        row.hours, row.exceptions = hours, exceptions
    first = datetime(2026, 2, 12, tzinfo=DISTRICT_ZONE)
    for quarter in range(0, 14 * 96, 7):
        moment = first + timedelta(minutes=15 * quarter)
        asked = select(open_at(Instant.of(moment))).where(col(Station.id) == place.station_id)
        ((by_sql,),) = await database.fetch(asked)
        assert by_sql is is_open(hours, exceptions, moment), moment


@pytest.mark.parametrize(
    "hours",
    [
        '{"MONDAY": [[60, 60]]}',
        '{"MONDAY": [[0, 60], [59, 61]]}',
        '{"X": [[0, 1441]]}',
        '{"X": [[-1, 4]]}',
        '{"X": [[1]]}',
        '{"X": [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]]}',
        '{"MONDAY": [], "X": [[0, 1], [2, 3], [4, 6], [5, 7]]}',
    ],
    ids=["empty", "overlap", "late", "early", "half", "five", "fourth"],
)
async def test_postgresql_takes_no_hours_that_are_none(
    place: Bedside, database: Database, hours: str
) -> None:
    change = text("UPDATE station SET hours = CAST(:hours AS jsonb) WHERE id = :id")

    async def write() -> None:
        async with database.transaction("test") as session:
            await session.execute(change, {"hours": hours, "id": place.station_id})

    with pytest.raises(InvalidInput) as refused:
        await write()
    assert refused.value.field == "hours"
    assert refused.value.facts["constraint"] == "station_hours_sound"


async def test_of_ten_who_say_something_at_once_all_are_noted(place: Bedside) -> None:
    answers = await asyncio.gather(*(say(place, dayPlaces=number) for number in range(1, 11)))
    assert not any(answer["userErrors"] for answer in answers)
    key = public_id("station", place.station_id)
    history = (await place.api.data(place.staff, SHOWN, id=key))["station"]["history"]
    assert len(history) == 10
    befores, afters = ([one[name] for one in history] for name in ("before", "after"))
    assert befores == [None, *afters[:-1]]


async def test_a_places_staff_is_a_list_of_accounts(place: Bedside) -> None:
    caregivers = public_id("station", place.api.district.nursing_home_id)
    found = await place.api.data(Role.ADMIN, STAFF, station=caregivers)
    nodes = found["accounts"]["nodes"]
    assert nodes
    assert {node["station"]["id"] for node in nodes} == {caregivers}
    assert (await place.api.data(Role.FAMILY, STAFF, station=caregivers))["accounts"]["nodes"] == []


async def nearby(place: Bedside, **asked: Any) -> dict[str, Any]:
    point = {"longitude": 100.0, "latitude": 20.0}
    given = {"first": None if "last" in asked else 20, **asked}
    return (await place.api.data(Role.FAMILY, NEARBY, point=point, **given))["nearby"]


async def test_what_can_be_walked_to_comes_nearest_first(
    place: Bedside, database: Database
) -> None:
    """A place each 300 m to the north; 769 m are a walk of 1,000 m, fifteen minutes."""
    made = [
        await make_station(
            database,
            place.region_code,
            kind=StationKind.COMMUNITY_STATION if step % 2 else StationKind.STREET_CENTRE,
            longitude=100.0,
            latitude=20.0 + step * 300 / 111_195,
        )
        for step in range(6)
    ]
    ids = [public_id("station", one) for one in made]
    async with database.transaction("test") as session:
        await session.execute(
            text(
                "UPDATE canteen SET longitude = 100, latitude = 20.001 WHERE id ="
                " (SELECT min(id::text)::uuid FROM canteen)"
            )
        )
    found = await nearby(place)
    assert [node["station"] and node["station"]["id"] for node in found["nodes"]] == [
        *(ids[0], None, ids[1], ids[2])
    ]
    assert [node["distanceM"] for node in found["nodes"]] == [0, 111, 300, 600]
    assert [node["walkMinutes"] for node in found["nodes"]] == [0, 3, 6, 12]
    assert [node["kinds"] for node in found["nodes"]][:2] == [["STREET_CENTRE"], ["CANTEEN"]]
    assert found["nodes"][1]["canteen"]
    assert found["totalCount"] == 4
    assert (await nearby(place, minutes=30))["totalCount"] == 7
    first = await nearby(place, first=3, minutes=30)
    rest = await nearby(place, minutes=30, after=first["pageInfo"]["endCursor"])
    assert first["pageInfo"]["hasNextPage"]
    assert [node["distanceM"] for node in rest["nodes"]] == [600, 900, 1200, 1500]
    last = await nearby(place, last=2, minutes=30)
    assert [node["distanceM"] for node in last["nodes"]] == [1200, 1500]
    await kinds_are_chosen(place, database, ids)


async def kinds_are_chosen(place: Bedside, database: Database, ids: list[str]) -> None:
    centres = await nearby(place, kinds=["STREET_CENTRE"])
    assert [node["station"]["id"] for node in centres["nodes"]] == [ids[0], ids[2]]
    assert (await nearby(place, kinds=["DAY_CARE"]))["nodes"] == []
    assert (await nearby(place, kinds=[]))["nodes"] == []
    found = select(col(Station.id)).where(col(Station.latitude) == 20.0)
    ((centre,),) = await database.fetch(found)
    await make_bed(database, centre, kind=BedKind.DAY)
    by_day = await nearby(place, kinds=["DAY_CARE", "CANTEEN"])
    assert [node["kinds"] for node in by_day["nodes"]] == [
        *(["STREET_CENTRE", "DAY_CARE"], ["CANTEEN"])
    ]
    async with database.transaction("test") as session:
        row = await session.get_one(Station, centre)
        row.hours = {"MONDAY": [[480, 1020]]}
    for moment, number in (("2026-03-09T09:00:00+08:00", 1), ("2026-03-10T09:00:00+08:00", 0)):
        assert (await nearby(place, openAt=moment))["totalCount"] == number


@pytest.mark.parametrize("minutes", [0, -1, 61])
async def test_a_walk_has_its_bounds(place: Bedside, minutes: int) -> None:
    point = {"longitude": 100.0, "latitude": 20.0}
    given = {"point": point, "minutes": minutes, "first": 1}
    answer = await place.api.post(Role.FAMILY, NEARBY, given)
    assert answer["errors"][0]["extensions"]["field"] == "withinMinutes"
