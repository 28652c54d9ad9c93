"""The cockpit: no figure that is not its rows, and none that is not counted so elsewhere too."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from api.context import Context
from api.execution import answered
from api.feed import Feed
from api.requests import Request
from api.texts import Language
from domain.access import Actor, Role
from domain.calendar import now, today
from domain.crypto import Vault
from domain.dashboard.metrics import Key
from domain.database import Database
from domain.ids import public_id
from domain.visits.lifecycle import VisitState
from domain.visits.obligations import fall_due
from tests.api.test_register import ask, entered, number
from tests.banking import done as posted
from tests.clients import Api
from tests.cockpit import FIELDS, cockpit, document, numbers
from tests.covered_month import MONTH, at, last
from tests.makers.alarms import make_alarms
from tests.makers.ledger import make_rich
from tests.makers.visits import make_scene, make_visit
from yiyang.district.addresses import DISTRICT
from yiyang.district.cast import District
from yiyang.district.scripts import COMMUNITY, STREET

ALARM: dict[str, Any] = {
    "type": "SOS",
    "severity": "CRITICAL",
    "purpose": "REAL",
    "late": False,
    "level": 1,
    **{"ago": 3000, "acknowledged": 30, "dispatched": 40, "arrived": 600, "resolved": 700},
}
ELSEWHERE = """query ($region: String!, $asOf: Date!, $from: DateTime!, $to: DateTime!) {
  elders(first: 0, filter: {region: $region}) { totalCount }
  keyElders: elders(first: 0, filter: {region: $region, keyElder: true}) { totalCount }
  coverage(region: $region) { elders protected }
  visitCoverage(month: $asOf, asOf: $asOf, region: $region) { month due visited share }
  bedFigures(region: $region, asOf: $asOf) {
    institution { beds occupied occupancy } home { beds occupied } nursing nursingRatio
    nursingTarget }
  answerTimes(from: $from, to: $to, region: $region) { all {
    answeredIn { met missed share } arrivedIn { met missed share } } } }"""
WAIVE_ONE = """query ($region: String!, $month: Date!) {
  visitObligations(first: 1, filter: {region: $region, month: {month: $month, visited: false}}) {
    nodes { id } } }"""
WAIVE = """mutation ($input: VisitObligationWaiveInput!) { visitObligationWaive(input: $input) {
  userErrors { code } } }"""
CLOSE_ONE = """UPDATE bed SET closed_on = $2 WHERE id = (
  SELECT bed.id FROM bed JOIN station ON station.id = station_id
  WHERE starts_with(region_code, $1) AND bed.kind = 'INSTITUTION' AND nursing
    AND NOT EXISTS (SELECT FROM bed_stay WHERE bed_id = bed.id) LIMIT 1)"""
IN_TIME = ("answeredIn60", "answeredIn180", "arrivedInTime")
READERS = (Role.OFFICIAL, Role.DISPATCHER, Role.STATION, Role.ADMIN)


def region_of(api: Api, role: Role) -> str:
    """Where the role's player reads everything."""
    return api.actor(role).region or DISTRICT


@pytest.fixture
async def rung(api: Api, database_url: str) -> None:
    """Alarms that were answered at once, late, and not at all."""
    connection = await asyncpg.connect(database_url)
    slow = {**ALARM, "type": "FALL", "acknowledged": 100, "arrived": 1000, "resolved": None}
    none = {**ALARM, **dict.fromkeys(("acknowledged", "dispatched", "arrived", "resolved"))}
    await make_alarms(connection, api.district.mother_id, [ALARM, slow, none])
    await connection.close()


def share(part: int, whole: int) -> tuple[float | None, int, int]:
    """Value, rows, among how many."""
    return part / whole if whole else None, part, whole


