"""一床一人一码: made once, shown once, scanned by anybody, and good for nobody after the stay."""

import asyncio
from base64 import b64decode
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.audit.models import Outcome
from domain.beds.code_models import CareCode
from domain.beds.lifecycle import StayState
from domain.beds.models import BedKind, BedStay
from domain.database import Database
from domain.ids import public_id
from domain.secrets import hashed
from tests.bedside import Bedside, Who, blocked, error_of, open_bedside, stay_of
from tests.clients import Api
from tests.makers.beds import make_bed, make_stay
from tests.trail import trail

ISSUE = """mutation ($input: CareCodeIssueInput!) { careCodeIssue(input: $input) {
  careCode { id code svg png bed { id } issuedBy { id } } userErrors { code field blockers } } }"""
ROTATE = """mutation ($input: CareCodeRotateInput!) { careCodeRotate(input: $input) {
  careCode { id code } userErrors { code field blockers } } }"""
KEPT = """query ($id: ID!) { node(id: $id) { ... on CareCode {
  code svg png endedAt endedWhy endedBy { id } } } }"""
OF_BED = "query ($id: ID!) { bed(id: $id) { careCode { id } } }"
LISTS = """query ($bed: ID!, $station: ID!) { careCodes(first: 9, filter: {bed: $bed}) {
    nodes { id endedWhy } }
  good: careCodes(first: 9, filter: {bed: $bed, current: true}) { totalCount }
  bare: beds(first: 9, filter: {station: $station, coded: false}) { totalCount } }"""
SCAN = """query ($code: String!) { careCode(code: $code) {
  bed { id label station { name address } } elder { id name careLevel conditions { name } } } }"""


@pytest.fixture
async def place(api: Api, database: Database) -> Bedside:
    return await open_bedside(api, database, beds=(BedKind.INSTITUTION,) * 2)


async def issue(place: Bedside, bed: UUID, who: Who | None = None) -> dict[str, Any]:
    given = {"bedId": public_id("bed", bed)}
    return (await place.api.data(who or place.staff, ISSUE, input=given))["careCodeIssue"]


async def rotate(place: Bedside, code: str) -> dict[str, Any]:
    return (await place.api.data(place.staff, ROTATE, input={"id": code}))["careCodeRotate"]


async def scan(place: Bedside, who: Who, code: str) -> dict[str, Any]:
    """What is behind a code; the error's own part where nothing is."""
    answer = await place.api.post(who, SCAN, {"code": code})
    if "errors" in answer:
        return {"refused": answer["errors"][0]["extensions"]["code"]}
    return answer["data"]["careCode"]


async def kept(place: Bedside, code: str) -> dict[str, Any]:
    return (await place.api.data(place.staff, KEPT, id=code))["node"]


async def test_a_code_is_shown_once_to_be_printed_and_kept_as_a_hash(
    place: Bedside, database: Database
) -> None:
    made = (await issue(place, place.beds[0]))["careCode"]
    plain = made["code"]
    assert len(plain) == 26
    assert set(plain) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    assert made["bed"]["id"] == public_id("bed", place.beds[0])
    assert made["svg"].startswith("<svg")
    head, _, picture = made["png"].partition(",")
    assert head == "data:image/png;base64"
    assert b64decode(picture).startswith(b"\x89PNG")
    assert (await kept(place, made["id"])) == {
        **dict.fromkeys(("code", "svg", "png", "endedAt", "endedWhy", "endedBy"))
    }
    ((stored,),) = await database.fetch(
        select(col(CareCode.code_hash)).where(col(CareCode.bed_id) == place.beds[0])
    )
    assert stored == hashed(plain)


