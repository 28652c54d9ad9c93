"""Advisors answer for elders, one at a time, and see them for as long; what these need has its
states; what might help says why."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.advising.models import CareNeed, CareNeedKind, CareNeedUrgency, Caseload
from domain.calendar import today
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from tests.clients import Api
from tests.makers.accounts import make_account
from tests.makers.advising import make_caseload, make_need, nobody_is_advised
from tests.trail import trail

CASE = "id since until version account { id } elder { id } endedBy { id }"
NEED = "id kind urgency state note closedAt availableActions"
CASES = f"""query ($filter: CaseloadFilter) {{ caseloads(first: 50, filter: $filter) {{
  nodes {{ {CASE} }} }} }}"""
ELDER = """query ($id: ID!) { elder(id: $id) { name advisor { account { id } since }
  careNeeds(first: 9) { nodes { kind note } }
  serviceSuggestions { kind needId urgency careLevel tags age } } }"""


def day(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


@pytest.fixture
async def advisor(api: Api, database: Database) -> Actor:
    """Somebody new, who advises on nothing yet."""
    await nobody_is_advised(database)
    region = api.actor(Role.ADVISOR).region
    return await make_account(database, Role.ADVISOR, name="苏问", region_code=region)


async def ask(api: Api, who: Role | Actor, verb: str, shown: str, **given: Any) -> Any:
    """A mutation's object and its errors, codes and fields."""
    node = "caseload" if verb.startswith("Caseload") else "careNeed"
    query = f"""mutation ($i: {verb}Input!) {{ done: {verb[0].lower()}{verb[1:]}(input: $i) {{
      thing: {node} {{ {shown} }} userErrors {{ code field }} }} }}"""
    answer = (await api.data(who, query, i=given))["done"]
    return answer["thing"], [(one["code"], one["field"]) for one in answer["userErrors"]]


async def assign(
    api: Api, advisor: Actor, who: Role | Actor = Role.STATION, **different: Any
) -> Any:
    given = {
        "elderId": public_id("elder", api.district.mother_id),
        "accountId": public_id("account", advisor.id),
        **different,
    }
    return await ask(api, who, "CaseloadAssign", CASE, **given)


async def need(api: Api, who: Role | Actor, **different: Any) -> Any:
    given = {
        "elderId": public_id("elder", api.district.mother_id),
        "kind": "BATHING",
        "urgency": "SOON",
        "source": "VISIT",
        **different,
    }
    return await ask(api, who, "CareNeedAdd", NEED, **given)


async def seen(api: Api, who: Role | Actor, elder_id: Any) -> Any:
    return (await api.data(who, ELDER, id=public_id("elder", elder_id)))["elder"]


async def test_an_advisor_sees_an_elder_for_as_long_as_they_answer_for_them(
    api: Api, advisor: Actor
) -> None:
    mother = api.district.mother_id
    assert await seen(api, advisor, mother) is None
    made, errors = await assign(api, advisor)
    assert (errors, made["since"], made["until"]) == ([], day(0), None)
    shown = await seen(api, advisor, mother)
    account = {"id": public_id("account", advisor.id)}
    assert (shown["name"], shown["advisor"]) == ("王筱琴", {"account": account, "since": day(0)})
    assert (await seen(api, Role.FAMILY, mother))["advisor"]["account"] == account
    ended, errors = await ask(
        api, Role.STATION, "CaseloadEnd", CASE, id=made["id"], expectedVersion=1
    )
    assert (errors, ended["until"], ended["version"]) == ([], day(0), 2)
    assert await seen(api, advisor, mother) is None
    (mine,) = (await api.data(advisor, CASES))["caseloads"]["nodes"]
    assert (mine["id"], mine["elder"]) == (made["id"], None)
    again = await ask(api, Role.STATION, "CaseloadEnd", CASE, id=made["id"])
    assert again[1] == [("INVALID_INPUT", "id")]


async def test_an_advisor_advises_where_the_elder_lives(api: Api, database: Database) -> None:
    await nobody_is_advised(database)
    elsewhere = await make_account(database, Role.ADVISOR, name="苏远", region_code="330106")
    _, errors = await assign(api, elsewhere)
    assert errors == [("INVALID_INPUT", "accountId")]
    told = """mutation ($i: CaseloadAssignInput!) { caseloadAssign(input: $i) {
      userErrors { message } } }"""
    given = {
        "elderId": public_id("elder", api.district.mother_id),
        "accountId": public_id("account", elsewhere.id),
    }
    (said,) = (await api.data(Role.STATION, told, i=given))["caseloadAssign"]["userErrors"]
    assert "不负责长者居住的区域" in said["message"]
    assert await seen(api, elsewhere, api.district.mother_id) is None


