"""What operations cost: one point an object, or its price, known before, refunded down to what was
there."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType

from api.auth.scopes import INTROSPECTION, OWN_DOCUMENTS
from api.auth.tokens import Grant
from api.complexity import Measure
from api.cost import NEW_TEXT, TEXTS_AT_ONCE, Shape, counter
from api.documents import prepared
from api.limits import excessive
from api.prices import CURVE, FIGURE, OBJECT, price_of
from api.schema import core
from domain.access import Role
from domain.database import Database
from tests.clients import Api, graphql_socket
from tests.cockpit import FIELDS, document
from tests.signals import press
from yiyang.district.addresses import DISTRICT

WEIGHT = 'kind: WEIGHT, from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z"'


def points_of(text: str, variables: dict[str, Any] | None = None) -> int:
    document = prepared(text)
    assert not document.errors
    return document.operation(None).points(variables)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("{ __typename }", 0),
        ("{ viewer { id name } }", 1),
        ("{ viewer { region { code } } }", 2),
        ("{ elders(first: 10) { nodes { id } } }", 1 + 10),
        ("{ elders(first: 10) { totalCount pageInfo { endCursor } } }", 1 + 1),
        ("{ elders(first: 10) { edges { cursor node { id } } } }", 1 + 10 * 2),
        (
            "{ elders(first: 3) { nodes { alarms(last: 4) { nodes { id } } } } }",
            1 + 3 * 6,
        ),
        ("{ a: viewer { id } ...F } fragment F on Query { b: viewer { id } }", 2),
        ("{ elders(first: 0) { nodes { alarms(first: 9) { nodes { id } } } } }", 1),
        ("{ a: coverage { elders } b: coverage { elders } }", 2 * FIGURE),
        (
            """{ districtDashboard(region: "330102") { asOf region { name }
              visits { ...F } hours { value rows(first: 7) { nodes { id } } } } }
            fragment F on DistrictFigure { value }""",
            1 + 1 + FIGURE + FIGURE + 1 + 7,
        ),
        (f'{{ elder(id: "e") {{ measurementSeries({WEIGHT}) {{ unit }} }} }}', 1 + CURVE),
        (f'{{ elder(id: "e") {{ measurementSeries({WEIGHT}) {{ points {{ at }} }} }} }}', 211),
        (
            f"""{{ elders(first: 3) {{ nodes {{
              measurementSeries({WEIGHT}, points: 50) {{ points {{ at }} }} }} }} }}""",
            1 + 3 * (1 + CURVE + 50),
        ),
    ],
)
def test_an_object_is_a_point_and_a_page_is_full(text: str, points: int) -> None:
    assert points_of(text) == points


def test_objects_are_counted_however_deep_they_lie() -> None:
    shape = Shape()
    data: Any = {}
    for _ in range(40):
        shape = Shape(below={"a": shape, "b": Shape()})
        data = {"a": [data, None], "b": [{}, None]}
    assert counter(shape)(data) == 2 * 40


def test_variables_say_how_large_a_page_is() -> None:
    text = "query ($n: Int = 20) { elders(first: $n) { nodes { id } } }"
    assert points_of(text) == 21
    assert points_of(text, {"n": 7}) == 8
    assert points_of(text, {"n": 100_000}) == 201


def test_a_fragment_is_looked_at_once_a_size_of_page() -> None:
    spread = " ".join(f"p{n}: elders(first: {n % 3 + 1}) {{ nodes {{ ...F }} }}" for n in range(60))
    operation = prepared(f"{{ {spread} }} fragment F on Elder {{ id name age }}").operation(None)
    counting = Measure(core, operation.fragments, {})
    counting.of(operation.node)
    assert counting.visited == 60 * 3 + 3 * 3


@pytest.mark.parametrize(
    ("data", "objects"),
    [
        ({"a": None}, 0),
        ({"a": {"b": 1}}, 1),
        ({"a": [{"b": 1}, None, {"b": 2}]}, 2),
        ({"c": [{"d": {"e": 1}}, None, {"d": None}]}, 3),
        ({"c": []}, 0),
        ({}, 0),
    ],
)
def test_objects_are_counted_where_there_are_any(data: dict[str, Any], objects: int) -> None:
    shape = Shape(below={"a": Shape(), "c": Shape(below={"d": Shape()})})
    assert counter(shape)(data) == objects


def test_prices_are_paid_for_what_is_there() -> None:
    shape = Shape(below={"a": Shape(50), "c": Shape(10, {"d": Shape()})})
    assert counter(shape)({"a": {}, "c": {"d": [{}, {}]}}) == 50 + 10 + 2
    assert counter(shape)({"a": [{}, None], "c": None}) == 50


def test_sizes_of_curves_are_bounded_as_those_of_pages_are() -> None:
    text = f"""query ($n: Int! = 20) {{ elder(id: "e") {{
      measurementSeries({WEIGHT}, points: $n) {{ points {{ at }} }} }} }}"""
    assert points_of(text) == 1 + CURVE + 20
    assert points_of(text, {"n": 700}) == 1 + CURVE + 700
    assert points_of(text, {"n": 100_000}) == 1 + CURVE + 1_000


def test_a_cockpit_may_be_asked_for_whole() -> None:
    whole = points_of(document())
    assert whole > len(FIELDS) * FIGURE
    assert excessive(whole) is None


def test_the_manual_has_every_price() -> None:
    """No more and no less than the schema has."""
    priced = {
        f"`{kind.name}.{name}`": price_of(field)
        for kind in core.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if price_of(field) != OBJECT
    }
    manual = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| (`.+`) \| (\d+) \|", manual, re.MULTILINE)
    told = {name: int(points) for names, points in rows for name in names.split(", ")}
    assert told == priced


async def test_a_figure_is_paid_for_where_it_is_read(api: Api) -> None:
    query = """query ($region: String!) { coverage(region: $region) { elders }
      districtDashboard(region: $region) { elders { value } visits { value } } }"""
    headers = metered(api, Role.ADMIN)
    answer = await asked(api, headers, query, variables={"region": DISTRICT})
    cost = answer["extensions"]["cost"]
    assert (cost["requested"], cost["actual"]) == (3 * FIGURE + 1,) * 2


FROM_THE_BEGINNING = 'subscription { alarmChanged(after: "WzBd") { change alarm { id } } }'


def metered(api: Api, role: Role, budget: int | None = 5000, *scopes: str) -> dict[str, str]:
    end = datetime.now(UTC) + timedelta(hours=1)
    signed = api.key.sign(Grant(api.actor(role), end, budget, frozenset(scopes)))
    return {"Authorization": f"Bearer {signed}"}


async def asked(api: Api, headers: dict[str, str], query: str, **body: Any) -> dict[str, Any]:
    response = await api.http.post(api.url, json={"query": query, **body}, headers=headers)
    return response.json()


ELDERS = "{ elders(first: 200) { nodes { id contacts { name } } pageInfo { hasNextPage } } }"


def objects(value: Any) -> int:
    """Of any JSON."""
    if isinstance(value, dict):
        return 1 + sum(objects(one) for one in value.values())
    return sum(objects(one) for one in value) if isinstance(value, list) else 0


async def test_who_writes_documents_is_told(api: Api) -> None:
    for scopes, told in (((), False), ((OWN_DOCUMENTS,), True)):
        headers = metered(api, Role.FAMILY, None, *scopes)
        answer = await asked(api, headers, "{ viewer { id } }")
        assert ("cost" in answer.get("extensions", {})) is told


async def test_who_has_a_budget_is_told_and_pays_for_what_was_there(api: Api) -> None:
    answer = await asked(api, metered(api, Role.FAMILY), ELDERS)
    cost = answer["extensions"]["cost"]
    assert cost["requested"] == points_of(ELDERS)
    assert cost["actual"] == objects(answer["data"]) - 1
    assert cost["actual"] < cost["requested"]
    throttle = cost["throttle"]
    assert (throttle["maximum"], throttle["restoreRate"]) == (5000, 250)
    paid = cost["actual"] + 5000 // TEXTS_AT_ONCE
    assert 5000 - paid <= throttle["available"] <= 5000


async def test_others_are_told_when_they_ask(api: Api) -> None:
    headers = metered(api, Role.FAMILY, None)
    assert "extensions" not in await asked(api, headers, ELDERS)
    answer = await asked(api, headers, ELDERS, extensions={"cost": True})
    assert answer["extensions"]["cost"]["actual"] >= 1


async def test_both_executions_cost_the_same(api: Api) -> None:
    explain = {"cost": True, "explain": True}
    plain = await asked(api, metered(api, Role.ADMIN), ELDERS, extensions=explain)
    # Asking for the schema beside it leaves the rest to ordinary execution.
    both = ELDERS.replace("{ elders", "{ s: __schema { description } elders")
    other = await asked(api, metered(api, Role.ADMIN), both, extensions=explain)
    assert plain["extensions"]["explain"]["execution"] == "PLANNED"
    assert other["extensions"]["explain"]["execution"] == "ORDINARY"
    for which in ("requested", "actual"):
        assert other["extensions"]["cost"][which] == plain["extensions"]["cost"][which] + 1


async def test_what_ends_in_errors_is_paid_in_full(api: Api) -> None:
    query = '{ elders(first: 5, after: "x") { nodes { id } } }'
    answer = await asked(api, metered(api, Role.FAMILY), query)
    assert answer["errors"]
    cost = answer["extensions"]["cost"]
    assert cost["actual"] == cost["requested"] == 6


async def test_explained_costs_add_up(api: Api) -> None:
    query = """{ elders(first: 10) { nodes { ...E } } } fragment E on Elder {
      contacts { name } last: alarms(first: 2) { nodes { id } } }"""
    answer = await asked(api, metered(api, Role.ADMIN), query, extensions={"explain": True})
    costs = {one["path"]: one["cost"] for one in answer["extensions"]["explain"]["costs"]}
    assert costs["elders"] == answer["extensions"]["cost"]["requested"]
    assert costs["elders.nodes.last"] == 10 * (1 + 2)
    assert costs["elders.nodes.last.nodes"] == 10 * 2
    below = costs["elders.nodes.contacts"] + costs["elders.nodes.last"]
    assert costs["elders.nodes"] == 10 + below
    assert costs["elders"] == 1 + costs["elders.nodes"]


async def test_a_subscription_is_explained_event_by_event(api: Api, database: Database) -> None:
    await press(database, api.district)
    query = 'subscription { alarmChanged(after: "WzBd") { change alarm { id elder { id } } } }'
    async with api.socket(Role.ADMIN) as socket:
        payload = {"query": query, "extensions": {"explain": True}}
        await socket.send({"id": "1", "type": "subscribe", "payload": payload})
        told = (await socket.next())["extensions"]["explain"]
    assert told["execution"] == "PLANNED"
    assert told["statements"]
    assert {"path": "alarmChanged", "cost": 3} in told["costs"]


async def test_batches_of_loaders_are_told(api: Api) -> None:
    query = "{ s: __schema { description } elders(first: 2) { nodes { contacts { name } } } }"
    answer = await asked(api, metered(api, Role.ADMIN), query, extensions={"explain": True})
    told = answer["extensions"]["explain"]
    assert {"table": "contact", "keys": 2} in told["batches"]
    assert told["statementCount"] == len(told["statements"])
    assert any(re.search(r"FROM contact\b", one) for one in told["statements"])


SCHEMA = "{ __schema { queryType { name } } }"
TYPE = '{ viewer { id } ...F } fragment F on Query { __type(name: "Elder") { name } }'
WRONG = "{ viewer { nome } }"
WRONG_VALUE = "query ($s: AlarmState!) { alarms(first: 1, filter: {state: [$s]}) { totalCount } }"


@pytest.mark.parametrize("query", [SCHEMA, TYPE])
async def test_the_schema_is_for_those_with_the_scope(api: Api, query: str) -> None:
    refused = await asked(api, metered(api, Role.FAMILY), query)
    assert refused["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"
    assert "data" not in refused
    for headers in (metered(api, Role.ADMIN), metered(api, Role.FAMILY, None, INTROSPECTION)):
        assert "errors" not in await asked(api, headers, query)


@pytest.mark.parametrize(("query", "variables"), [(WRONG, {}), (WRONG_VALUE, {"s": "RAISE"})])
async def test_so_are_suggestions(api: Api, query: str, variables: dict[str, Any]) -> None:
    told = []
    for headers in (metered(api, Role.FAMILY), metered(api, Role.FAMILY, None, INTROSPECTION)):
        answer = await asked(api, headers, query, variables=variables)
        told.append("Did you mean" in str(answer["errors"]))
    assert told == [False, True]


async def test_typename_is_for_everybody(api: Api) -> None:
    assert (await asked(api, metered(api, Role.FAMILY), "{ __typename }"))["data"]


async def test_a_throttled_socket_still_has_its_alarms(api: Api, database: Database) -> None:
    """A subscription is paid for when it starts."""
    token = metered(api, Role.ADMIN, 4)["Authorization"].removeprefix("Bearer ")
    async with graphql_socket(api.ws_url, token) as socket:
        stream = await socket.subscribe(FROM_THE_BEGINNING)
        codes: list[str] = []
        while "RATE_LIMITED" not in codes:
            name = await socket.subscribe("{ viewer { id } }")
            while (frame := await socket.receive())["type"] == "next":
                assert frame["id"] == name
            codes += [error["extensions"]["code"] for error in frame.get("payload", ())]
        await press(database, api.district)
        delivered = await socket.receive()
        assert (delivered["id"], delivered["type"]) == (stream, "next")
        assert delivered["payload"]["data"]["alarmChanged"]["change"] == "RAISED"


async def test_who_sends_ever_new_documents_pays_for_each(api: Api) -> None:
    """Also, and above all, for those that are refused."""
    headers = metered(api, Role.FAMILY, 10 * NEW_TEXT)
    codes: list[str] = []
    for number in range(2 * TEXTS_AT_ONCE):
        answer = await asked(api, headers, f"{{ unknown{number} }}")
        codes.append(answer["errors"][0]["extensions"]["code"])
        if codes[-1] == "RATE_LIMITED":
            break
    assert codes[0] == "VALIDATION_FAILED"
    assert codes[-1] == "RATE_LIMITED"


async def test_a_document_that_is_known_costs_its_objects_alone(api: Api) -> None:
    headers = metered(api, Role.FAMILY, 50)
    for _ in range(10):
        answer = await asked(api, headers, "{ __typename }")
        assert answer["data"] == {"__typename": "Query"}
