"""Certificates are entered, renewed and withdrawn, and say who may look after whom."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.advising.models import Caseload
from domain.calendar import today
from domain.caregivers.models import (
    CareAssignment,
    CareAssignmentKind,
    Certificate,
    CertificateKind,
)
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from tests.api.plan.desk import Desk
from tests.clients import Api
from tests.makers.accounts import make_person
from tests.makers.advising import make_caseload
from tests.makers.caregivers import (
    NUMBER_GIVEN,
    make_assignment,
    make_caregiver,
    make_certificate,
    nobody_is_qualified,
)
from tests.trail import trail

PAPER = "id kind grade number fullNumber since until good withdrawnAt withdrawnBecause"
CERTIFICATES = f"""query ($filter: CertificateFilter) {{
  certificates(first: 50, filter: $filter) {{ nodes {{ {PAPER} }} }} }}"""
ASSIGNED = "id since until lacking version endedBy { id }"
LIST = """query ($filter: CareAssignmentFilter) { careAssignments(first: 50, filter: $filter) {
  nodes { id lacking } } }"""


def day(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


@pytest.fixture
async def caregiver(api: Api, database: Database) -> Actor:
    await nobody_is_qualified(database)
    region = api.actor(Role.STATION).region
    assert region, "A station is somewhere."
    return await make_caregiver(database, region)


async def ask(api: Api, who: Role | Actor, verb: str, shown: str, **given: Any) -> Any:
    """A mutation's object and its errors, codes and fields."""
    node = verb[0].lower() + verb[1:]
    for end in ("Add", "Renew", "Withdraw", "End"):
        node = node.removesuffix(end)
    query = f"""mutation ($i: {verb}Input!) {{ done: {verb[0].lower()}{verb[1:]}(input: $i) {{
      thing: {node} {{ {shown} }} userErrors {{ code field blockers }} }} }}"""
    answer = (await api.data(who, query, i=given))["done"]
    return answer["thing"], [(one["code"], one["field"]) for one in answer["userErrors"]]


async def add(api: Api, caregiver: Actor, who: Role = Role.STATION, **different: Any) -> Any:
    given = {
        "accountId": public_id("account", caregiver.id),
        "kind": "CAREGIVER",
        "grade": 4,
        "number": f" {NUMBER_GIVEN} ",
        "issuedBy": "浙江省人社厅",
        "since": day(-10),
        "until": day(20),
        **different,
    }
    return await ask(api, who, "CertificateAdd", PAPER, **given)


async def assign(api: Api, caregiver: Actor, kind: str = "PERSONAL_CARE", **more: Any) -> Any:
    given = {
        "elderId": public_id("elder", api.district.mother_id),
        "accountId": public_id("account", caregiver.id),
        "kind": kind,
        **more,
    }
    return await ask(api, Role.STATION, "CareAssignmentAdd", ASSIGNED, **given)


async def qualify(database: Database, vault: Vault, caregiver: Actor, **period: date) -> list[Any]:
    kinds = (CertificateKind.CAREGIVER, CertificateKind.HEALTH)
    return [await make_certificate(database, vault, caregiver.id, one, **period) for one in kinds]


async def test_a_certificate_is_entered_renewed_and_withdrawn(api: Api, caregiver: Actor) -> None:
    made, errors = await add(api, caregiver)
    assert errors == []
    assert (made["number"], made["fullNumber"], made["good"]) == ("****42", NUMBER_GIVEN, True)
    soon = {"expiringBefore": day(21), "renewed": False, "withdrawn": False}
    for who, number in ((Role.STATION, NUMBER_GIVEN), (Role.DISPATCHER, None), (caregiver, None)):
        (found,) = (await api.data(who, CERTIFICATES, filter=soon))["certificates"]["nodes"]
        assert (found["id"], found["fullNumber"]) == (made["id"], number)
    assert (await add(api, caregiver, since=day(19)))[1] == [("ALREADY_EXISTS", None)]
    next_one = {"number": "3301-2027-0001", "issuedBy": "人社厅", "until": day(400)}
    renewing = {"id": made["id"], **next_one}
    long_ago = {"since": day(-400), "until": day(-30)}
    for days in ({"since": day(19)}, long_ago):
        early = await ask(api, Role.STATION, "CertificateRenew", PAPER, **{**renewing, **days})
        assert early[1] == [("INVALID_INPUT", "since")]
    new, errors = await ask(api, Role.STATION, "CertificateRenew", PAPER, since=day(20), **renewing)
    assert errors == []
    assert (new["kind"], new["grade"], new["since"], new["good"]) == (
        *("CAREGIVER", 4, day(20), False),
    )
    assert new["id"] != made["id"]
    assert (await api.data(Role.STATION, CERTIFICATES, filter=soon))["certificates"]["nodes"] == []
    gone = {"id": new["id"], "because": "证书被撤销"}
    gone_now, errors = await ask(api, Role.STATION, "CertificateWithdraw", PAPER, **gone)
    assert (errors, gone_now["withdrawnBecause"]) == ([], "证书被撤销")
    assert gone_now["withdrawnAt"] is not None
    again = await ask(api, Role.STATION, "CertificateWithdraw", PAPER, **gone)
    assert again[1] == [("INVALID_INPUT", "id")]
    (waiting,) = (await api.data(Role.STATION, CERTIFICATES, filter=soon))["certificates"]["nodes"]
    assert waiting["id"] == made["id"]