async def test_no_case_begins_in_the_past_or_in_years_to_come(api: Api, advisor: Actor) -> None:
    for since in (day(-1), day(367), "9999-12-31"):
        assert (await assign(api, advisor, since=since))[1] == [("INVALID_INPUT", "since")]
    assert (await assign(api, advisor, since=day(366)))[1] == []


async def test_a_case_to_come_shows_nothing_before_its_day(api: Api, advisor: Actor) -> None:
    _, errors = await assign(api, advisor, since=day(1))
    assert errors == []
    assert await seen(api, advisor, api.district.mother_id) is None


@pytest.mark.parametrize(
    ("who", "different", "error"),
    [
        (Role.ADVISOR, {}, ("NOT_FOUND", "elderId")),
        (Role.DISPATCHER, {}, ("PERMISSION_DENIED", None)),
        (Role.STATION, {"since": day(-1)}, ("INVALID_INPUT", "since")),
        (Role.STATION, {"role": Role.CAREGIVER}, ("INVALID_INPUT", "accountId")),
        (Role.STATION, {"accountId": "account_" + "0" * 32}, ("NOT_FOUND", "accountId")),
    ],
    ids=["advisor", "dispatcher", "past", "caregiver", "nobody"],
)
async def test_what_is_no_case(
    api: Api,
    database: Database,
    advisor: Actor,
    who: Role,
    different: dict[str, Any],
    error: tuple[str, str | None],
) -> None:
    if "role" in different:
        different = {"accountId": public_id("account", api.actor(different["role"]).id)}
    assert (await assign(api, advisor, who, **different))[1] == [error]
    assert list(await database.fetch(select(col(Caseload.id)))) == []


async def test_one_at_a_time_and_handed_over_in_one_step(
    api: Api, database: Database, advisor: Actor
) -> None:
    made, _ = await assign(api, advisor)
    other = await make_account(database, Role.ADVISOR, name="罗言", region_code=advisor.region)
    assert (await assign(api, other))[1] == [("ALREADY_EXISTS", "elderId")]
    query = """mutation ($i: CaseloadAssignInput!) { caseloadAssign(input: $i) {
      userErrors { blockers } } }"""
    given = {
        "elderId": public_id("elder", api.district.mother_id),
        "accountId": public_id("account", other.id),
        "since": day(30),
    }
    told = (await api.data(Role.STATION, query, i=given))["caseloadAssign"]["userErrors"]
    assert told == [{"blockers": [made["id"]]}]
    given = {"id": made["id"], "accountId": public_id("account", other.id)}
    stale = await ask(api, Role.STATION, "CaseloadHandOver", CASE, **given, expectedVersion=7)
    assert stale[1] == [("VERSION_CONFLICT", "expectedVersion")]
    wrong = {**given, "accountId": public_id("account", api.actor(Role.STATION).id)}
    assert (await ask(api, Role.STATION, "CaseloadHandOver", CASE, **wrong))[1] == [
        ("INVALID_INPUT", "accountId")
    ]
    assert await seen(api, advisor, api.district.mother_id), "nothing was half done"
    new, errors = await ask(api, Role.OFFICIAL, "CaseloadHandOver", CASE, **given)
    assert (errors, new["account"]["id"]) == ([], given["accountId"])
    assert await seen(api, advisor, api.district.mother_id) is None
    assert await seen(api, other, api.district.mother_id)
    today_on = {"on": day(0), "elder": public_id("elder", api.district.mother_id)}
    (one,) = (await api.data(Role.STATION, CASES, filter=today_on))["caseloads"]["nodes"]
    assert one["id"] == new["id"]


async def test_of_many_who_are_assigned_at_once_one_answers(
    api: Api, database: Database, advisor: Actor
) -> None:
    others = [
        await make_account(database, Role.ADVISOR, name="罗言", region_code=advisor.region)
        for _ in range(6)
    ]
    answers = await asyncio.gather(*(assign(api, one) for one in [advisor, *others]))
    assert sorted(errors for _, errors in answers) == [
        *([], *[[("ALREADY_EXISTS", "elderId")]] * 6)
    ]
    assert len(await database.fetch(select(col(Caseload.id)))) == 1


async def test_a_case_handed_over_twice_at_once_has_one_advisor(
    api: Api, database: Database, advisor: Actor
) -> None:
    made, _ = await assign(api, advisor)
    others = [
        await make_account(database, Role.ADVISOR, name="罗言", region_code=advisor.region)
        for _ in range(4)
    ]
    answers = await asyncio.gather(
        *(
            ask(
                api,
                Role.STATION,
                "CaseloadHandOver",
                CASE,
                id=made["id"],
                accountId=public_id("account", one.id),
            )
            for one in others
        )
    )
    assert sorted(errors for _, errors in answers) == [*([], *[[("INVALID_INPUT", "id")]] * 3)]
    assert (
        len(await database.fetch(select(col(Caseload.id)).where(col(Caseload.until).is_(None))))
        == 1
    )


