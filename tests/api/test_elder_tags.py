"""Tags are dated and sourced, answered by date, and never forgotten."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.access import Role
from domain.calendar import today
from domain.database import Database
from domain.elders.models import KEY_TAGS, Tag
from domain.ids import public_id
from tests.clients import Api
from tests.makers.canteens import make_elder, years_ago
from yiyang.district.addresses import DISTRICT

PAST = date(2026, 3, 1)

MUTATION = """mutation ($input: {name}Input!) {{ {field}(input: $input) {{
  elder {{ tags }} userErrors {{ code field }} }} }}"""
ELDER = """query ($id: ID!, $on: Date) { elder(id: $id) { tags(asOf: $on) advancedAge
  tagHistory { tag since until source enteredBy { name } withdrawnAt withdrawnBy { name } } } }"""
FOUND = """query ($filter: ElderFilter) { elders(first: 200, filter: $filter) {
  totalCount nodes { id } } }"""
KEY_TAGS_PUT = """mutation ($input: KeyTagSetPutInput!) { keyTagSetPut(input: $input) {
  keyTagSet { id since tags region { code } setBy { name } } userErrors { code field } } }"""


@pytest.fixture
async def elder(api: Api, database: Database) -> str:
    """Somebody of the station's region, without a tag; her id."""
    region = api.actor(Role.STATION).region or ""
    return public_id("elder", await make_elder(database, await community(database, region)))


async def community(database: Database, region: str) -> str:
    """A community of a region."""
    found = await database.rows(
        "SELECT min(region_code) FROM elder WHERE starts_with(region_code, $1)",
        (region,),
        once=False,
    )
    return found[0][0]


async def ask(api: Api, who: Role, field: str, **given: Any) -> Any:
    query = MUTATION.format(name=field[0].upper() + field[1:], field=field)
    given = {key: str(one) if isinstance(one, date) else one for key, one in given.items()}
    return (await api.data(who, query, input=given))[field]


async def tagged(api: Api, elder: str, tag: str = "LIVES_ALONE", **given: Any) -> Any:
    """Entered by the station."""
    wanted = {"id": elder, "tag": tag, "source": "社区走访", **given}
    return await ask(api, Role.STATION, "elderTagAdd", **wanted)


async def on(api: Api, elder: str, day: date | None = None) -> Any:
    """What the register says of a day."""
    data = await api.data(Role.OFFICIAL, ELDER, id=elder, on=day and str(day))
    return data["elder"]


async def found(api: Api, **filter: Any) -> set[str]:
    nodes = (await api.data(Role.ADMIN, FOUND, filter=filter))["elders"]["nodes"]
    return {node["id"] for node in nodes}


async def test_the_register_answers_as_of_a_date(api: Api, elder: str) -> None:
    end = PAST + timedelta(days=31)
    assert (await tagged(api, elder, since=PAST, until=end))["userErrors"] == []
    wanted = [(PAST, True), (end - timedelta(days=1), True)]
    for day, carried in [(PAST - timedelta(days=1), False), *wanted, (end, False), (None, False)]:
        assert (await on(api, elder, day))["tags"] == (["LIVES_ALONE"] if carried else [])
        asked = {"asOf": day and str(day), "region": DISTRICT}
        for filter in ({"tag": "LIVES_ALONE"}, {"tagsAny": ["DEMENTIA", "LIVES_ALONE"]}):
            assert (elder in await found(api, **asked, **filter)) is carried
        assert elder not in await found(api, **asked, tagsAny=["DEMENTIA"])
        assert (elder in await found(api, **asked, keyElder=True)) is carried
        assert (elder in await found(api, **asked, keyElder=False)) is not carried


async def test_overlapping_periods_of_one_tag_are_impossible(api: Api, elder: str) -> None:
    later = PAST + timedelta(days=31)
    await tagged(api, elder, since=PAST, until=later)
    before = await on(api, elder)
    refused: list[dict[str, Any]] = [
        {"since": later - timedelta(days=1)},
        {"since": PAST - timedelta(days=1), "until": PAST + timedelta(days=1)},
        {"since": PAST, "until": later},
    ]
    for given in refused:
        answer = await tagged(api, elder, **given)
        assert [one["code"] for one in answer["userErrors"]] == ["ALREADY_EXISTS"]
    assert await on(api, elder) == before
    # The day after is free, the day before, and so is another tag.
    assert (await tagged(api, elder, since=later))["userErrors"] == []
    assert (await tagged(api, elder, since=PAST - timedelta(days=1), until=PAST))[
        "userErrors"
    ] == []
    assert (await tagged(api, elder, "DEMENTIA", since=PAST))["userErrors"] == []


async def test_of_many_who_enter_the_same_tag_at_once_one_does(api: Api, elder: str) -> None:
    answers = await asyncio.gather(*(tagged(api, elder) for _ in range(8)))
    codes = [error["code"] for answer in answers for error in answer["userErrors"]]
    assert codes == ["ALREADY_EXISTS"] * 7
    assert len((await on(api, elder))["tagHistory"]) == 1


async def test_what_has_ended_did_hold_and_what_was_believed_stays(api: Api, elder: str) -> None:
    await tagged(api, elder, since=PAST)
    done = await ask(api, Role.STATION, "elderTagEnd", id=elder, tag="LIVES_ALONE")
    assert done == {"elder": {"tags": []}, "userErrors": []}
    now = await on(api, elder, PAST)
    assert now["tags"] == ["LIVES_ALONE"]
    first, second = now["tagHistory"]
    assert (first["until"], second["until"]) == (None, str(today()))
    assert first["withdrawnBy"] == second["enteredBy"]
    assert second["enteredBy"] is not None
    assert first["source"] == second["source"] == "社区走访"
    assert first["withdrawnAt"] is not None is second["withdrawnAt"]
    again = await ask(api, Role.STATION, "elderTagEnd", id=elder, tag="LIVES_ALONE")
    assert again["userErrors"] == [{"code": "INVALID_INPUT", "field": "tag"}]


