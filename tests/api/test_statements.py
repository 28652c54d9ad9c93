"""No list costs more than a bounded number of statements, however long it is."""

import pytest

from api.context import Context
from api.execution import answered
from api.feed import Feed
from api.requests import Request
from api.texts import Language
from domain.access import Actor, Role
from domain.crypto import Vault
from domain.database import Database
from yiyang.district.cast import District

DEEP = """
query ($first: Int!) { elders(first: $first) { nodes {
  id name age tags address region { code name }
  contacts { name relation phone }
  devices { id kind online lastSeenAt elder { id name region { name } } }
  alarms(first: 3) { totalCount pageInfo { hasNextPage }
    nodes { id spokenText availableActions elder { name } device { kind } } }
} } }
"""


@pytest.mark.parametrize("first", [1, 20, 200])
async def test_a_deep_list_costs_the_same_for_one_row_and_for_two_hundred(
    database: Database, database_url: str, vault: Vault, district: District, first: int
) -> None:
    actor = Actor(district.players[Role.ADMIN].account_id, Role.ADMIN)
    context = Context(database, actor, Language.EN, "test", Feed(database_url), vault)
    answer = await answered(Request(DEEP, {"first": first}), context, planned=False)
    assert len(answer.body["data"]["elders"]["nodes"]) == first
    assert "errors" not in answer.body
    assert context.loaders.statement_count <= 10
