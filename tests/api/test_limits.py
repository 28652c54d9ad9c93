"""Documents that would keep a process busy are refused before anything is read for them."""

import pytest
from graphql import FragmentDefinitionNode, parse

from api.documents import MAX_TOKENS, prepared
from api.extent import Extent, Survey
from api.limits import MAX_POINTS
from domain.access import Role
from tests.clients import Api

MENUS = "{canteens(first:1){nodes{menu{canteen{menu{canteen{menu{id}}}}}}}}"
BEDS = """{stations(first:200){nodes{beds(first:200){nodes{station{beds(first:200){
  nodes{station{beds(first:200){nodes{id}}}}}}}}}}}"""
FRAGMENTS = """
{ elders(first: 200) { nodes { ...A } } }
fragment A on Elder { visits(first: 200) { nodes { ...B } } }
fragment B on VisitTask { volunteer { visits(first: 200) { nodes { id } } } }
"""
VARIABLE = "query ($n: Int!) { stations(first: $n) { nodes { beds(first: $n) { nodes { id } } } } }"
NODES = """query ($ids: [ID!]!) { nodes(ids: $ids) {
  ... on Station { beds(first: 200) { nodes { id } } } } }"""
CHAIN = "{visitTasks(first:1){nodes{" + "elder{currentStay{" * 40 + "id" + "}}" * 40 + "}}}"
TWINS = "{viewer{" + "region{code}" * 280 + "}}"
MANY_FRAGMENTS = (
    "{viewer{"
    + " ".join(f"...F{n}" for n in range(40))
    + "}}"
    + " ".join(f"fragment F{n} on Account{{region{{code}}}}" for n in range(40))
)
NEGATIVE = """{ a: elders(first: -100000000) @skip(if: true) { nodes { id } }
  b: elders(first: 200) { nodes { alarms(first: 200) { nodes { id } } } } }"""
CHANGES = """{ alarmChanges(first: 200) { changes { alarm { elder {
  alarms(first: 200) { nodes { id } } } } } } }"""
ALIASES = "{viewer{" + " ".join(f"a{n}:id" for n in range(201)) + "}}"
DIRECTIVES = "{viewer{id " + "@skip(if:true)" * 101 + "}}"
DIRECTIVE_DIGITS = "{viewer{id @skip(if:" + "9" * 5000 + ")}}"
MUTATIONS = "mutation($i:AlarmAcknowledgeInput!){...M ...M " + (
    "a:alarmAcknowledge(input:$i){clientMutationId}}"
    "fragment M on Mutation{"
    + " ".join(f"m{n}:alarmAcknowledge(input:$i){{clientMutationId}}" for n in range(5))
    + "}"
)
DIGITS = "{elders(first:" + "9" * 5000 + "){totalCount}}"


@pytest.mark.parametrize("role", [Role.VENDOR, Role.ADMIN])
@pytest.mark.parametrize(
    ("document", "variables"),
    [
        (MENUS, {}),
        (BEDS, {}),
        (FRAGMENTS, {}),
        (VARIABLE, {"n": 200}),
        (NODES, {"ids": []}),
        (CHAIN, {}),
        (TWINS, {}),
        (MANY_FRAGMENTS, {}),
        (NEGATIVE, {}),
        (CHANGES, {}),
        (DIGITS, {}),
        (DIRECTIVE_DIGITS, {}),
        (ALIASES, {}),
        (DIRECTIVES, {}),
        (MUTATIONS, {}),
    ],
)
async def test_too_large(api: Api, role: Role, document: str, variables: dict[str, object]) -> None:
    answer = await api.post(role, document, variables)
    assert "data" not in answer
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["QUERY_TOO_LARGE"]


async def test_too_large_on_a_socket(api: Api) -> None:
    async with api.socket(Role.VENDOR) as socket:
        await socket.subscribe(MENUS)
        frame = await socket.receive()
        assert frame["type"] == "error"
        assert frame["payload"][0]["extensions"]["code"] == "QUERY_TOO_LARGE"