@pytest.mark.parametrize(
    ("who", "different", "error"),
    [
        (Role.DISPATCHER, {}, ("PERMISSION_DENIED", None)),
        (Role.OFFICIAL, {}, ("PERMISSION_DENIED", None)),
        (Role.STATION, {"grade": None}, ("INVALID_INPUT", "grade")),
        (Role.STATION, {"grade": 6}, ("INVALID_INPUT", "grade")),
        (Role.STATION, {"kind": "HEALTH"}, ("INVALID_INPUT", "grade")),
        (Role.STATION, {"number": " "}, ("INVALID_INPUT", "number")),
        (Role.STATION, {"issuedBy": "局" * 61}, ("INVALID_INPUT", "issuedBy")),
        (Role.STATION, {"until": day(-10)}, ("INVALID_INPUT", "until")),
        (Role.STATION, {"role": Role.DISPATCHER}, ("INVALID_INPUT", "accountId")),
        (Role.STATION, {"accountId": "account_" + "0" * 32}, ("NOT_FOUND", "accountId")),
    ],
    ids=lambda value: value.value if isinstance(value, Role) else None,
)
async def test_what_is_no_certificate(
    api: Api,
    database: Database,
    caregiver: Actor,
    who: Role,
    different: dict[str, Any],
    error: tuple[str, str | None],
) -> None:
    if "role" in different:
        different = {"accountId": public_id("account", api.actor(different["role"]).id)}
    assert (await add(api, caregiver, who, **different))[1] == [error]
    assert list(await database.fetch(select(col(Certificate.id)))) == []


async def test_a_station_keeps_none_but_its_own_people(api: Api, database: Database) -> None:
    region = api.actor(Role.STATION).region
    other = await make_caregiver(database, "330102009" if region != "330102009" else "330102003")
    assert (await add(api, other))[1] == [("PERMISSION_DENIED", None)]


async def test_nobody_keeps_their_own_papers_in_whatever_role(
    api: Api, database: Database, caregiver: Actor
) -> None:
    station = api.actor(Role.STATION)
    assert (await add(api, station))[1] == [("CONFLICT_OF_INTEREST", "accountId")]
    await make_person(database, accounts=[station.id, caregiver.id])
    assert (await add(api, caregiver))[1] == [("CONFLICT_OF_INTEREST", "accountId")]
    shown = (await api.data(Role.STATION, CERTIFICATES, filter={}))["certificates"]["nodes"]
    assert NUMBER_GIVEN not in [one["fullNumber"] for one in shown]


