"""What a client writes is never SQL or Python: values are bound, response keys are quoted."""

import gc
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

import orjson
import pytest

from domain.access import Role
from tests.api.plan.desk import Asked, Desk

MARK = "INJECTED"

HOSTILE = [
    f"{MARK}' OR '1'='1",
    f"{MARK}'; DROP TABLE elder; --",
    f'{MARK}" or ""="',
    f"{MARK}$1::text || $2",
    f"$tag${MARK}$tag$",
    f"{MARK}\\' \\\\ \\x27 \\u0027",
    f"{MARK}%(name)s %s %%",
    f"{MARK}{{0}} {{o.context}} {{{{x}}}}",
    f"{MARK}')) + __import__('os').abort() + (('",
    f"{MARK}\n\r\t/* */ :name ?",
    f'{MARK}\'::text COLLATE "C" LIMIT 0 --',
]

KEYS = [
    *("class", "def", "None", "True", "lambda", "yield", "async", "import", "null", "true"),
    *("o", "v", "p", "s", "t", "a", "rows", "size", "more", "total", "self", "enumerate", "len"),
    *("k1", "k2", "f1", "f3", "r1", "r3", "x1", "x2", "i1", "i2", "a2", "c0", "c1", "R1"),
    *("__class__", "__builtins__", "__import__", "exec", "print", "_", "__", f"{MARK}_key"),
]


async def both(desk: Desk, query: str, variables: Any = None) -> Asked:
    """The planned answer, which must be the ordinary one."""
    planned = await desk.ask(Role.ADMIN, query, variables)
    ordinary = await desk.ask(Role.ADMIN, query, variables, planned=False)
    assert planned.answer.planned, planned.context.unplanned
    assert orjson.dumps(planned.body) == orjson.dumps(ordinary.body)
    return planned


def written() -> Iterator[CodeType]:
    """All Python that plans have written and that is still there."""
    for one in gc.get_objects():
        # `isinstance` would ask a weak proxy, and its object may be gone.
        if type(one) is FunctionType and one.__code__.co_filename == "<plan>":
            yield from _with_inner(one.__code__)


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)


def names_in(code: CodeType) -> set[str]:
    """What is not a constant."""
    return {*code.co_names, *code.co_varnames, *code.co_freevars, *code.co_cellvars, code.co_name}


def texts_in(constant: Any) -> Iterator[str]:
    """The texts in a constant."""
    if isinstance(constant, str):
        yield constant
    elif isinstance(constant, tuple | frozenset):
        for one in constant:
            yield from texts_in(one)


async def test_a_response_key_may_be_any_name(desk: Desk) -> None:
    fields = " ".join(f"{key}: name" for key in KEYS)
    below = " ".join(f"{key}: alarms(first: 1) {{ nodes {{ id }} }}" for key in KEYS[:9])
    joined = " ".join(f"{key}: region {{ {key}: name }}" for key in KEYS[9:])
    for query in (
        f"{{ viewer {{ {fields} }} }}",
        f"{{ elders(first: 2) {{ nodes {{ {fields} }} }} }}",
        f"{{ elders(first: 2) {{ nodes {{ {below} }} }} }}",
        f"{{ elders(first: 2) {{ nodes {{ {joined} }} }} }}",
        f"{{ {' '.join(f'{key}: viewer {{ id }}' for key in KEYS[:10])} }}",
    ):
        asked = await both(desk, query)
        for read in asked.reads:
            assert MARK not in read.text
    codes = list(written())
    assert not [name for code in codes for name in names_in(code) if MARK in name]
    keys = {text for code in codes for text in texts_in(code.co_consts) if MARK in text}
    assert keys == {f"{MARK}_key"}


async def test_a_filter_s_text_is_a_value(desk: Desk) -> None:
    query = "query ($text: String!) { elders(first: 3, filter: {nameContains: $text}) { %s } }"
    query %= "totalCount nodes { name }"
    texts: set[str] = set()
    for text in HOSTILE:
        name = f"王{text}英"
        rename = "UPDATE elder SET name = $1 WHERE id = $2"
        await desk.database.rows(rename, (name, desk.district.ward_id), once=True)
        asked = await both(desk, query, {"text": text})
        assert asked.body["data"]["elders"] == {"totalCount": 1, "nodes": [{"name": name}]}
        texts |= {read.text for read in asked.reads}
    assert len(texts) == 2
    assert not [text for text in texts if MARK in text]
    assert not [
        code for code in written() if MARK in repr(code.co_consts).replace(f"{MARK}_key", "")
    ]


@pytest.mark.parametrize("text", HOSTILE)
async def test_so_it_is_where_it_stands_in_the_document(desk: Desk, text: str) -> None:
    literal = orjson.dumps(text).decode()
    asked = await both(
        desk, f"{{ elders(first: 3, filter: {{nameContains: {literal}}}) {{ totalCount }} }}"
    )
    assert asked.body["data"]["elders"] == {"totalCount": 0}
    for read in asked.reads:
        assert MARK not in read.text
        assert any(MARK in str(one) for one in read.arguments) or read is asked.reads[0]


@pytest.mark.parametrize("text", ["%", "_", "/", "\\", "/%", "__", "%' OR '1'='1"])
async def test_no_letter_stands_for_others(desk: Desk, text: str) -> None:
    query = "query ($text: String!) { elders(first: 3, filter: {nameContains: $text}) { %s } }"
    asked = await both(desk, query % "totalCount", {"text": text})
    assert asked.body["data"]["elders"]["totalCount"] == 0


async def test_only_what_postgresql_must_know_stands_in_the_text(desk: Desk) -> None:
    query = """query ($state: [AlarmState!], $region: String) {
      alarms(first: 137, filter: {state: $state, region: $region}) { nodes { id } } }"""
    states = ["RESOLVED", "ARRIVED"]
    (street,) = (await both(desk, query, {"state": states, "region": "330102001"})).reads
    assert "'{RESOLVED,ARRIVED}'" in street.text
    assert "'330102001'" in street.text
    (community,) = (await both(desk, query, {"state": states, "region": "330102001002"})).reads
    assert "'{RESOLVED,ARRIVED}'" in community.text
    assert "330102001" not in community.text
    assert "330102001002" in community.arguments
