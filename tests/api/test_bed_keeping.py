"""Beds open and close by the day, and are nobody's on a day on which they are not there."""

import pytest

from domain.access import Actor, Role
from domain.beds.models import BedKind
from domain.database import Database
from domain.ids import public_id
from tests.bedside import Bedside, blocked, day, error_of, open_bedside, stay_of
from tests.clients import Api

OPEN = """mutation ($input: BedOpenInput!) { bedOpen(input: $input) {
  bed { id label kind nursing openedOn closedOn } userErrors { code field } } }"""
CLOSE = """mutation ($input: BedCloseInput!) { bedClose(input: $input) {
  bed { closedOn } userErrors { code field blockers } } }"""


@pytest.fixture
async def place(api: Api, database: Database) -> Bedside:
    return await open_bedside(api, database, beds=(BedKind.INSTITUTION,))


def new(place: Bedside, **more: object) -> dict[str, object]:
    station = public_id("station", place.station_id)
    return {"stationId": station, "kind": "INSTITUTION", "nursing": True, "label": "9", **more}


async def test_a_bed_is_set_up_and_given_from_its_first_day_on(place: Bedside) -> None:
    made = await place.api.data(place.staff, OPEN, input=new(place, openedOn=day(3)))
    bed = made["bedOpen"]["bed"]
    assert (bed["label"], bed["openedOn"], bed["closedOn"]) == ("9", day(3), None)
    given = {"bedId": bed["id"], "elderId": public_id("elder", place.elders[0])}
    early = error_of(await place.ask("bedStayAdmit", {**given, "startsOn": day(2)}))
    assert (early["code"], early["field"]) == ("INVALID_INPUT", "bedId")
    assert stay_of(await place.ask("bedStayAdmit", {**given, "startsOn": day(3)}))
    again = await place.api.data(place.staff, OPEN, input=new(place))
    assert again["bedOpen"]["userErrors"][0]["code"] == "ALREADY_EXISTS"


async def test_a_bed_has_a_name_that_can_be_read_and_said(place: Bedside) -> None:
    made = await place.api.data(place.staff, OPEN, input=new(place, label=" 301-2 "))
    assert made["bedOpen"]["bed"]["label"] == "301-2"
    again = await place.api.data(place.staff, OPEN, input=new(place, label="301-2"))
    assert again["bedOpen"]["userErrors"][0]["code"] == "ALREADY_EXISTS"
    for label in ("", " ", "3\n01", "301\u200b", "3" * 41):
        refused = await place.api.data(place.staff, OPEN, input=new(place, label=label))
        error = {"code": "INVALID_INPUT", "field": "label"}
        assert refused["bedOpen"] == {"bed": None, "userErrors": [error]}


async def test_a_bed_closes_once_nobody_has_it_and_its_name_is_free(place: Bedside) -> None:
    bed = public_id("bed", place.beds[0])
    stay = stay_of(await place.admit(place.beds[0], place.elders[0], -3, 5))["id"]
    taken = await place.api.data(place.staff, CLOSE, input={"id": bed, "closedOn": day(4)})
    assert blocked(taken["bedClose"]) == ("BED_UNAVAILABLE", "closedOn", [stay])
    closed = await place.api.data(place.staff, CLOSE, input={"id": bed, "closedOn": day(5)})
    assert closed["bedClose"]["bed"]["closedOn"] == day(5)
    late = error_of(await place.admit(place.beds[0], place.elders[1], 5, 6))
    assert (late["code"], late["field"]) == ("INVALID_INPUT", "bedId")
    renewed = await place.api.data(place.staff, OPEN, input=new(place, label="1"))
    assert renewed["bedOpen"]["userErrors"] == []


async def test_a_station_keeps_its_own_beds_only(place: Bedside) -> None:
    stranger = Actor(place.api.actor(Role.STATION).id, Role.STATION, "330108")
    for who in (stranger, Role.OFFICIAL):
        opened = await place.api.data(who, OPEN, input=new(place))
        bed = public_id("bed", place.beds[0])
        closed = await place.api.data(who, CLOSE, input={"id": bed})
        codes = [opened["bedOpen"]["userErrors"], closed["bedClose"]["userErrors"]]
        assert [one["code"] for errors in codes for one in errors] == ["PERMISSION_DENIED"] * 2
        assert closed["bedClose"]["bed"]["closedOn"] is None
