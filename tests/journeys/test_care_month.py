"""A month of care over HTTP: from the register to a bed, and from visits to hours for a father.

Everything is asked for as clients ask. Only time is made to pass by hand: visits are planned for
tomorrow, and then the calendar is taken back a day under what was planned.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from api.relay import key_of
from domain.access import Actor, Role
from domain.beds.models import BedKind
from domain.calendar import today
from domain.database import Database
from domain.elders.models import Elder
from domain.ids import public_id
from domain.regions.models import Region, RegionLevel
from domain.visits.models import VisitTask
from domain.visits.obligations import fall_due
from tests.admissions import DISTRICT, Homes
from tests.api import assessing
from tests.api.test_register import entered, number
from tests.banking import done as banked
from tests.banking import own
from tests.clients import Api
from tests.makers.accounts import make_account, make_person
from tests.makers.assessments import clear_assessments, make_assessor, make_colleague
from tests.makers.beds import make_bed, make_station
from tests.makers.ledger import empty_ledger
from tests.makers.obligations import nobody_is_due
from tests.makers.visits import make_volunteers, tomorrow_at
from tests.visiting import done as visited

SINCE_YESTERDAY = today() - timedelta(days=1)

TAGGED = """mutation ($input: ElderTagAddInput!) { elderTagAdd(input: $input) {
  elder { tags } userErrors { code field message } } }"""
LINK = """mutation ($input: FamilyLink%sInput!) { familyLink%s(input: $input) {
  familyLink { id state } userErrors { code field message } } }"""
PLAN = """mutation ($input: VisitPlanInput!) { visitPlan(input: $input) {
  visitTask { id } userErrors { code field message } } }"""
COVERAGE = """query ($month: Date!, $region: String) {
  visitCoverage(month: $month, region: $region) { due visited missing share }
  visitObligations(first: 10, filter: {region: $region, month: {month: $month, visited: false}}) {
    nodes { elder { name } } } }"""
TOTALS = """query ($region: String!) { ledgerTotals(region: $region) { currency balance
  holders { holder balance } } }"""
NAMES = ("陈秀英", "吴阿仙", "郑招娣", "孙宝根")
"""Key elders of one community; the last of them nobody visits."""

FIRST_NUMBER, FATHERS_NUMBER = 100, 201
"""The sequences in their citizen ids: of women they are even."""

MADE = ((9, 65, 60), (11, 60, 60), (14, 59, 30))
"""Hour of the beginning, minutes from check-in to check-out, minutes that count."""


@pytest.fixture
async def station(api: Api, database: Database) -> Actor:
    """A station in a district where nothing was assessed, earned or due yet."""
    await clear_assessments(database)
    await empty_ledger(database)
    await nobody_is_due(database)
    return api.actor(Role.STATION)


async def done(api: Api, who: Role | Actor, document: str, **given: Any) -> Any:
    """The object of a mutation that must have been done."""
    (payload,) = (await api.data(who, document, input=given)).values()
    assert payload["userErrors"] == [], payload
    return next(value for name, value in payload.items() if name != "userErrors")


async def registered(api: Api, name: str, sequence: int, region: str) -> UUID:
    """An elder whom the station enters."""
    id_number = number(sequence=sequence)
    payload = await entered(api, name=name, idNumber=id_number, regionCode=region)
    assert payload["userErrors"] == [], payload
    return key_of(payload["elder"]["id"], "elder")


async def befriended(
    api: Api, database: Database, who: Actor, elder: UUID, name: str, sequence: int, relation: str
) -> None:
    """Somebody asks to be linked to an elder, who accepts and shows them the health record."""
    themselves = await make_account(database, Role.ELDER, name=name, elder_id=elder)
    asked = {"name": name, "idNumber": number(sequence=sequence), "relation": relation}
    link = await done(api, who, LINK % ("Request", "Request"), **asked)
    consent = {"id": link["id"], "scopes": ["HEALTH_RECORD"]}
    accepted = await done(api, themselves, LINK % ("Accept", "Accept"), **consent)
    assert accepted["state"] == "ACTIVE"


async def assessed_as_severe(api: Api, database: Database, elder: UUID, station: Actor) -> None:
    """Two assessors of the station, one of them a nurse, find what she can do."""
    await make_assessor(database, station.id, clinical=False)
    nurse = await make_colleague(database, station, clinical=True)
    nothing = [f"B_1_{place}" for place in range(1, 9)] + [f"B_2_{place}" for place in range(1, 5)]
    found = {"elderId": public_id("elder", elder), "diagnoses": []}
    items = assessing.items(**dict.fromkeys(nothing, 0))
    submitted = (await assessing.submit(api, station, items=items, **found))["assessment"]
    confirmed = (await assessing.confirm(api, nurse, submitted["id"]))["assessment"]
    assert (confirmed["state"], confirmed["total"]) == ("CONFIRMED", 90 - 32 - 15)
    assert (confirmed["level"], confirmed["elder"]["careLevel"]) == ("SEVERE", "SEVERE")


async def applied_to_three(
    api: Api, database: Database, elder: UUID, daughter: Actor, region: str
) -> None:
    """Two homes offer a bed; she accepts the second, and all else is void."""
    stations = [await make_station(database, region) for _ in range(3)]
    beds = [await make_bed(database, one, kind=BedKind.INSTITUTION) for one in stations]
    staff = Actor(api.actor(Role.STATION).id, Role.STATION, DISTRICT)
    homes = Homes(api, database, staff, region, stations, beds, [elder], [daughter])
    applications = [await homes.assessed(home=home) for home in range(3)]
    for home in (0, 1):
        bed = homes.bed_for(home)
        offered = await homes.done(staff, "Offer", id=applications[home], **bed)
        assert offered["stay"]["state"] == "HELD"
    await homes.done(daughter, "Accept", id=applications[1])
    admitted = await homes.done(staff, "Admit", id=applications[1])
    assert admitted["stay"]["bed"]["id"] == public_id("bed", beds[1])
    shown = [await homes.shown(one) for one in applications]
    assert [one["state"] for one in shown] == ["WITHDRAWN", "ADMITTED", "WITHDRAWN"]
    stays = [one["stay"] and one["stay"]["state"] for one in shown]
    assert stays[1:] == ["OCCUPIED", None]
    free = "query ($id: ID!) { bed(id: $id) { currentStay { id } } }"
    found = await api.data(staff, free, id=public_id("bed", beds[0]))
    assert found["bed"]["currentStay"] is None, "the other offer holds it no longer"


async def visited_yesterday(
    api: Api, database: Database, station: Actor, volunteer: Actor, elder: UUID, made: Any
) -> None:
    """Planned, claimed, made while the phone had no network, told the day after, verified."""
    hour, minutes, _ = made
    begins = tomorrow_at(hour)
    planned = {
        "elderId": public_id("elder", elder),
        "kind": "HOME",
        "scheduledFrom": begins.isoformat(),
        "scheduledTo": (begins + timedelta(hours=1)).isoformat(),
    }
    key = key_of((await done(api, station, PLAN, **planned))["id"], "visit_task")
    assert (await visited(api, volunteer, "Claim", key))["state"] == "CLAIMED"
    await _two_days_pass(database, key)
    began: datetime = begins - timedelta(days=2)
    told = {"longitude": 120.17, "latitude": 30.25, "accuracyM": 30, "at": began.isoformat()}
    await visited(api, volunteer, "CheckIn", key, **told)
    ended = began + timedelta(minutes=minutes)
    await visited(api, volunteer, "CheckOut", key, at=ended.isoformat(), note="聊了聊，一切安好")
    verified = await visited(api, station, "Verify", key, accepted=True)
    assert (verified["state"], verified["verifiedBy"] is not None) == ("VERIFIED", True)


async def _two_days_pass(database: Database, key: UUID) -> None:
    """So that what was to be tomorrow was yesterday, and was claimed before."""
    days = timedelta(days=2)
    async with database.transaction("test") as session:
        visit = await session.get_one(VisitTask, key)
        assert visit.claimed_at
        visit.scheduled_from -= days
        visit.scheduled_to -= days
        visit.claimed_at -= days


async def test_from_the_register_to_a_bed_and_from_visits_to_hours_for_a_father(
    api: Api, database: Database, station: Actor
) -> None:
    region = await _community(database, station)
    numbers = range(FIRST_NUMBER, FIRST_NUMBER + 2 * len(NAMES), 2)
    elders = [
        await registered(api, name, sequence, region)
        for name, sequence in zip(NAMES, numbers, strict=True)
    ]
    for one in elders:
        tag = {"tag": "LIVES_ALONE", "since": SINCE_YESTERDAY.isoformat(), "source": "入户走访"}
        tagged = await done(api, station, TAGGED, id=public_id("elder", one), **tag)
        assert tagged["tags"] == ["LIVES_ALONE"]

    mother, daughter = elders[0], await make_account(database, Role.FAMILY, name="陈小妹")
    await befriended(api, database, daughter, mother, NAMES[0], FIRST_NUMBER, "DAUGHTER")
    await assessed_as_severe(api, database, mother, station)
    await applied_to_three(api, database, mother, daughter, region)

    async with database.transaction("worker") as session:
        await fall_due(session, SINCE_YESTERDAY)
    (volunteer,) = await make_volunteers(database, region[:9])
    for elder, made in zip(elders, MADE, strict=False):
        await visited_yesterday(api, database, station, volunteer, elder, made)

    await _paid_and_redeemed_for_his_father(api, database, station, volunteer, region)
    month = SINCE_YESTERDAY.replace(day=1).isoformat()
    said = await api.data(station, COVERAGE, month=month, region=region)
    # By hand: four are due, three were visited, 3 / 4 = 0.75; the fourth is named.
    assert said["visitCoverage"] == {"due": 4, "visited": 3, "missing": 1, "share": 0.75}
    assert said["visitObligations"]["nodes"] == [{"elder": {"name": NAMES[-1]}}]


async def _paid_and_redeemed_for_his_father(
    api: Api, database: Database, station: Actor, volunteer: Actor, region: str
) -> None:
    """60, 60 and 30 minutes of one day: 120 are his and 30 are given away; an hour goes to his
    father, who has it confirmed by the station."""
    assert sum(counted for _, _, counted in MADE) == 150
    account = await own(api, volunteer)
    assert (account["balance"], account["available"]) == ("120", "120")
    father = await registered(api, "李大山", FATHERS_NUMBER, region)
    son = await make_account(database, Role.FAMILY, name="李明")
    await befriended(api, database, son, father, "李大山", FATHERS_NUMBER, "SON")
    await make_person(database, "李明", accounts=[volunteer.id, son.id])
    wanted = {"minutes": 60, "elderId": public_id("elder", father)}
    hold = await banked(api, volunteer, "timeBankRedeem", **wanted)
    await banked(api, station, "timeBankRedeemComplete", id=hold["id"], note="陪诊一小时")
    account = await own(api, volunteer)
    assert (account["balance"], account["held"]) == ("60", "0")
    totals = await api.data(Role.OFFICIAL, TOTALS, region=DISTRICT)
    (minutes,) = (one for one in totals["ledgerTotals"] if one["currency"] == "MINUTES")
    assert minutes["balance"] == "0"
    held = {one["holder"]: one["balance"] for one in minutes["holders"]}
    assert held == {"ISSUED": "-150", "VOLUNTEER": "60", "REDEEMED": "60", "DONATED": "30"}


async def _community(database: Database, station: Actor) -> str:
    """One of the station's where nobody lives who is in the register."""
    community, where = col(Region.code), station.region or ""
    taken = select(col(Elder.region_code))
    found = await database.fetch(
        select(func.min(community)).where(
            col(Region.level) == RegionLevel.COMMUNITY,
            func.starts_with(community, where),
            community.not_in(taken),
        )
    )
    return found[0][0]
