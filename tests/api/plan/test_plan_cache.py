"""What is compiled once, what once more, and what is forgotten."""

import base64
import gc
import weakref
from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import select
from sqlmodel import col

from api.documents import MAX_DOCUMENTS, forget, prepared
from api.plan import metrics
from api.plan.operation import MAX_VARIANTS, PlannedOperation
from api.plan.plans import MAX_SHAPES, Plan
from domain.access import Actor, Role
from domain.elders.models import Elder
from domain.ids import public_id
from tests.api.plan.desk import Desk
from tests.clients import Api

BY_ID = "query CacheById($id: ID!) { elder(id: $id) { name region { name } } }"
LIST = """query CacheList(
  $first: Int, $after: String, $last: Int, $before: String, $filter: AlarmFilter
) { alarms(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
  nodes { id } pageInfo { hasNextPage }
} }"""


def cursor(*values: Any) -> str:
    """Of a place in a list."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


PLACE = cursor(UUID(int=7).hex)


class Compiled:
    """How many plans have been compiled, and found compiled, since the last look."""

    def __init__(self) -> None:
        self._seen = (0, 0)
        self.more()

    def more(self) -> tuple[int, int]:
        """Compiled and found since then."""
        before, self._seen = self._seen, (metrics.COMPILED.value, metrics.HITS.value)
        return self._seen[0] - before[0], self._seen[1] - before[1]


@pytest.fixture
def compiled() -> Iterator[Compiled]:
    """Nothing is known of any document at first."""
    forget()
    yield Compiled()
    forget()


async def ask(desk: Desk, who: Role | Actor, query: str, **variables: Any) -> Any:
    """The data of a planned answer."""
    asked = await desk.ask(who, query, variables)
    assert asked.answer.planned, asked.context.unplanned
    return asked.body["data"]


async def test_one_plan_serves_all_values(desk: Desk, compiled: Compiled) -> None:
    rows = await desk.database.fetch(select(col(Elder.id)).limit(5))
    names: set[str] = set()
    for (key,) in rows:
        found = await ask(desk, Role.ADMIN, BY_ID, id=public_id("elder", key))
        names.add(found["elder"]["name"])
    assert len(names) > 1
    assert compiled.more() == (1, 4)
    assert len({read.text for read in desk.database.reads}) == 1


async def test_one_plan_serves_all_actors_of_a_role_and_none_of_another(
    desk: Desk, compiled: Compiled
) -> None:
    mother = public_id("elder", desk.district.mother_id)
    daughter = desk.actor(Role.FAMILY)
    stranger = Actor(desk.district.neighbour_daughter_id, Role.FAMILY)
    assert (await ask(desk, daughter, BY_ID, id=mother))["elder"]
    assert (await ask(desk, stranger, BY_ID, id=mother))["elder"] is None
    assert compiled.more() == (1, 1)
    here, elsewhere = desk.actor(Role.DISPATCHER), desk.actor(Role.DISPATCHER)
    elsewhere = Actor(elsewhere.id, Role.DISPATCHER, "330106")
    assert (await ask(desk, here, BY_ID, id=mother))["elder"]
    assert (await ask(desk, elsewhere, BY_ID, id=mother))["elder"] is None
    assert compiled.more() == (1, 1)
    assert (await ask(desk, Actor(here.id, here.role), BY_ID, id=mother))["elder"] is None
    assert compiled.more() == (1, 0), "without a region the predicate is another"
    assert (await ask(desk, daughter, BY_ID, id=mother))["elder"]
    assert compiled.more() == (0, 1)


async def test_each_shape_of_arguments_is_compiled_once(desk: Desk, compiled: Compiled) -> None:
    alike: list[list[dict[str, Any]]] = [
        [{"first": 5}, {"first": 7, "filter": None}, {"first": 0, "after": None}],
        [{"last": 5}, {"last": 9}],
        [{"first": 5, "after": PLACE}, {"first": 6, "after": cursor(UUID(int=9).hex)}],
        [{"first": 5, "before": PLACE}],
        [{"last": 5, "before": PLACE}],
        [{"first": 5, "filter": {"region": "33"}}, {"first": 5, "filter": {"region": "330102"}}],
        [{"first": 5, "filter": {"state": ["RAISED"]}}, {"first": 5, "filter": {"state": []}}],
        [
            {"first": 5, "filter": {"state": ["RAISED"], "region": "33"}},
            {"first": 5, "filter": {"region": "33", "state": ["RESOLVED", "ARRIVED"]}},
        ],
    ]
    for variables in alike:
        for one in variables:
            await ask(desk, Role.DISPATCHER, LIST, **one)
        assert compiled.more() == (1, len(variables) - 1), variables
    for variables in alike:
        await ask(desk, Role.DISPATCHER, LIST, **variables[0])
    assert compiled.more() == (0, len(alike))


async def test_what_directives_leave_is_compiled_once_each(desk: Desk, compiled: Compiled) -> None:
    query = "query ($name: Boolean = true) { viewer { id name @include(if: $name) } }"
    for given, keys in (
        ({}, ["id", "name"]),
        ({"name": True}, ["id", "name"]),
        ({"name": False}, ["id"]),
        ({"name": True}, ["id", "name"]),
    ):
        assert list((await ask(desk, Role.FAMILY, query, **given))["viewer"]) == keys
    assert compiled.more() == (2, 2)


async def test_what_cannot_be_planned_is_found_out_once(desk: Desk, compiled: Compiled) -> None:
    query = "{ viewer { id } __schema { queryType { name } } }"
    for _ in range(3):
        asked = await desk.ask(Role.FAMILY, query)
        assert not asked.answer.planned
        assert "__schema" in str(asked.context.unplanned)
    assert compiled.more() == (0, 0)


def alive(kind: type) -> int:
    """How many objects of a type there are."""
    gc.collect()
    return sum(type(one) is kind for one in gc.get_objects())


async def test_a_field_keeps_no_more_plans_than_it_may(desk: Desk, compiled: Compiled) -> None:
    query = """query ($f: Int, $l: Int, $a: String, $b: String, $f2: Int, $l2: Int, $a2: String,
      $b2: String) { elders(first: $f, last: $l, after: $a, before: $b) { nodes {
        alarms(first: $f2, last: $l2, after: $a2, before: $b2) { pageInfo { hasNextPage } }
        visits(first: 1, after: null) { pageInfo { hasNextPage } } } } }"""
    sizes, places = ("f", "l"), ({}, {"a"}, {"b"}, {"a", "b"})
    shapes = [
        {size: 0, **dict.fromkeys(place, PLACE), f"{size2}2": 0, **{f"{n}2": PLACE for n in place2}}
        for size, place, size2, place2 in product(sizes, places, sizes, places)
    ]
    before = alive(Plan)
    assert len(shapes) >= MAX_SHAPES
    for shape in shapes:
        await ask(desk, Role.ADMIN, query, **shape)
    assert compiled.more() == (len(shapes), 0)
    assert 0 < alive(Plan) - before <= MAX_SHAPES


async def test_an_operation_keeps_no_more_variants_than_it_may(
    desk: Desk, compiled: Compiled
) -> None:
    names = [f"v{number}" for number in range(7)]
    variables = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"k{name}: name @include(if: ${name})" for name in names)
    query = f"query ({variables}) {{ viewer {{ id {fields} }} }}"
    before = alive(PlannedOperation)
    for given in product([True, False], repeat=7):
        await ask(desk, Role.ADMIN, query, **dict(zip(names, given, strict=True)))
    assert compiled.more() == (2**7, 0)
    assert 0 < alive(PlannedOperation) - before <= MAX_VARIANTS
    # Forgotten and made again, it says the same.
    found = await ask(desk, Role.ADMIN, query, **dict.fromkeys(names, False))
    assert list(found["viewer"]) == ["id"]


async def test_a_document_that_is_forgotten_takes_its_plans_along(
    desk: Desk, compiled: Compiled
) -> None:
    await ask(desk, Role.ADMIN, BY_ID, id=public_id("elder", desk.district.mother_id))
    operation = weakref.ref(prepared(BY_ID).operation(None))
    before = alive(Plan)
    for number in range(MAX_DOCUMENTS):
        prepared(f"query Q{number} {{ viewer {{ id }} }}")
    gc.collect()
    assert operation() is None
    assert alive(Plan) == before - 1


async def test_a_request_that_was_not_planned_is_forgotten(desk: Desk, compiled: Compiled) -> None:
    contexts = [
        weakref.ref((await desk.ask(Role.ADMIN, "{ __schema { queryType { name } } }")).context)
        for _ in range(5)
    ]
    gc.collect()
    assert [context() for context in contexts] == [None] * 5


async def test_the_figures_are_shown(api: Api, compiled: Compiled) -> None:
    address = api.url.replace("/graphql", "/metrics")

    async def figures() -> dict[str, int]:
        lines = (await api.http.get(address)).text.splitlines()
        return {
            name: int(value)
            for name, value in (line.split() for line in lines if not line.startswith("#"))
        }

    before = await figures()
    for _ in range(3):
        await api.data(Role.FAMILY, "{ elders(first: 9) { totalCount } }")
    after = await figures()
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {
        "yiyang_operations_planned_total": 3,
        "yiyang_plans_compiled_total": 1,
        "yiyang_plan_hits_total": 2,
        "yiyang_plan_statements_total": 6,
    }
