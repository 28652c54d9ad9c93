"""The family is told who was shown what; auditors read the trail of their region."""

from typing import Any

import pytest

from api.requests import Request
from api.texts import Language
from domain.access import Actor, Role
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from tests.clients import Api
from tests.makers.visits import make_scene, make_visit
from tests.plans.running import Runner
from tests.trail import trail
from tests.visiting import done

DOOR = "query ($id: ID!) { elder(id: $id) { fullAddress } }"
SEEN = """query (
  $elder: ID!, $since: DateTime, $until: DateTime, $first: Int = 20, $after: String
) {
  whoHasSeen(elder: $elder, since: $since, until: $until, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { at role account { name } action outcome objectId elder { name } fields purpose
      requestId address accountId } } }"""
TRAIL = """query ($filter: AuditFilter) { auditTrail(first: 50, filter: $filter) {
  totalCount nodes { at role action outcome objectId elder { id } fields requestId address
  accountId } } }"""


def mother(api: Api) -> str:
    return public_id("elder", api.district.mother_id)


async def seen(api: Api, who: Role | Actor, **more: Any) -> dict[str, Any]:
    data = await api.data(who, SEEN, elder=mother(api), **more)
    return data["whoHasSeen"]


@pytest.fixture
async def looked(api: Api, database: Database) -> Api:
    """The station and the daughter were shown the door, a volunteer went there; and the station
    was shown another elder's."""
    await api.data(Role.STATION, DOOR, id=mother(api))
    await api.data(Role.FAMILY, DOOR, id=mother(api))
    scene = await make_scene(database, api.district)
    await done(
        api, scene.ann, "Claim", await make_visit(database, scene.elder_id, scene.region_code)
    )
    await api.data(Role.STATION, DOOR, id=public_id("elder", api.district.neighbour_id))
    return api


@pytest.mark.parametrize("who", [Role.FAMILY, Role.ELDER, Role.ADMIN])
async def test_the_family_is_told_who_when_and_what(looked: Api, who: Role) -> None:
    page = await seen(looked, who)
    rows = page["nodes"]
    assert page["totalCount"] == 3
    assert [row["role"] for row in rows] == ["VOLUNTEER", "FAMILY", "STATION"]
    assert {row["action"] for row in rows} == {"read"}, "what else they do is their own work"
    assert {tuple(row["fields"]) for row in rows} == {("Elder.fullAddress",)}
    assert rows[2]["account"]["name"]
    assert {row["objectId"] for row in rows} == {mother(looked)}
    from_where = {(row["requestId"] is None, row["address"]) for row in rows}
    assert from_where == ({(False, "127.0.0.1")} if who is Role.ADMIN else {(True, None)})
    assert {row["accountId"] is None for row in rows} == {who is not Role.ADMIN}


async def test_it_is_read_page_by_page_and_by_its_time(looked: Api) -> None:
    first = await seen(looked, Role.FAMILY, first=2)
    assert first["pageInfo"]["hasNextPage"]
    rest = await seen(looked, Role.FAMILY, first=2, after=first["pageInfo"]["endCursor"])
    whole = (await seen(looked, Role.FAMILY))["nodes"]
    assert first["nodes"] + rest["nodes"] == whole
    later = await seen(looked, Role.FAMILY, since=whole[1]["at"])
    assert later["nodes"] == whole[:2]
    earlier = await seen(looked, Role.FAMILY, until=whole[1]["at"])
    assert earlier["nodes"] == whole[2:]


@pytest.mark.parametrize(
    "who", sorted(set(Role) - {Role.ADMIN, Role.AUDITOR, Role.FAMILY, Role.ELDER})
)
async def test_who_is_not_of_the_family_is_told_nothing(looked: Api, who: Role) -> None:
    assert (await seen(looked, who))["totalCount"] == 0


async def test_anothers_daughter_is_told_nothing(looked: Api) -> None:
    stranger = Actor(looked.district.neighbour_daughter_id, Role.FAMILY)
    assert (await seen(looked, stranger))["totalCount"] == 0


async def test_an_auditor_reads_the_trail_of_the_regions_elders(looked: Api) -> None:
    auditor = looked.actor(Role.AUDITOR)
    here = Actor(auditor.id, Role.AUDITOR, "330102")
    elsewhere = Actor(auditor.id, Role.AUDITOR, "330108")
    page = (await looked.data(here, TRAIL))["auditTrail"]
    assert page["totalCount"] == 5
    assert {row["action"] for row in page["nodes"]} == {"read", "visit_claim"}
    assert {row["elder"] for row in page["nodes"]} == {None}, "an auditor sees no elder"
    assert {row["address"] for row in page["nodes"]} == {"127.0.0.1"}
    daughter = public_id("account", looked.actor(Role.FAMILY).id)
    assert daughter in {row["accountId"] for row in page["nodes"]}, "who it was, seen or not"
    claimed = {"filter": {"action": "visit_claim", "outcome": "DONE", "elder": mother(looked)}}
    (row,) = (await looked.data(here, TRAIL, **claimed))["auditTrail"]["nodes"]
    assert row["role"] == "VOLUNTEER"
    assert (await looked.data(elsewhere, TRAIL))["auditTrail"]["totalCount"] == 0


async def test_an_administrator_reads_all_of_it(looked: Api, database: Database) -> None:
    whole = await trail(database)
    page = (await looked.data(Role.ADMIN, TRAIL))["auditTrail"]
    assert page["totalCount"] == len(whole)
    account = public_id("account", looked.actor(Role.FAMILY).id)
    by_her = (await looked.data(Role.ADMIN, TRAIL, filter={"account": account}))["auditTrail"]
    assert [row["role"] for row in by_her["nodes"]] == ["FAMILY"]


@pytest.mark.parametrize("who", [Role.FAMILY, Role.ADMIN, Role.VOLUNTEER])
async def test_planned_or_not_the_answer_is_the_same(
    looked: Api, database: Database, vault: Vault, who: Role
) -> None:
    actor, runner = looked.actor(who), Runner(database, vault)
    for query in (SEEN, TRAIL):
        answers = [
            await runner.outcome(
                Request(query, {"elder": mother(looked)} if query is SEEN else {}),
                actor,
                Language.EN,
                planned=planned,
            )
            for planned in (True, False)
        ]
        assert answers[0].answer.planned
        assert answers[0].body == answers[1].body