@pytest.mark.parametrize("role", READERS)
async def test_today_each_figure_is_what_is_counted_elsewhere(
    api: Api, rung: None, role: Role
) -> None:
    region, day = region_of(api, role), today()
    found = await cockpit(api, role, region)
    period = {"from": at(day.replace(day=1), 0), "to": at(day + timedelta(days=1), 0)}
    said = {name: moment.isoformat() for name, moment in period.items()}
    other = await api.data(role, ELSEWHERE, region=region, asOf=day.isoformat(), **said)
    beds, covered, answers = (
        other["bedFigures"],
        other["visitCoverage"],
        other["answerTimes"]["all"],
    )
    homes, at_home, protected = beds["institution"], beds["home"], other["coverage"]
    targets = [*answers["answeredIn"], answers["arrivedIn"]]
    in_time = [share(one["met"], one["met"] + one["missed"]) for one in targets]
    counted = numbers(found)
    assert counted["elders"] == (other["elders"]["totalCount"],) * 2 + (None,)
    assert counted["keyElders"] == (other["keyElders"]["totalCount"],) * 2 + (None,)
    assert counted["keyElders"][0] > 0
    assert counted["protected"] == share(protected["protected"], protected["elders"])
    assert counted["visitCoverage"] == share(covered["visited"], covered["due"])
    assert counted["occupancy"] == share(homes["occupied"], homes["beds"])
    assert counted["homeOccupancy"] == share(at_home["occupied"], at_home["beds"])
    assert counted["nursingRatio"] == share(beds["nursing"], homes["beds"])
    assert [counted[name] for name in IN_TIME] == in_time
    assert [found[name]["target"] for name in IN_TIME] == [0.975, 0.99, None]
    assert found["nursingRatio"]["target"] == beds["nursingTarget"]


async def test_the_day_and_its_month_are_told(api: Api) -> None:
    found = await cockpit(api, Role.OFFICIAL, DISTRICT, MONTH + timedelta(days=9), "elders")
    assert found["asOf"] == (MONTH + timedelta(days=9)).isoformat()
    assert found["month"] == MONTH.isoformat()
    assert found["region"] == {"code": DISTRICT, "name": "上城区"}


async def test_a_figure_says_what_it_counts_in_three_languages(api: Api) -> None:
    said: dict[str, Any] = {}
    for language in ("zh-CN", "zh-TW", "en"):
        answer = await api.post(
            Role.OFFICIAL, document(), {"region": DISTRICT}, **{"Accept-Language": language}
        )
        figures = answer["data"]["districtDashboard"]
        assert [figures[name]["key"] for name in FIELDS] == [key.value for key in Key]
        said[language] = [(figures[name]["title"], figures[name]["definition"]) for name in FIELDS]
    texts = [text for one in said.values() for text in one]
    assert len(set(texts)) == 3 * len(FIELDS), "no two are the same"


# A day before anybody did anything, and the last of a month in which everybody did.
@pytest.mark.parametrize("past", [lambda: date(2000, 2, 29), last], ids=["before", "last"])
async def test_a_past_day_has_all_but_what_nobody_noted(
    api: Api, rung: None, past: Callable[[], date]
) -> None:
    day = past()
    found = await cockpit(api, Role.OFFICIAL, region_of(api, Role.OFFICIAL), day)
    gone = [name for name in FIELDS if found[name]["unavailable"]]
    assert gone == ["protected"]
    if day.year == 2000:
        # Beds that were always there are empty.
        assert {found[name]["rowCount"] for name in FIELDS if name != "nursingRatio"} == {0, None}
    else:
        assert found["elders"]["value"] > found["keyElders"]["value"] > 0
        assert found["visits"]["value"] > 0
        assert found["hours"]["value"] > 0