async def test_an_assignment_takes_certificates_that_are_good_on_its_first_day(
    api: Api, database: Database, vault: Vault, caregiver: Actor
) -> None:
    assert (await assign(api, caregiver))[1] == [("CERTIFICATE_MISSING", "accountId")]
    papers = await qualify(database, vault, caregiver, since=today(), until=today() + timedelta(9))
    assert (await assign(api, caregiver, "NURSING"))[1] == [("CERTIFICATE_MISSING", "accountId")]
    for since in (day(-1), day(9)):
        refused = await assign(api, caregiver, since=since)
        assert refused[1] == [("CERTIFICATE_EXPIRED", "accountId")]
    made, errors = await assign(api, caregiver, since=day(8))
    assert (errors, made["since"], made["until"]) == ([], day(8), None)
    assert (await assign(api, caregiver))[1] == [("ALREADY_EXISTS", None)]
    late = await assign(api, caregiver, "COMPANY", since=day(3), until=day(3))
    assert late[1] == [("INVALID_INPUT", "until")]
    for since in (day(-32), day(367), "9999-12-31"):
        far = await assign(api, caregiver, "COMPANY", since=since)
        assert far[1] == [("INVALID_INPUT", "since")]
    query = """mutation ($i: CareAssignmentAddInput!) { careAssignmentAdd(input: $i) {
      userErrors { message blockers } } }"""
    given = {
        "elderId": public_id("elder", api.district.ward_id),
        "accountId": public_id("account", caregiver.id),
        "kind": "COMPANY",
        "since": day(30),
    }
    told = (await api.data(Role.STATION, query, i=given))["careAssignmentAdd"]["userErrors"]
    assert told[0]["blockers"] == [public_id("certificate", papers[1])]
    assert "HEALTH" in told[0]["message"]
    assert day(30) in told[0]["message"]


async def test_who_has_lapsed_is_listed_and_counts_again_once_renewed(
    api: Api, database: Database, vault: Vault, caregiver: Actor
) -> None:
    """No job says so: the days of the certificates do."""
    since, until = today() - timedelta(days=100), today()
    _, health = await qualify(database, vault, caregiver, since=since, until=until)
    kept = await make_certificate(
        database, vault, caregiver.id, CertificateKind.CAREGIVER, since=until
    )
    assert kept
    assigned = public_id(
        "care_assignment", await make_assignment(database, api.district.mother_id, caregiver.id)
    )

    async def lapsed(on: str) -> list[Any]:
        found = await api.data(Role.STATION, LIST, filter={"lapsedOn": on})
        return found["careAssignments"]["nodes"]

    assert await lapsed(day(-1)) == []
    assert await lapsed(day(0)) == [{"id": assigned, "lacking": ["HEALTH"]}]
    assert await lapsed(day(-11)) == [], "it had not begun"
    for who in (caregiver, Role.DISPATCHER, Role.OFFICIAL):
        found = await api.data(who, LIST, filter={"lapsedOn": day(0)})
        assert found["careAssignments"]["nodes"] == [{"id": assigned, "lacking": ["HEALTH"]}]
    paper = {"id": public_id("certificate", health), "number": "3301-2027-0002", "issuedBy": "疾控"}
    renewing = {**paper, "since": day(0), "until": day(365)}
    assert (await ask(api, Role.STATION, "CertificateRenew", PAPER, **renewing))[1] == []
    assert await lapsed(day(0)) == []


@pytest.mark.parametrize("who", [Role.ELDER, Role.FAMILY, Role.ADVISOR])
async def test_whoever_is_looked_after_learns_nothing_of_a_caregivers_health(
    api: Api, database: Database, caregiver: Actor, who: Role
) -> None:
    """Of company a lapse would say that the clean bill of health is over."""
    kind, mother = CareAssignmentKind.COMPANY, api.district.mother_id
    key = await make_assignment(database, mother, caregiver.id, kind)
    if who is Role.ADVISOR:
        async with database.transaction("test") as session:
            await session.execute(delete(Caseload).where(col(Caseload.elder_id) == mother))
        await make_caseload(database, mother, api.actor(who).id)
    assigned = public_id("care_assignment", key)
    answer = await api.post(who, LIST, {"filter": {"on": day(0)}})
    assert answer["data"]["careAssignments"]["nodes"] == [{"id": assigned, "lacking": None}]
    (mask,) = answer["extensions"]["masked"]
    assert mask == {"path": ["careAssignments", "nodes", 0, "lacking"], "reason": "NOT_PERMITTED"}
    lapsed = await api.data(who, LIST, filter={"lapsedOn": day(0)})
    assert lapsed["careAssignments"]["nodes"] == []


