"""Where no plan makes the answer, ordinary execution makes the same, and nothing happens twice."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from api.execution import streamed
from api.requests import Request
from domain.access import Role
from domain.crypto import Vault
from tests.api.plan.desk import Asked, Desk, WatchedDatabase
from tests.signals import press
from yiyang.district.cast import District

ACKNOWLEDGE = """mutation ($id: ID!) { alarmAcknowledge(input: {id: $id}) {
  alarm { id state %s } userErrors { code } } }"""


class CountingDatabase(WatchedDatabase):
    """Counts what is written, too."""

    transactions = 0

    @asynccontextmanager
    async def transaction(
        self, actor: str, *, dry_run: bool = False
    ) -> AsyncGenerator[AsyncSession, None]:
        """One more."""
        self.transactions += 1
        async with super().transaction(actor, dry_run=dry_run) as session:
            yield session


@pytest.fixture
async def counting(
    database_url: str, vault: Vault, district: District
) -> AsyncGenerator[Desk, None]:
    """Whose database counts transactions."""
    database = CountingDatabase(database_url, role=None)
    yield Desk(database, vault, district)
    await database.close()


def same(one: Asked, other: Asked) -> bool:
    """Whether two answers are the same to the byte."""
    return orjson.dumps(one.body) == orjson.dumps(other.body)


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { queryType { name } } elders(first: 2) { nodes { name } } }",
        '{ elders(first: 2) { nodes { name } } __type(name: "Elder") { kind } }',
    ],
)
async def test_what_is_asked_of_the_schema_may_stand_beside_anything(
    desk: Desk, query: str
) -> None:
    planned = await desk.ask(Role.DISPATCHER, query)
    assert not planned.answer.planned
    assert "asks about the schema" in str(planned.context.unplanned)
    assert "errors" not in planned.body
    assert same(planned, await desk.ask(Role.DISPATCHER, query, planned=False))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ('{ elder(id: "x") { name } viewer { id } }', "id"),
        ('{ elder(id: "device_01a1fb6718017000a4ce9016d6c85809") { name } }', "id"),
        ('{ node(id: "") { id } viewer { id } }', "id"),
        ('{ nodes(ids: ["elder_01a1fb6718017000a4ce9016d6c85809", "x"]) { id } }', "id"),
        ("{ nodes(ids: [" + '"x",' * 201 + "]) { id } }", "ids"),
        ('{ elders(first: 2, after: "中") { nodes { id } } viewer { id } }', "after"),
        ('{ elders(first: 2, before: "W10") { nodes { id } } }', "before"),
        ('{ visitTasks(first: 2, after: "WzBd") { nodes { id } } }', "after"),
        ("{ elders(first: 2, last: 2) { nodes { id } } viewer { id } }", "first"),
        ("{ elders { nodes { id } } }", "first"),
        ("{ elders(first: 201) { nodes { id } } }", "first"),
        ("{ elders(last: -1) { nodes { id } } viewer { id } }", "last"),
        ("{ elders(first: 2) { nodes { id alarms(first: 1, last: 1) { totalCount } } } }", "first"),
        ('{ elders(first: 2, filter: {region: "x"}) { nodes { id } } viewer { id } }', "region"),
        ('{ elders(first: 2, filter: {nameContains: "\\u0000"}) { nodes { id } } }', None),
        ("query ($all: Boolean = true) { viewer { id @include(if: $all) } }", None),
    ],
)
async def test_an_error_is_the_same_and_so_is_what_stands_beside_it(
    desk: Desk, query: str, field: str | None
) -> None:
    variables = {"all": None} if "$all" in query else None
    planned = await desk.ask(Role.DISPATCHER, query, variables)
    assert not planned.answer.planned
    assert planned.context.unplanned
    error = planned.body["errors"][0]
    assert error["extensions"].get("field", "") == (field or "")
    assert same(planned, await desk.ask(Role.DISPATCHER, query, variables, planned=False))


async def test_the_rest_of_the_answer_stands(desk: Desk) -> None:
    asked = await desk.ask(Role.OFFICIAL, '{ elder(id: "x") { id } viewer { id name } }')
    (error,) = asked.body["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["elder"], "INVALID_INPUT")
    assert asked.body["data"]["elder"] is None
    assert asked.body["data"]["viewer"]["name"]


async def events(desk: Desk) -> tuple[int, int]:
    """How many events have been told, and how many lines the logs of alarms have."""
    ((told,),) = await desk.database.rows("SELECT count(*) FROM outbox_event", (), once=False)
    ((logged,),) = await desk.database.rows("SELECT count(*) FROM alarm_log", (), once=False)
    return told, logged


def transactions(desk: Desk) -> int:
    """How many there were."""
    assert isinstance(desk.database, CountingDatabase)
    return desk.database.transactions


async def test_several_mutations_run_one_after_the_other_each_once(counting: Desk) -> None:
    alarm = await counting.alarm()
    before, so_far = await events(counting), transactions(counting)
    query = """mutation ($id: ID!) {
      one: alarmAcknowledge(input: {id: $id}) { alarm { state } userErrors { code } }
      other: alarmResolve(input: {id: $id, reason: TEST}) { alarm { state } userErrors { code } }
      again: alarmAcknowledge(input: {id: $id}) { alarm { state } userErrors { code } }
    }"""
    asked = await counting.ask(Role.DISPATCHER, query, {"id": alarm})
    assert asked.context.unplanned == "several mutations"
    done: dict[str, Any] = {"userErrors": []}
    assert asked.body == {
        "data": {
            "one": {"alarm": {"state": "ACKNOWLEDGED"}, **done},
            "other": {"alarm": {"state": "RESOLVED"}, **done},
            "again": {
                "alarm": {"state": "RESOLVED"},
                "userErrors": [{"code": "ILLEGAL_TRANSITION"}],
            },
        }
    }
    told, logged = await events(counting)
    assert (told - before[0], logged - before[1]) == (2, 2)
    assert transactions(counting) - so_far == 3


async def test_a_verb_that_raises_runs_once(counting: Desk) -> None:
    alarm = await counting.alarm()
    await counting.ask(Role.DISPATCHER, ACKNOWLEDGE % "", {"id": alarm})
    before, so_far = await events(counting), transactions(counting)
    asked = await counting.ask(Role.DISPATCHER, ACKNOWLEDGE % "", {"id": alarm})
    assert asked.answer.planned
    (error,) = asked.body["data"]["alarmAcknowledge"]["userErrors"]
    assert error == {"code": "ILLEGAL_TRANSITION"}
    assert transactions(counting) - so_far == 1
    assert await events(counting) == before


async def test_a_resolver_that_raises_runs_once(counting: Desk) -> None:
    alarm = await counting.alarm()
    so_far = transactions(counting)
    await counting.database.rows("ALTER TABLE alarm_log RENAME TO gone", (), once=False)
    asked = await counting.ask(Role.DISPATCHER, ACKNOWLEDGE % "", {"id": alarm})
    (error,) = asked.body["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["alarmAcknowledge"], "INTERNAL")
    assert transactions(counting) - so_far == 1


async def test_who_may_not_is_told_so_once(counting: Desk) -> None:
    alarm = await counting.alarm()
    before, so_far = await events(counting), transactions(counting)
    asked = await counting.ask(Role.OFFICIAL, ACKNOWLEDGE % "", {"id": alarm})
    (error,) = asked.body["data"]["alarmAcknowledge"]["userErrors"]
    assert error == {"code": "PERMISSION_DENIED"}
    assert transactions(counting) - so_far == 1
    assert await events(counting) == before


@pytest.mark.parametrize(
    ("field", "at"),
    [
        # What is wrong is found out when the row is to be read, or when its list is.
        ('elder { name alarms(first: 1, after: "x") { nodes { id } } }', "after"),
        ("elder { name alarms(first: 1, last: 1) { nodes { id } } }", "first"),
        ("elder { name visits(first: 500) { nodes { id } } }", "first"),
    ],
)
async def test_a_payload_that_no_plan_shows_is_of_the_same_write(
    counting: Desk, field: str, at: str
) -> None:
    alarm = await counting.alarm()
    before, so_far = await events(counting), transactions(counting)
    asked = await counting.ask(Role.DISPATCHER, ACKNOWLEDGE % field, {"id": alarm})
    assert not asked.answer.planned
    (error,) = asked.body["errors"]
    assert error["extensions"]["field"] == at
    assert error["path"][:3] == ["alarmAcknowledge", "alarm", "elder"]
    payload = asked.body["data"]["alarmAcknowledge"]
    # A list that may be masked is null alone; a list that is always there takes the elder along.
    elder = (
        {"name": payload["alarm"]["elder"]["name"], "alarms": None} if "alarms" in field else None
    )
    assert payload == {
        "alarm": {"id": alarm, "state": "ACKNOWLEDGED", "elder": elder},
        "userErrors": [],
    }
    told, logged = await events(counting)
    assert (told - before[0], logged - before[1]) == (1, 1)
    assert transactions(counting) - so_far == 1


async def test_a_delivery_that_no_plan_shows_is_the_same(desk: Desk) -> None:
    for _ in range(2):
        await press(desk.database, desk.district)
    query = """subscription { alarmChanged(after: "WzBd") {
      cursor change alarm { state elder { alarms(first: 1, after: "x") { nodes { id } } } } } }"""
    bodies: list[list[bytes]] = []
    for planned in (True, False):
        context = desk.context(Role.FAMILY)
        async with aclosing(streamed(Request(query), context, planned=planned)) as answers:
            found = [await anext(answers) for _ in range(2)]
        assert not any(answer.planned for answer in found)
        assert all("errors" in answer.body for answer in found)
        bodies.append([orjson.dumps(answer.body) for answer in found])
    assert bodies[0] == bodies[1]


async def test_a_failure_of_the_database_is_an_error_as_ever(desk: Desk) -> None:
    query = "{ elders(first: 1) { nodes { name } } }"
    await desk.database.rows("ALTER TABLE elder RENAME TO gone", (), once=False)
    planned = await desk.ask(Role.DISPATCHER, query)
    assert not planned.answer.planned
    assert same(planned, await desk.ask(Role.DISPATCHER, query, planned=False))
    assert planned.body["errors"][0]["extensions"]["code"] == "INTERNAL"
    await desk.database.rows("ALTER TABLE gone RENAME TO elder", (), once=False)
    assert (await desk.ask(Role.DISPATCHER, query)).answer.planned