async def test_what_was_said_of_a_day_stays(
    api: Api, database: Database, database_url: str, vault: Vault
) -> None:
    async with database.transaction("worker") as session:
        await fall_due(session, today())  # the district may be of yesterday, and of another month
    past = (today() - timedelta(days=1), last())
    before = [numbers(await cockpit(api, Role.ADMIN, STREET, day)) for day in past]
    now = numbers(await cockpit(api, Role.ADMIN, STREET))
    await visits_are_told_late(api, database)
    await beds_close_and_bells_ring(api, database_url)
    await people_come_and_go(api)
    assert [numbers(await cockpit(api, Role.ADMIN, STREET, day)) for day in past] == before
    after = numbers(await cockpit(api, Role.ADMIN, STREET))
    assert {name for name in FIELDS if after[name] != now[name]} == set(FIELDS) - {"homeOccupancy"}


async def people_come_and_go(api: Api) -> None:
    """Two are entered, who have lived alone for a year; the mother moves to another street."""
    for sequence in (28, 30):
        given = {"idNumber": number(sequence=sequence), "regionCode": COMMUNITY}
        elder = (await entered(api, Role.ADMIN, **given))["elder"]
        await done(api, "elderTagAdd", id=elder["id"], tag="LIVES_ALONE", source="x", since=MONTH)
    mother = public_id("elder", api.district.mother_id)
    await done(api, "elderTagEnd", id=mother, tag="LIVES_ALONE", until=MONTH + timedelta(days=3))
    moved = await done(api, "elderUpdate", id=mother, regionCode=await elsewhere(api))
    assert not moved["elder"]["region"]["code"].startswith(STREET)


async def done(api: Api, field: str, **given: Any) -> Any:
    """A change of the register that must succeed."""
    plain = {key: str(one) if isinstance(one, date) else one for key, one in given.items()}
    payload = await ask(api, Role.ADMIN, field, **plain)
    assert payload["userErrors"] == [], payload
    return payload


async def elsewhere(api: Api) -> str:
    """A community of another street of the district."""
    query = """{ regions(last: 1, filter: {prefix: "%s", level: COMMUNITY}) { nodes { code } } }"""
    return (await api.data(Role.ADMIN, query % DISTRICT))["regions"]["nodes"][0]["code"]


async def visits_are_told_late(api: Api, database: Database) -> None:
    """One of last month's and one of today's; a visit is due no longer, and credits are given and
    taken back."""
    scene = await make_scene(database, api.district)
    for began, who in ((at(last()), scene.ann), (now(), scene.bob)):
        told: dict[str, Any] = {
            **dict.fromkeys(("starts", "checked_in_at", "checked_out_at"), began),
            **dict.fromkeys(("check_in_recorded_at", "check_out_recorded_at"), now()),
            **{"state": VisitState.DONE, "claimed_by": who.id},
        }
        await make_visit(database, api.district.neighbour_id, scene.region_code, **told)
    await make_rich(database, scene, 120)
    waived = await api.data(Role.ADMIN, WAIVE_ONE, region=STREET, month=today().isoformat())
    given = {"id": waived["visitObligations"]["nodes"][0]["id"], "reason": "MOVED_AWAY"}
    payload = (await api.data(Role.ADMIN, WAIVE, input=given))["visitObligationWaive"]
    assert payload["userErrors"] == []
    found = await cockpit(api, Role.ADMIN, STREET, last(), "hours")
    credited = found["hours"]["rows"]["nodes"][0]["id"]
    await posted(api, Role.ADMIN, "ledgerTransferReverse", id=credited, reason="重复登记")


async def beds_close_and_bells_ring(api: Api, url: str) -> None:
    """A nursing bed of the street's is closed today; an alarm is answered and gone to."""
    connection = await asyncpg.connect(url)
    closed = await connection.execute(CLOSE_ONE, STREET, today())
    assert closed == "UPDATE 1"
    alarm = {**ALARM, **{"ago": 5, "acknowledged": 1, "dispatched": 2, "arrived": 3, "resolved": 4}}
    await make_alarms(connection, api.district.neighbour_id, [alarm])
    await connection.close()


