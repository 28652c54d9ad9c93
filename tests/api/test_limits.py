"""Documents that would keep a process busy are refused before anything is read for them."""

import pytest

from api.limits import MAX_OBJECTS
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
    assert MAX_OBJECTS > 200 * 20


@pytest.mark.parametrize("length", [16_384, 16_385])
async def test_a_document_of_16384_characters_is_the_longest(api: Api, length: int) -> None:
    document = "{ viewer { id } } #"
    answer = await api.post(Role.VENDOR, document.ljust(length, "x"))
    if length > 16_384:
        assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    else:
        assert answer["data"]["viewer"]
