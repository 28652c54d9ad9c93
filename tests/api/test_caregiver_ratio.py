"""How many residents there are for each caregiver: both figures are the length of a list."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.access import Actor, Role
from domain.beds.lifecycle import StayState
from domain.beds.models import BedKind
from domain.calendar import DISTRICT_ZONE, today
from domain.database import Database
from domain.ids import public_id
from tests.clients import Api
from tests.makers.beds import bedless_elders, make_bed, make_station, make_stay
from tests.makers.caregivers import make_caregiver

COMMUNITY = "330102009051"
LONG_AGO = datetime.combine(today() - timedelta(days=1000), time(12), DISTRICT_ZONE)
RATIO = """query ($region: String, $station: ID, $asOf: Date, $day: Date!) {
  caregiverRatio(region: $region, station: $station, asOf: $asOf) {
    asOf caregivers residents residentsPerCaregiver }
  accounts(first: 0, filter: {region: $region, station: $station, qualification: {asOf: $asOf}}) {
    totalCount }
  beds(first: 0, filter: {region: $region, station: $station, occupiedOn: $day}) { totalCount } }"""


@pytest.fixture
async def house(database: Database) -> UUID:
    """A place of care in a community in which nobody else works: a caregiver, two residents, one of
    them on leave, one who comes tomorrow, and one who left yesterday; another works next door."""
    station = await make_station(database, COMMUNITY)
    await make_caregiver(database, COMMUNITY, station_id=station, since=LONG_AGO)
    await make_caregiver(database, COMMUNITY, since=LONG_AGO)
    stays: tuple[tuple[BedKind, dict[str, Any]], ...] = (
        (BedKind.INSTITUTION, {"starts": -9}),
        (BedKind.HOME, {"starts": -9, "state": StayState.ON_LEAVE}),
        (BedKind.INSTITUTION, {"starts": 1, "state": StayState.RESERVED}),
        (BedKind.INSTITUTION, {"starts": -30, "ends": -1, "state": StayState.CLOSED}),
    )
    elders = await bedless_elders(database, "330102", len(stays))
    for place, (elder, (kind, days)) in enumerate(zip(elders, stays, strict=True)):
        bed = await make_bed(database, station, kind=kind, label=str(place))
        await make_stay(database, bed, elder, **days)
    return station


async def ratio(api: Api, who: Role | Actor, as_of: date | None = None, **where: Any) -> list[Any]:
    """Caregivers, residents, residents for each; the lists behind them are as long."""
    day = as_of and as_of.isoformat()
    asked = {"asOf": day, "day": (as_of or today()).isoformat(), **where}
    found = await api.data(who, RATIO, **asked)
    said = found["caregiverRatio"]
    assert said["asOf"] == asked["day"]
    assert found["accounts"]["totalCount"] == said["caregivers"]
    assert found["beds"]["totalCount"] == said["residents"]
    return [said[name] for name in ("caregivers", "residents", "residentsPerCaregiver")]


async def test_of_a_region_of_a_house_and_of_a_day(api: Api, house: UUID) -> None:
    station = public_id("station", house)
    assert await ratio(api, Role.ADMIN, region=COMMUNITY) == [2, 2, 1.0]
    assert await ratio(api, Role.ADMIN, station=station) == [1, 2, 2.0]
    assert await ratio(api, Role.OFFICIAL, region=COMMUNITY, station=station) == [1, 2, 2.0]
    # By hand: on the day before yesterday a third one was there, who left yesterday.
    assert await ratio(api, Role.ADMIN, today() - timedelta(days=2), station=station) == [1, 3, 3.0]
    years_ago = today() - timedelta(days=1500)
    assert await ratio(api, Role.ADMIN, years_ago, region=COMMUNITY) == [0, 0, None]


async def test_only_who_keeps_or_governs_them_counts_them(api: Api, house: UUID) -> None:
    station = public_id("station", house)
    query = """query ($station: ID) { caregiverRatio(station: $station) {
      caregivers residents residentsPerCaregiver } }"""
    nothing = {"caregivers": 0, "residents": 0, "residentsPerCaregiver": None}
    for who in (Role.FAMILY, Role.VOLUNTEER, Role.CAREGIVER, Role.STATION):
        said = await api.data(who, query, station=station)
        assert said["caregiverRatio"] == nothing, who
    elsewhere = Actor(api.actor(Role.OFFICIAL).id, Role.OFFICIAL, "330106")
    assert (await api.data(elsewhere, query, station=station))["caregiverRatio"] == nothing


@pytest.mark.parametrize(
    "where", ['asOf: "9999-12-30"', 'region: "33%"', 'station: "bed_0"'], ids=["day", "code", "id"]
)
async def test_what_is_no_question(api: Api, where: str) -> None:
    answer = await api.post(Role.ADMIN, f"{{ caregiverRatio({where}) {{ caregivers }} }}")
    assert [one["extensions"]["code"] for one in answer["errors"]] == ["INVALID_INPUT"]