async def test_a_bed_has_one_that_is_good(place: Bedside) -> None:
    first = (await issue(place, place.beds[0]))["careCode"]
    assert blocked(await issue(place, place.beds[0])) == ("ALREADY_EXISTS", "bedId", [first["id"]])
    second = (await rotate(place, first["id"]))["careCode"]
    assert second["code"] not in (None, first["code"])
    assert (await kept(place, first["id"]))["endedWhy"] == "ROTATED"
    assert await scan(place, Role.VOLUNTEER, first["code"]) == {"refused": "GONE"}
    assert "bed" in await scan(place, Role.VOLUNTEER, second["code"])
    assert error_of(await rotate(place, first["id"]))["code"] == "GONE"
    shown = await place.api.data(place.staff, OF_BED, id=public_id("bed", place.beds[0]))
    assert shown["bed"]["careCode"] == {"id": second["id"]}
    bed, station = public_id("bed", place.beds[0]), public_id("station", place.station_id)
    found = await place.api.data(place.staff, LISTS, bed=bed, station=station)
    assert [node["id"] for node in found["careCodes"]["nodes"]] == [second["id"], first["id"]]
    assert (found["good"]["totalCount"], found["bare"]["totalCount"]) == (1, 1)


async def test_a_closed_bed_has_no_code(place: Bedside) -> None:
    close = "mutation ($id: ID!) { bedClose(input: {id: $id}) { userErrors { code } } }"
    code = (await issue(place, place.beds[0]))["careCode"]["code"]
    for bed in place.beds:
        closed = await place.api.data(place.staff, close, id=public_id("bed", bed))
        assert closed["bedClose"]["userErrors"] == []
    assert error_of(await issue(place, place.beds[1]))["field"] == "bedId"
    assert await scan(place, Role.VOLUNTEER, code) == {"refused": "GONE"}


async def test_a_code_ends_with_the_stay(place: Bedside) -> None:
    one, other = place.beds
    moving = stay_of(await place.admit(one, place.elders[0]))["id"]
    left, kept_on = [(await issue(place, bed))["careCode"] for bed in (one, other)]
    moved = stay_of(await place.move(moving, other))["id"]
    assert (await kept(place, left["id"]))["endedWhy"] == "STAY_ENDED"
    assert await scan(place, place.staff, left["code"]) == {"refused": "GONE"}
    found = await scan(place, place.staff, kept_on["code"])
    assert found["elder"]["id"] == public_id("elder", place.elders[0])
    stay_of(await place.end(moved))
    assert await scan(place, place.staff, kept_on["code"]) == {"refused": "GONE"}
    renewed = (await issue(place, other))["careCode"]
    assert (await scan(place, place.staff, renewed["code"]))["elder"] is None


async def test_a_stay_that_never_began_leaves_the_code(place: Bedside) -> None:
    code = (await issue(place, place.beds[0]))["careCode"]
    held = stay_of(await place.hold(place.beds[0], place.elders[0]))["id"]
    stay_of(await place.end(held))
    assert (await kept(place, code["id"]))["endedWhy"] is None


async def test_each_sees_of_the_elder_what_they_see_anyway(
    place: Bedside, database: Database
) -> None:
    """The caregiver of the house, the daughter, and somebody who passes by."""
    caregiver = place.api.actor(Role.CAREGIVER)
    houses = select(col(Account.station_id)).where(col(Account.id) == caregiver.id)
    ((station,),) = await database.fetch(houses)
    bed = await make_bed(database, station, label="扫码")
    mother = place.api.district.mother_id
    async with database.transaction("test") as session:
        over = update(BedStay).where(col(BedStay.elder_id) == mother)
        await session.execute(over.values(state=StayState.CLOSED, ends_on=BedStay.starts_on))
    await make_stay(database, bed, mother)
    code = (await issue(place, bed, Role.ADMIN))["careCode"]["code"]
    for who in (caregiver, Role.FAMILY):
        found = await scan(place, who, f"{code[:13].lower()}-{code[13:]}")
        assert found["elder"]["id"] == public_id("elder", mother)
    for stranger in (Role.VOLUNTEER, Role.CANTEEN, Role.VENDOR):
        found = await scan(place, stranger, code)
        assert found["elder"] is None
        assert found["bed"]["label"] == "扫码"
        assert found["bed"]["station"]["address"]