async def test_the_same_document_with_smaller_pages_is_answered(api: Api) -> None:
    small = await api.post(Role.VENDOR, VARIABLE, {"n": 10})
    assert "errors" not in small
    by_default = await api.post(Role.VENDOR, VARIABLE.replace("Int!", "Int! = 10"))
    assert "errors" not in by_default


async def test_a_page_of_each_list_is_far_below_the_bound(api: Api) -> None:
    """Two hundred rows with some fields of others are what a list screen asks for."""
    document = "{ elders(first: 200) { nodes { id name tags region { name } contacts { name } } } }"
    answer = await api.post(Role.ADMIN, document)
    assert "errors" not in answer
    assert MAX_POINTS > 200 * 20


@pytest.mark.parametrize("length", [16_384, 16_385])
async def test_a_document_of_16384_characters_is_the_longest(api: Api, length: int) -> None:
    document = "{ viewer { id } } #"
    answer = await api.post(Role.VENDOR, document.ljust(length, "x"))
    if length > 16_384:
        assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    else:
        assert answer["data"]["viewer"]


def nested(levels: int, of: str = "name") -> str:
    """Fragments that spread the next one twice: a text of this many, 2 to their power fields."""
    last = f"fragment F{levels} on Account {{ {of} }}"
    chain = (f"fragment F{n} on Account {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels))
    return "{ viewer { ...F0 } } " + " ".join([*chain, last])


def surveyed(text: str) -> tuple[Survey, Extent]:
    definitions = parse(text, max_tokens=MAX_TOKENS).definitions
    found = [one for one in definitions if isinstance(one, FragmentDefinitionNode)]
    survey = Survey({one.name.value: one for one in found})
    return survey, survey.of(definitions[0])


def test_a_fragment_is_looked_at_once_however_often_it_is_spread() -> None:
    survey, extent = surveyed(nested(20))
    assert extent.fields == 2**20 + 1
    assert survey.visited == 2 + 20 * 2 + 1
    (error,) = prepared(nested(20)).errors
    assert error.message == f"{2**20 + 1} fields, at most 2000"


def test_fragments_in_a_circle_are_for_validation_to_refuse() -> None:
    circle = "{ viewer { ...A } } fragment A on Account { id ...B } fragment B on Account { ...A }"
    _, extent = surveyed(circle)
    assert extent.fields == 2
    assert "Cannot spread fragment" in prepared(circle).errors[0].message


@pytest.mark.parametrize(
    ("text", "extent"),
    [
        ("{ viewer { id } }", Extent(2, 1, 2)),
        ("{ a: viewer { b: id } c: viewer { id } }", Extent(2, 2, 4, 3)),
        ("query @skip(if: true) { viewer { id @skip(if: false) } }", Extent(2, 1, 2, 0, 2)),
        (
            "{ ...F @skip(if: 0) ...F } fragment F on Query { a: viewer { id @skip(if: 0) } }",
            Extent(2, 2, 4, 2, 3),
        ),
        ("{ ... on Query { viewer { ... { id } } } }", Extent(2, 1, 2)),
        ("{ ...F } fragment F on Query { __schema { description } }", Extent(2, 1, 2, 0, 0, True)),
        ("{ ...Missing }", Extent()),
    ],
)
def test_how_far_an_operation_goes(text: str, extent: Extent) -> None:
    assert surveyed(text)[1] == extent


LARGE = [
    "{" + "".join(f"a{n}:viewer{{id}}" for n in range(10_000)) + "}",
    "{viewer{id " + "@skip(if:true)" * 830 + "}}",
]


@pytest.mark.parametrize("text", LARGE)
def test_nobody_reads_more_than_two_thousand_tokens(text: str) -> None:
    (error,) = prepared(text).errors
    assert "more than 2000 tokens" in error.message


async def test_a_variable_of_a_megabyte_is_not_read(api: Api) -> None:
    headers = {"Authorization": f"Bearer {api.token(Role.VENDOR)}"}
    body = {"query": "{ viewer { id } }", "variables": {"v": "x" * 1_000_000}}
    response = await api.http.post(api.url, json=body, headers=headers)
    assert response.status_code == 413
