"""Errors as clients get them: coded, in the caller's language, and nothing of our insides."""

import ast
import asyncio
import string
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine

from api.context import Context
from api.errors import as_internal, busy, formatted
from api.execution import answered
from api.feed import Feed
from api.reasons import REASONS, reason_text
from api.request_words import REQUEST
from api.requests import Request
from api.schema import errors_page
from api.texts import ERRORS, Language
from domain.access import Actor, Role
from domain.constraints import domain_error
from domain.crypto import Vault
from domain.database import Database, engine_url
from domain.errors import ErrorCode, InvalidInput
from domain.outage import passes
from domain.reasons import Reason
from tests.clients import Api
from yiyang.district.cast import District

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("api/**/*.py"), *ROOT.glob("domain/**/*.py")])


def facts_in(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "errors.md").read_text() == errors_page(), "run `make errors`"


def test_every_code_and_every_reason_has_words_in_every_language() -> None:
    assert set(ErrorCode) <= set(ERRORS)
    assert set(Reason) == set(REASONS)
    for texts in (*ERRORS.values(), *REASONS.values(), *REQUEST):
        assert len(texts) == len(Language)
        assert all(texts)
        assert len({frozenset(facts_in(one)) for one in texts}) == 1, texts


def reasons(tree: ast.AST) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Calls that give a reason: as a fact, or as the one argument of BadRequest and its like."""
    for call in (one for one in ast.walk(tree) if isinstance(one, ast.Call)):
        name = getattr(call.func, "id", "")
        if name in ("BadRequest", "NotJson"):
            yield call, call.args[0]
        yield from ((call, one.value) for one in call.keywords if one.arg == "reason")


def as_text(value: ast.expr) -> str | None:
    """A text as it may become; None for what is no text."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    if isinstance(value, ast.JoinedStr):
        return "".join(as_text(part) or "7" for part in value.values)
    return None


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_whatever_reason_is_given_has_its_words_and_its_facts(path: Path) -> None:
    for call, value in reasons(ast.parse(path.read_text())):
        where = f"{path.name}:{value.lineno}"
        if (words := as_text(value)) is not None:
            assert reason_text(words, {}, 0) != words, f"{where} has words in English alone"
        elif isinstance(value, ast.Attribute) and getattr(value.value, "id", "") == "Reason":
            given = {one.arg for one in call.keywords} - {"reason"}
            assert given >= facts_in(REASONS[Reason[value.attr]][0]), where


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("zh-CN", "输入无效：first（first 和 last 必须且只能给出一个）"),
        ("zh-TW", "輸入無效：first（first 和 last 必須且只能給出一個）"),
        ("en", "Invalid input: first (exactly one of first and last)"),
    ],
)
async def test_a_refusal_is_said_in_the_language_of_the_caller(
    api: Api, language: str, message: str
) -> None:
    query = "{ elders(first: 1, last: 1) { totalCount } }"
    response = await api.post(Role.OFFICIAL, query, **{"Accept-Language": language})
    (error,) = response["errors"]
    assert error["message"] == message
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert error["extensions"]["field"] == "first"
    assert error["extensions"]["requestId"]


async def test_a_bad_request_is_said_in_the_language_of_the_caller(api: Api) -> None:
    token = {"Authorization": f"Bearer {api.token(Role.OFFICIAL)}"}
    response = await api.http.post(api.url, json=[], headers=token)
    (error,) = response.json()["errors"]
    assert error["message"] == "请求格式有误：请求体须为 JSON 对象"
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert error["extensions"]["requestId"]


@pytest.fixture
def context(database: Database, database_url: str, vault: Vault, district: District) -> Context:
    player = district.players[Role.OFFICIAL]
    actor = Actor(player.account_id, Role.OFFICIAL, player.region_code)
    return Context(database, actor, Language.EN, "test", Feed(database_url), vault)


@pytest.mark.parametrize(
    ("declared", "value", "place", "said"),
    [
        ("$v: Int!", "1", ["v"], "$v is not valid (Int cannot"),
        ("$v: Int!", None, ["v"], "$v is not valid (Expected value of non-null"),
        ("$v: BedFilter", {"kind": "SOFA"}, ["v", "kind"], "$v.kind is not valid (Value does"),
        ("$v: AlarmFilter", {"state": ["RAISED", 5]}, ["v", "state", 1], "$v.state[1] is not"),
        ("$v: BedFilter", {"sofa": True}, ["v"], "$v is not valid (Expected value of type"),
    ],
)
async def test_a_variable_is_named_with_the_place_at_fault(
    context: Context, declared: str, value: Any, place: Sequence[str | int], said: str
) -> None:
    uses = {
        "Int!": "alarms(first: $v)",
        "BedFilter": "beds(first: 1, filter: $v)",
        "AlarmFilter": "alarms(first: 1, filter: $v)",
    }
    query = f"query ({declared}) {{ {uses[declared.split()[1]]} {{ totalCount }} }}"
    answer = await answered(Request(query, {"v": value}), context)
    assert not answer.ran
    (error,) = answer.body["errors"]
    assert error["extensions"] == {
        "code": "INVALID_VARIABLE",
        "requestId": "test",
        "variable": place,
    }
    assert said in error["message"]