async def test_what_was_entered_wrongly_never_held(api: Api, elder: str) -> None:
    await tagged(api, elder, since=PAST)
    given = {"id": elder, "tag": "LIVES_ALONE"}
    wrong = await ask(api, Role.STATION, "elderTagWithdraw", **given, since=today())
    assert wrong["userErrors"] == [{"code": "INVALID_INPUT", "field": "tag"}]
    done = await ask(api, Role.STATION, "elderTagWithdraw", **given, since=PAST)
    assert done["userErrors"] == []
    said = await on(api, elder, PAST)
    assert said["tags"] == []
    assert [one["withdrawnAt"] is None for one in said["tagHistory"]] == [False]
    # With the right days it is entered anew.
    assert (await tagged(api, elder, since=PAST + timedelta(days=1)))["userErrors"] == []


async def test_advanced_age_is_derived_and_never_entered(
    api: Api, database: Database, elder: str
) -> None:
    query = MUTATION.format(name="ElderTagAdd", field="elderTagAdd")
    given = {"id": elder, "tag": "ADVANCED_AGE", "source": "社区走访"}
    refused = await api.post(Role.STATION, query, {"input": given})
    assert refused["errors"][0]["extensions"]["code"] == "INVALID_VARIABLE"
    assert (await on(api, elder))["tagHistory"] == []
    for days, old in ((0, True), (1, False)):
        born = years_ago(80) + timedelta(days=days)
        key = await make_elder(database, await community(database, DISTRICT), birth_date=born)
        data = await api.data(Role.ADMIN, ELDER, id=public_id("elder", key))
        assert data["elder"]["advancedAge"] is old


@pytest.mark.parametrize("tag", list(Tag))
async def test_key_elders_carry_one_of_the_six_groups_tags(api: Api, elder: str, tag: Tag) -> None:
    await tagged(api, elder, tag.value, since=PAST)
    assert (elder in await found(api, keyElder=True, region=DISTRICT)) is (tag in KEY_TAGS)


async def test_key_elders_are_those_whom_the_district_counts(api: Api, elder: str) -> None:
    await tagged(api, elder, "DEMENTIA", since=PAST)
    tomorrow = today() + timedelta(days=1)
    given = {"regionCode": DISTRICT, "tags": ["DEMENTIA", "DISABLED"], "since": str(tomorrow)}
    put = (await api.data(Role.OFFICIAL, KEY_TAGS_PUT, input=given))["keyTagSetPut"]
    assert put["userErrors"] == []
    assert put["keyTagSet"]["tags"] == ["DEMENTIA", "DISABLED"]
    # What is counted today stays as it is.
    assert elder not in await found(api, keyElder=True)
    assert elder in await found(api, keyElder=True, asOf=str(tomorrow))
    anew = {**given, "tags": ["LIVES_ALONE"]}
    changed = (await api.data(Role.ADMIN, KEY_TAGS_PUT, input=anew))["keyTagSetPut"]
    assert changed["keyTagSet"]["id"] == put["keyTagSet"]["id"]
    assert elder not in await found(api, keyElder=True, asOf=str(tomorrow))


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"regionCode": "330102001"}, {"code": "INVALID_INPUT", "field": "regionCode"}),
        ({"regionCode": "3301"}, {"code": "PERMISSION_DENIED", "field": "regionCode"}),
        ({"regionCode": "999999"}, {"code": "NOT_FOUND", "field": "regionCode"}),
        ({"tags": []}, {"code": "INVALID_INPUT", "field": "tags"}),
        (
            {"since": str(today() - timedelta(days=1))},
            {"code": "INVALID_INPUT", "field": "since"},
        ),
    ],
    ids=["street", "above", "nowhere", "nothing", "past"],
)
async def test_what_a_district_cannot_count(api: Api, given: Any, error: Any) -> None:
    wanted = {"regionCode": DISTRICT, "tags": ["DEMENTIA"], **given}
    put = (await api.data(Role.OFFICIAL, KEY_TAGS_PUT, input=wanted))["keyTagSetPut"]
    assert put == {"keyTagSet": None, "userErrors": [error]}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"source": " "}, "source"),
        ({"source": "长" * 201}, "source"),
        ({"since": years_ago(71)}, "since"),
        ({"since": PAST, "until": PAST}, "until"),
    ],
    ids=["no source", "long source", "before birth", "ends as it begins"],
)
async def test_what_a_tag_cannot_be(api: Api, elder: str, given: Any, field: str) -> None:
    answer = await tagged(api, elder, **given)
    assert answer["userErrors"] == [{"code": "INVALID_INPUT", "field": field}]
    assert (await on(api, elder))["tagHistory"] == []


async def test_whoever_only_reads_changes_nothing(api: Api, elder: str) -> None:
    given = {"id": elder, "tag": "LIVES_ALONE", "source": "社区走访"}
    for role, code in ((Role.OFFICIAL, "PERMISSION_DENIED"), (Role.AUDITOR, "NOT_FOUND")):
        (error,) = (await ask(api, role, "elderTagAdd", **given))["userErrors"]
        assert error["code"] == code
    stranger = public_id("elder", UUID(int=1))
    (error,) = (await tagged(api, stranger))["userErrors"]
    assert error == {"code": "NOT_FOUND", "field": "id"}
    assert (await on(api, elder))["tagHistory"] == []