async def test_a_certificate_that_one_does_not_see_renews_none(
    api: Api, database: Database, vault: Vault, caregiver: Actor
) -> None:
    """Nobody moves with an account; but no filter takes it for granted."""
    kind, until = CertificateKind.HEALTH, today() + timedelta(days=30)
    first = await make_certificate(database, vault, caregiver.id, kind, until=until)
    elsewhere = {"since": until, "until": until + timedelta(days=365), "region_code": "330102009"}
    await make_certificate(database, vault, caregiver.id, kind, **elsewhere)
    for who, renewed in ((Role.STATION, False), (caregiver, True), (Role.ADMIN, True)):
        for asked in (True, False):
            found = await api.data(who, CERTIFICATES, filter={"renewed": asked})
            shown = [one["id"] for one in found["certificates"]["nodes"]]
            assert (public_id("certificate", first) in shown) is (asked is renewed), who


@pytest.mark.parametrize("planned", [True, False], ids=["planned", "ordinary"])
async def test_who_was_shown_a_whole_number_is_in_the_trail(
    desk: Desk, database: Database, vault: Vault, caregiver: Actor, planned: bool
) -> None:
    key = await make_certificate(database, vault, caregiver.id, CertificateKind.HEALTH)
    query = "{ certificates(first: 5) { nodes { number fullNumber } } }"
    for who, number in ((Role.STATION, NUMBER_GIVEN), (caregiver, None), (Role.OFFICIAL, None)):
        asked = await desk.ask(who, query, {}, planned=planned)
        shown = asked.body["data"]["certificates"]["nodes"]
        assert [one["fullNumber"] for one in shown] == [number]
    (entry,) = await trail(database, action="read")
    assert (entry.actor_id, entry.role) == (desk.actor(Role.STATION).id, Role.STATION)
    assert (entry.object_type, entry.object_id, entry.elder_id) == ("certificate", key, None)
    assert entry.fields == ["Certificate.fullNumber"]


async def test_an_assignment_is_ended_once_by_who_has_seen_it(
    api: Api, database: Database, caregiver: Actor
) -> None:
    key = await make_assignment(database, api.district.mother_id, caregiver.id)
    given = {"id": public_id("care_assignment", key), "expectedVersion": 2}
    refused = await ask(api, Role.STATION, "CareAssignmentEnd", ASSIGNED, **given)
    assert refused[1] == [("VERSION_CONFLICT", "expectedVersion")]
    given["expectedVersion"] = 1
    denied = await ask(api, Role.FAMILY, "CareAssignmentEnd", ASSIGNED, **given)
    assert denied[1] == [("PERMISSION_DENIED", None)]
    ended, errors = await ask(api, Role.STATION, "CareAssignmentEnd", ASSIGNED, **given)
    assert (errors, ended["until"], ended["version"]) == ([], day(0), 2)
    assert ended["endedBy"] == {"id": public_id("account", api.actor(Role.STATION).id)}
    again = await ask(api, Role.STATION, "CareAssignmentEnd", ASSIGNED, id=given["id"])
    assert again[1] == [("INVALID_INPUT", "id")]


async def test_of_a_certificate_entered_many_times_at_once_one_is_there(
    api: Api, database: Database, caregiver: Actor
) -> None:
    answers = await asyncio.gather(*(add(api, caregiver) for _ in range(8)))
    errors = sorted(errors for _, errors in answers)
    assert errors == [[], *[[("ALREADY_EXISTS", None)]] * 7]
    assert len(await database.fetch(select(col(Certificate.id)))) == 1


async def test_an_assignment_and_the_end_of_its_certificate_do_not_pass_each_other(
    api: Api, database: Database, vault: Vault, caregiver: Actor
) -> None:
    """Whichever came first: what was assigned afterwards would not have been."""
    for _ in range(5):
        await nobody_is_qualified(database)
        _, health = await qualify(database, vault, caregiver)
        gone = {"id": public_id("certificate", health), "because": "注销"}
        withdrawn, (made, errors) = await asyncio.gather(
            ask(api, Role.STATION, "CertificateWithdraw", PAPER, **gone), assign(api, caregiver)
        )
        assert withdrawn[1] == []
        assert errors in ([], [("CERTIFICATE_MISSING", "accountId")])
        stored = await database.fetch(
            select(col(CareAssignment.set_at), col(Certificate.withdrawn_at)).join(
                Certificate, col(Certificate.id) == health
            )
        )
        assert len(stored) == (not errors)
        assert (made is None) is bool(errors)
        for set_at, withdrawn_at in stored:
            assert set_at < withdrawn_at