@pytest.mark.parametrize(
    "query",
    [
        '{ elders(first: 1, filter: {nameContains: "\\u0000"}) { totalCount } }',
        '{ volunteers(last: 1, filter: {nameContains: "王\\u0000"}) { nodes { name } } }',
    ],
)
@pytest.mark.parametrize("planned", [True, False])
async def test_what_postgresql_cannot_hold_is_the_callers_fault(
    context: Context, query: str, planned: bool
) -> None:
    answer = await answered(Request(query), context, planned=planned)
    assert [error["extensions"]["code"] for error in answer.body["errors"]] == ["INVALID_INPUT"]


async def failure_of(database_url: str, statement: str) -> DBAPIError:
    """What a statement fails with."""
    engine = create_async_engine(engine_url(database_url))
    with pytest.raises(DBAPIError) as caught:
        async with engine.connect() as connection:
            await connection.execute(text(statement))
    await engine.dispose()
    return caught.value


@pytest.mark.parametrize(
    "statement", ["SELECT 'x'::int", "SELECT 1 / 0", "SELECT '2026-02-30'::date"]
)
async def test_values_are_refused_whichever_way_they_were_asked_about(
    database_url: str, statement: str
) -> None:
    failure = await failure_of(database_url, statement)
    for one in (failure, failure.orig and failure.orig.__cause__):
        assert isinstance(one, BaseException)
        found = domain_error(one)
        assert isinstance(found, InvalidInput)
        assert found.facts["reason"] is Reason.NOT_STORABLE
    assert not passes(failure)


@pytest.mark.parametrize("statement", ["SELECT nothing", "SELECT * FROM nowhere"])
async def test_what_is_our_own_fault_is_masked(
    context: Context, database_url: str, statement: str
) -> None:
    failure = await failure_of(database_url, statement)
    shown = formatted(as_internal(failure), context)
    assert shown["extensions"]["code"] == "INTERNAL"
    assert not busy([shown])
    assert "no" not in shown["message"].replace("now", "").split()
    assert statement not in str(shown)


async def test_a_database_that_is_away_is_no_fault_of_ours(
    vault: Vault, context: Context, unused_port: int
) -> None:
    url = f"postgresql://nobody:nothing@127.0.0.1:{unused_port}/nowhere"
    away = Database(url)
    lost = Context(away, context.actor, Language.EN, "test", Feed(url), vault)
    key = "alarm_" + "0" * 32
    acknowledge = f'mutation {{ alarmAcknowledge(input: {{id: "{key}"}}) {{ alarm {{ id }} }} }}'
    for query in ("{ viewer { id } }", "{ elders(first: 1) { totalCount } }", acknowledge):
        answer = await answered(Request(query), lost)
        (error,) = answer.body["errors"]
        assert error["extensions"] == {
            "code": "UNAVAILABLE",
            "requestId": "test",
            "retryAfter": 2,
        }
        assert str(unused_port) not in error["message"]
        assert (answer.status, answer.retry_after) == (503, 2)
    await away.close()


@pytest.fixture
def unused_port() -> int:
    """Where nobody listens: the privileged port that nothing uses."""
    return 1


async def test_a_pool_that_is_used_up_passes(database_url: str) -> None:
    engine = create_async_engine(
        engine_url(database_url), pool_size=1, max_overflow=0, pool_timeout=0.05
    )
    async with engine.connect():
        with pytest.raises(PoolTimeout) as caught:
            await engine.connect()
    await engine.dispose()
    assert passes(caught.value)


async def test_two_that_wait_for_each_other_may_try_again(database_url: str) -> None:
    one, other = [await asyncpg.connect(database_url) for _ in range(2)]
    first, second = [row["id"] for row in await one.fetch("SELECT id FROM elder LIMIT 2")]
    lock = "SELECT id FROM elder WHERE id = $1 FOR UPDATE"
    await one.execute("BEGIN")
    await other.execute("BEGIN")
    await one.fetch(lock, first)
    await other.fetch(lock, second)
    results = await asyncio.gather(
        one.fetch(lock, second), other.fetch(lock, first), return_exceptions=True
    )
    (failure,) = [found for found in results if isinstance(found, BaseException)]
    assert isinstance(failure, asyncpg.DeadlockDetectedError)
    assert passes(failure)
    await one.close()
    await other.close()


def test_no_reason_has_words_twice() -> None:
    """In a dictionary the later ones would hide the others."""
    keys = [
        ast.unparse(key)
        for path in SOURCES
        if path.name == "reasons.py" or path.name.endswith("words.py")
        for table in ast.walk(ast.parse(path.read_text()))
        if isinstance(table, ast.Dict)
        for key in table.keys
        if isinstance(key, ast.Attribute) and ast.unparse(key).startswith("Reason.")
    ]
    assert len(keys) == len(Reason)
    assert len(set(keys)) == len(keys)
