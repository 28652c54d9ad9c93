"""One operation for all there is to an elder: bounded statements, right for each role."""

from typing import Any
from uuid import UUID

import pytest

from api.context import Context
from api.execution import answered
from api.feed import Feed
from api.requests import Request
from api.texts import Language
from domain.access import Actor, Role
from domain.crypto import Vault
from domain.database import Database
from domain.ids import parse_public_id, public_id
from tests.access.oracle import expected
from tests.access.world import World
from tests.signals import press
from yiyang.district.cast import District

ELDER = """
  id name age careLevel tags address fullAddress region { code name }
  contacts { name relation phone }
  devices { id kind online }
  currentStay { id state startsOn bed { label kind station { name region { name } } }
    admittedBy { name } }
  visits(first: 10) { totalCount nodes { id state scheduledFrom volunteer { name }
    verifiedBy { name } history { action account { name } } } }
  mealOrders(first: 10) { nodes { id day meal state price subsidy canteen { name }
    items { name unitPrice } placedBy { name } } }
  assistanceCases(first: 10) { nodes { id kind state clock { dueOn source }
    submittedBy { name } acceptedBy { name } history { action account { name } } } }
  alarms(first: 10) { nodes { id type state device { kind } acknowledgedBy { name } } }
"""
ONE = f"query ($id: ID!) {{ elder(id: $id) {{ {ELDER} }} }}"
MANY = f"query ($first: Int!) {{ elders(first: $first) {{ nodes {{ {ELDER} }} }} }}"
STATEMENTS = 34
"""As many as the operation has places to read from, however many elders it is about."""

CONNECTIONS = {
    "visits": "visit_task",
    "mealOrders": "meal_order",
    "assistanceCases": "assistance_case",
    "alarms": "alarm",
}


@pytest.fixture
def feed(database_url: str) -> Feed:
    """Not started: nothing is streamed here."""
    return Feed(database_url)


async def ask(context: Context, query: str, **variables: Any) -> Any:
    answer = await answered(Request(query, variables), context, planned=False)
    assert "errors" not in answer.body, answer.body
    return answer.body["data"]


@pytest.mark.parametrize("first", [1, 10, 40])
async def test_as_many_statements_for_one_as_for_forty(
    database: Database, feed: Feed, vault: Vault, district: District, first: int
) -> None:
    actor = Actor(district.players[Role.ADMIN].account_id, Role.ADMIN)
    context = Context(database, actor, Language.EN, "test", feed, vault)
    data = await ask(context, MANY, first=first)
    assert len(data["elders"]["nodes"]) == first
    assert context.loaders.statement_count <= STATEMENTS


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_reads_of_the_ward_what_it_may(
    database: Database,
    database_url: str,
    feed: Feed,
    vault: Vault,
    district: District,
    role: Role,
) -> None:
    await press(database, district)
    player = district.players[role]
    actor = Actor(player.account_id, role, player.region_code)
    world = await World.read(database_url)
    for elder_id in (district.mother_id, district.ward_id):
        context = Context(database, actor, Language.EN, "test", feed, vault)
        elder = (await ask(context, ONE, id=public_id("elder", elder_id)))["elder"]
        assert context.loaders.statement_count <= STATEMENTS
        if elder_id not in expected(world, actor, "elder"):
            assert elder is None
            continue
        for name, table in CONNECTIONS.items():
            rows = [row for row in elder[name]["nodes"] if row["id"]]
            seen = {key_in(row["id"]) for row in rows}
            of_elder = {
                key
                for key in expected(world, actor, table)
                if world.tables[table][key]["elder_id"] == elder_id
            }
            assert seen <= of_elder
            assert len(seen) == min(10, len(of_elder)), (table, role)
        reads_address = role not in (Role.OFFICIAL, Role.ADVISOR)
        assert (elder["fullAddress"] is not None) is reads_address
        masked = {tuple(mask["path"]): mask["reason"] for mask in context.masked}
        assert (masked.get(("elder", "fullAddress")) == "NOT_PERMITTED") is not reads_address


def key_in(global_id: str) -> UUID:
    parsed = parse_public_id(global_id)
    assert parsed
    return parsed[1]