async def test_every_scan_is_in_the_trail(place: Bedside, database: Database) -> None:
    elder = place.elders[0]
    stay_of(await place.admit(place.beds[0], elder))
    made = (await issue(place, place.beds[0]))["careCode"]
    await scan(place, place.staff, made["code"])
    await scan(place, Role.VOLUNTEER, made["code"])
    await rotate(place, made["id"])
    await scan(place, Role.VOLUNTEER, made["code"])
    assert await scan(place, Role.VOLUNTEER, "A" * 26) == {"refused": "NOT_FOUND"}
    assert await scan(place, Role.VOLUNTEER, "\u0000") == {"refused": "NOT_FOUND"}
    noted = [
        (entry.object_id is not None, entry.elder_id, entry.outcome)
        for entry in await trail(database, action="care_code_scan")
    ]
    assert noted == [
        (True, elder, Outcome.DONE),
        (True, None, Outcome.DONE),
        (True, None, Outcome.DENIED),
        (False, None, Outcome.DENIED),
        (False, None, Outcome.DENIED),
    ]


async def test_of_ten_who_rotate_at_once_one_makes_the_new_code(
    place: Bedside, database: Database
) -> None:
    """Scanned meanwhile, the old code leads to the bed or is gone, and never anywhere else."""
    first = (await issue(place, place.beds[0]))["careCode"]
    scans = (scan(place, Role.VOLUNTEER, first["code"]) for _ in range(20))
    answers, seen = await asyncio.gather(
        asyncio.gather(*(rotate(place, first["id"]) for _ in range(10))), asyncio.gather(*scans)
    )
    assert all(one == {"refused": "GONE"} or one["bed"]["label"] == "1" for one in seen)
    (won,) = [answer for answer in answers if not answer["userErrors"]]
    lost = [error_of(answer)["code"] for answer in answers if answer is not won]
    assert lost == ["GONE"] * 9
    good = await database.fetch(
        select(col(CareCode.code_hash)).where(
            col(CareCode.bed_id) == place.beds[0], col(CareCode.ended_at).is_(None)
        )
    )
    assert [row[0] for row in good] == [hashed(won["careCode"]["code"])]


async def test_of_ten_who_issue_at_once_one_does(place: Bedside) -> None:
    answers = await asyncio.gather(*(issue(place, place.beds[0]) for _ in range(10)))
    (won,) = [answer for answer in answers if not answer["userErrors"]]
    lost = [blocked(answer) for answer in answers if answer is not won]
    assert lost == [("ALREADY_EXISTS", "bedId", [won["careCode"]["id"]])] * 9


async def test_who_tries_codes_comes_to_an_end(place: Bedside) -> None:
    tries = (scan(place, Role.CANTEEN, f"{number:026d}") for number in range(80))
    told = [answer["refused"] for answer in await asyncio.gather(*tries)]
    assert set(told) == {"NOT_FOUND", "TOO_MANY_ATTEMPTS"}
    assert told.count("NOT_FOUND") >= 60
    assert await scan(place, Role.VOLUNTEER, "0" * 26) == {"refused": "NOT_FOUND"}


async def test_a_station_makes_codes_for_its_own_beds_only(place: Bedside) -> None:
    stranger = Actor(place.api.actor(Role.STATION).id, Role.STATION, "330108")
    for who in (stranger, Role.OFFICIAL, Role.CAREGIVER):
        assert error_of(await issue(place, place.beds[0], who))["code"] == "PERMISSION_DENIED"
    made = (await issue(place, place.beds[0]))["careCode"]["id"]
    answer = (await place.api.data(stranger, ROTATE, input={"id": made}))["careCodeRotate"]
    assert (error_of(answer)["code"], answer["careCode"]) == ("NOT_FOUND", None)
