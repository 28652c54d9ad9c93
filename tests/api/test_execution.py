"""One way from a request to its answer, for queries and mutations, and for subscriptions."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from sqlalchemy import select
from sqlmodel import col

from api.context import Context
from api.execution import answered, streamed
from api.feed import Feed
from api.requests import BadRequest, Request
from api.texts import Language
from domain.access import Actor, Role
from domain.alarms.log import TOPIC
from domain.crypto import Vault
from domain.database import Database
from domain.outbox import Event, OutboxEvent, record
from tests.clients import BEGINNING
from tests.signals import press
from yiyang.district.cast import District

CHANGED = "subscription ($after: String) { alarmChanged(after: $after) { change } }"
MASKED = """{ last: elders(first: 12) { nodes { fullAddress } }
  first: elders(first: 2) { nodes { fullAddress } } }"""
BY_ID = "query ($id: ID!) { elder(id: $id) { id } }"


@pytest.fixture
async def feed(database_url: str) -> AsyncGenerator[Feed, None]:
    feed = Feed(database_url)
    await feed.start()
    yield feed
    await feed.stop()


@pytest.fixture
def context(database: Database, feed: Feed, vault: Vault, district: District) -> Context:
    player = district.players[Role.OFFICIAL]
    actor = Actor(player.account_id, Role.OFFICIAL, player.region_code)
    return Context(database, actor, Language.EN, "test", feed, vault)


def codes(body: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    return [error["extensions"]["code"] for error in body["errors"]]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Request("{"), "PARSE_FAILED"),
        (Request(""), "VALIDATION_FAILED"),
        (Request("{ nothing }"), "VALIDATION_FAILED"),
        (Request("fragment F on Account { id }"), "VALIDATION_FAILED"),
        (Request("{ viewer { id } }", None, "A"), "VALIDATION_FAILED"),
        (Request("query A { viewer { id } } query B { viewer { id } }"), "VALIDATION_FAILED"),
        (Request("{ a: viewer { id } " + "a: viewer { id } " * 10 + "}"), "QUERY_TOO_LARGE"),
        (Request("{ elders { nodes { alarms { nodes { id } } } } }"), "QUERY_TOO_LARGE"),
    ],
)
async def test_what_is_refused_never_runs_and_is_refused_again(
    context: Context, request_: Request, code: str
) -> None:
    first = await answered(request_, context)
    again = await answered(request_, context)
    (streamed_answer,) = [answer async for answer in streamed(request_, context)]
    for answer in (first, again, streamed_answer):
        assert codes(answer.body) == [code]
        assert "data" not in answer.body
        assert not answer.ran
        assert not answer.planned


@pytest.mark.parametrize("planned", [True, False])
async def test_variables_that_do_not_fit_are_never_tried(context: Context, planned: bool) -> None:
    answer = await answered(Request(BY_ID, {"id": {}}), context, planned=planned)
    assert len(answer.body["errors"]) == 1
    assert "data" not in answer.body
    assert not answer.ran


async def test_a_subscription_has_more_than_one_answer(context: Context) -> None:
    with pytest.raises(BadRequest):
        await answered(Request(CHANGED), context)


@pytest.mark.parametrize("planned", [True, False])
async def test_masks_are_told_in_the_order_of_names_and_places(
    context: Context, planned: bool
) -> None:
    answer = await answered(Request(MASKED), context, planned=planned)
    paths = [mask["path"] for mask in answer.body["extensions"]["masked"]]
    assert paths == [
        *(["first", "nodes", place, "fullAddress"] for place in range(2)),
        *(["last", "nodes", place, "fullAddress"] for place in range(12)),
    ]


async def test_a_query_is_a_stream_of_one(context: Context) -> None:
    query = Request(
        "query ($name: Boolean!) { viewer { id name @skip(if: $name) } }", {"name": True}
    )
    (streamed_answer,) = [answer async for answer in streamed(query, context)]
    assert streamed_answer.body == (await answered(query, context)).body
    assert list(streamed_answer.body["data"]["viewer"]) == ["id"]


@pytest.mark.parametrize(
    ("variables", "code"), [({"after": 1}, "INVALID_VARIABLE"), ({"after": "W"}, "INVALID_INPUT")]
)
async def test_a_subscription_that_cannot_start_never_runs(
    context: Context, variables: dict[str, object], code: str
) -> None:
    (answer,) = [answer async for answer in streamed(Request(CHANGED, variables), context)]
    assert codes(answer.body) == [code]
    assert not answer.ran


async def tell_of_what_we_do_not_know(database: Database) -> None:
    """As a later version of ours would."""
    async with database.transaction("test") as session:
        alarm_id = await session.scalar(select(col(OutboxEvent.subject_id)))
        assert alarm_id
        record(session, Event(TOPIC, alarm_id, "NEWER_THAN_WE_ARE"))


async def test_a_stream_that_fails_says_so_and_ends(
    context: Context, database: Database, district: District, caplog: pytest.LogCaptureFixture
) -> None:
    await press(database, district)
    async with aclosing(streamed(Request(CHANGED, {"after": BEGINNING}), context)) as answers:
        assert (await anext(answers)).body == {"data": {"alarmChanged": {"change": "RAISED"}}}
        await tell_of_what_we_do_not_know(database)
        async with asyncio.timeout(10):
            failed = await anext(answers)
        assert codes(failed.body) == ["INTERNAL"]
        assert failed.body["data"] is None
        assert failed.ran
        with pytest.raises(StopAsyncIteration):
            await anext(answers)
    assert "request test failed" in caplog.text