async def test_a_need_is_found_and_met_once(api: Api, database: Database, advisor: Actor) -> None:
    await make_caseload(database, api.district.mother_id, advisor.id)
    made, errors = await need(api, advisor, note="浴室没有扶手")
    assert (errors, made["state"], made["note"]) == ([], "OPEN", "浴室没有扶手")
    assert made["availableActions"] == ["MEET", "DECLINE", "WITHDRAW"]
    assert (await need(api, advisor))[1] == [("ALREADY_EXISTS", None)]
    in_need = {"inNeed": True}
    (case,) = (await api.data(advisor, CASES, filter=in_need))["caseloads"]["nodes"]
    assert case["elder"]["id"] == public_id("elder", api.district.mother_id)
    met, errors = await ask(api, advisor, "CareNeedMeet", NEED, id=made["id"])
    assert (errors, met["state"], met["availableActions"]) == ([], "MET", [])
    assert met["closedAt"] is not None
    assert (await api.data(advisor, CASES, filter=in_need))["caseloads"]["nodes"] == []
    for verb in ("Meet", "Decline", "Withdraw"):
        late = await ask(api, advisor, f"CareNeed{verb}", NEED, id=made["id"])
        assert late[1] == [("ILLEGAL_TRANSITION", None)]
    for verb, state in (("Decline", "DECLINED"), ("Withdraw", "WITHDRAWN")):
        again, errors = await need(api, advisor)
        assert errors == []
        closed, errors = await ask(api, Role.STATION, f"CareNeed{verb}", NEED, id=again["id"])
        assert (errors, closed["state"]) == ([], state)
    assert (await need(api, advisor, note="长" * 2001))[1] == [("INVALID_INPUT", "note")]
    assert (await need(api, Role.FAMILY))[1] == [("PERMISSION_DENIED", None)]


async def test_of_a_need_entered_many_times_at_once_one_is_open(
    api: Api, database: Database, advisor: Actor
) -> None:
    await make_caseload(database, api.district.mother_id, advisor.id)
    answers = await asyncio.gather(*(need(api, advisor) for _ in range(8)))
    assert sorted(errors for _, errors in answers) == [*([], *[[("ALREADY_EXISTS", None)]] * 7)]
    assert len(await database.fetch(select(col(CareNeed.id)))) == 1


async def test_who_is_told_what_was_found_is_in_the_trail(
    api: Api, database: Database, vault: Vault, advisor: Actor
) -> None:
    await make_need(database, api.district.mother_id, advisor.id, vault=vault)
    for who, notes in ((Role.FAMILY, ["浴室没有扶手"]), (Role.STATION, ["浴室没有扶手"])):
        shown = await seen(api, who, api.district.mother_id)
        assert [one["note"] for one in shown["careNeeds"]["nodes"]] == notes
    assert (await seen(api, Role.OFFICIAL, api.district.mother_id))["careNeeds"]["nodes"] == []
    read = [row for row in await trail(database) if "CareNeed.note" in (row.fields or [])]
    assert {row.role for row in read} == {Role.FAMILY, Role.STATION}
    assert {row.elder_id for row in read} == {api.district.mother_id}


async def test_what_might_help_says_why(api: Api, database: Database, advisor: Actor) -> None:
    """The mother is 78, lives alone, and her level is mild."""
    mother = api.district.mother_id
    key = await make_need(
        database, mother, advisor.id, CareNeedKind.BATHING, urgency=CareNeedUrgency.URGENT
    )
    shown = (await seen(api, Role.STATION, mother))["serviceSuggestions"]
    nothing = {"needId": None, "urgency": None, "careLevel": None, "tags": [], "age": None}
    needed = {**nothing, "needId": public_id("care_need", key), "urgency": "URGENT"}
    alone = {**nothing, "tags": ["LIVES_ALONE"]}
    assert shown == [
        {"kind": "BATHING", **needed},
        *({"kind": kind, **alone} for kind in ("MEALS", "EMERGENCY", "COMPANY")),
    ]
    for who in (Role.ELDER, Role.FAMILY, Role.ADMIN):
        assert (await seen(api, who, mother))["serviceSuggestions"] == shown
    for who in (Role.OFFICIAL, Role.DISPATCHER):
        assert (await seen(api, who, mother))["serviceSuggestions"] is None


async def test_a_day_of_a_case_is_the_districts(
    api: Api, database: Database, advisor: Actor
) -> None:
    over = {"since": date(2020, 1, 1), "until": today()}
    await make_caseload(database, api.district.mother_id, advisor.id, **over)
    assert await seen(api, advisor, api.district.mother_id) is None
    made, errors = await assign(api, advisor)
    assert (errors, made["since"]) == ([], day(0))