@pytest.mark.parametrize("role", sorted(set(Role) - {*READERS, Role.AUDITOR}))
async def test_whose_region_it_is_not_is_refused(api: Api, role: Role) -> None:
    assert await refusal(api, role, DISTRICT) == ("PERMISSION_DENIED", "region")


async def test_nobody_reads_another_place(api: Api) -> None:
    street = Actor(api.actor(Role.OFFICIAL).id, Role.OFFICIAL, STREET)
    assert await refusal(api, street, DISTRICT) == ("PERMISSION_DENIED", "region")
    assert await refusal(api, street, "330102003") == ("PERMISSION_DENIED", "region")
    assert await refusal(api, Actor(street.id, Role.OFFICIAL, None), STREET) == (
        "PERMISSION_DENIED",
        "region",
    )
    assert (await cockpit(api, street, COMMUNITY, None, "elders"))["elders"]["value"] > 0


@pytest.mark.parametrize("region", ["", "x", "999999", "3301021", "330102' OR true"])
async def test_a_place_that_is_none_is_not_found(api: Api, region: str) -> None:
    assert await refusal(api, Role.ADMIN, region) == ("NOT_FOUND", "region")


async def test_tomorrow_has_no_figures(api: Api) -> None:
    tomorrow = today() + timedelta(days=1)
    assert await refusal(api, Role.ADMIN, DISTRICT, tomorrow) == ("INVALID_INPUT", "asOf")


async def refusal(
    api: Api, who: Role | Actor, region: str, as_of: date | None = None
) -> tuple[str, str]:
    """The code of the error, and the argument that it is about."""
    asked = {"region": region, "asOf": as_of and as_of.isoformat()}
    answer = await api.post(who, document("elders"), asked)
    (error,) = answer["errors"]
    return error["extensions"]["code"], error["extensions"]["field"]


async def test_an_auditor_has_the_figures_whose_rows_an_auditor_sees(api: Api) -> None:
    region = region_of(api, Role.AUDITOR)
    found = await cockpit(api, Role.AUDITOR, region)
    there = {name for name in FIELDS if found[name]["unavailable"] is None}
    assert there == {"hours", "occupancy", "homeOccupancy", "nursingRatio"}
    whole = await cockpit(api, Role.ADMIN, region, None, *there)
    assert numbers(whole) == {name: numbers(found)[name] for name in numbers(whole)}


class Reader(Database):
    """Notes what resolvers read."""

    def __init__(self, url: str) -> None:
        super().__init__(url, role=None)
        self.read: list[str] = []

    async def fetch(self, statement: Any, *, primary: bool = False) -> Any:
        """Run it, and note the table that it begins with."""
        self.read.append(str(statement.get_final_froms()[0]).split()[0])
        return await super().fetch(statement, primary=primary)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("asOf", []),
        ("elders { title definition unit target unavailable }", []),
        ("elders { value rowCount }", ["elder"]),
        ("occupancy { value rowCount amongCount } nursingRatio { value }", ["bed"]),
        ("homeOccupancy { rows(first: 2) { nodes { label } } }", ["bed"]),
        ("answeredIn60 { value } answeredIn180 { value } arrivedInTime { value }", ["alarm"]),
        ("visits { value } keyElders { value }", ["elder", "visit_task"]),
    ],
)
async def test_only_what_is_asked_for_is_read(
    database_url: str, vault: Vault, district: District, asked: str, wanted: list[str]
) -> None:
    reader = Reader(database_url)
    actor = Actor(district.players[Role.OFFICIAL].account_id, Role.OFFICIAL, DISTRICT)
    context = Context(reader, actor, Language.EN, "test", Feed(database_url), vault)
    query = f'{{ districtDashboard(region: "{DISTRICT}") {{ {asked} }} }}'
    answer = await answered(Request(query), context)
    assert "errors" not in answer.body
    assert sorted(reader.read) == sorted(["region", *wanted])
    await reader.close()
