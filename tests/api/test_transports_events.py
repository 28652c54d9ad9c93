"""Server-sent events on the same address, for whoever prefers them."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api import sse
from api.connections import MAX_A_CLIENT
from domain.access import Role
from domain.database import Database
from tests.clients import TIMEOUT_SECONDS, Api
from tests.signals import press

EVENTS = "text/event-stream"
VIEWER = "{ viewer { id } }"
CHANGED = """subscription ($after: String) {
  alarmChanged(after: $after) { cursor change } }"""


class Stream:
    """One response, event by event."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> dict[str, str]:
        """The next event's fields; comments count as events of nothing but ``comment``."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(TIMEOUT_SECONDS):
            async for line in self._lines:
                if line.startswith(":"):
                    return {"comment": line}
                if not line:
                    return fields
                name, _, value = line.partition(":")
                fields[name] = value.strip()
        return fields

    async def event(self) -> dict[str, Any]:
        """The next one that is no comment, its data decoded."""
        while "comment" in (fields := await self.next()):
            pass
        data = fields.get("data")
        return {**fields, "data": json.loads(data)} if data else fields


@asynccontextmanager
async def streaming(
    api: Api,
    query: str,
    variables: Any = None,
    headers: dict[str, str] | None = None,
    lifetime: timedelta = timedelta(hours=1),
) -> AsyncGenerator[Stream, None]:
    """A stream of the family's."""
    token = api.token(Role.FAMILY, lifetime=lifetime)
    async with api.http.stream(
        "POST",
        api.url,
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {token}", "Accept": EVENTS, **(headers or {})},
    ) as response:
        yield Stream(response)


async def test_a_subscription_streams_and_resumes(api: Api, database: Database) -> None:
    async with streaming(api, CHANGED, headers={"Accept-Encoding": "gzip, zstd"}) as stream:
        headers = stream.response.headers
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert headers["cache-control"] == "no-cache, no-transform"
        assert "content-encoding" not in headers
        assert headers["x-server-time"]
        assert "comment" in await stream.next(), "it has begun"
        await api.data(Role.FAMILY, VIEWER)
        await press(database, api.district)
        event = await stream.event()
        change = event["data"]["data"]["alarmChanged"]
        assert (event["event"], event["id"], change["change"]) == (
            "next",
            change["cursor"],
            "RAISED",
        )
    for _ in range(2):
        await press(database, api.district)
    for variables, headers in (
        ({"after": change["cursor"]}, {}),
        (None, {"Last-Event-ID": change["cursor"]}),
        ({"after": "WzBd"}, {"Last-Event-ID": change["cursor"]}),
    ):
        async with streaming(api, CHANGED, variables, headers) as stream:
            missed = [(await stream.event())["data"]["data"]["alarmChanged"] for _ in range(2)]
            assert [each["change"] for each in missed] == ["REPEATED"] * 2


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (VIEWER, None),
        ("{", "PARSE_FAILED"),
        ("{ nothing }", "VALIDATION_FAILED"),
        ('subscription { alarmChanged(after: "Wzk5OV0") { change } }', "CURSOR_EXPIRED"),
    ],
)
async def test_what_ends_is_said_and_completed(api: Api, query: str, code: str | None) -> None:
    async with streaming(api, query) as stream:
        assert stream.response.status_code == 200
        event = await stream.event()
        assert event["event"] == "next"
        errors = event["data"].get("errors")
        assert (errors[0]["extensions"]["code"] if errors else None) == code
        assert await stream.event() == {"event": "complete", "data": ""}
        assert await stream.event() == {}


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (EVENTS, EVENTS),
        ("text/event-stream, multipart/mixed", EVENTS),
        ("application/json;q=0.5, text/event-stream", EVENTS),
        (
            "application/graphql-response+json, application/graphql+json, application/json, "
            "text/event-stream, multipart/mixed",
            "application/graphql-response+json",
        ),
        ("*/*", "application/json"),
        ("text/event-stream;q=0.5, */*", "application/json"),
    ],
)
async def test_only_who_prefers_events_gets_them(api: Api, accept: str, content_type: str) -> None:
    async with streaming(api, VIEWER, headers={"Accept": accept}) as stream:
        assert stream.response.headers["content-type"].partition(";")[0] == content_type


async def test_refusals_before_the_stream_are_json(api: Api) -> None:
    for headers, status in (({"Authorization": "Bearer x"}, 401), ({"Content-Type": "x"}, 415)):
        async with streaming(api, VIEWER, headers=headers) as stream:
            assert stream.response.status_code == status
            assert stream.response.headers["content-type"].startswith("application/json")
            assert json.loads(await stream.response.aread())["errors"]


async def test_the_tokens_end_is_the_streams(api: Api, database: Database) -> None:
    async with streaming(api, CHANGED, lifetime=timedelta(seconds=2)) as stream:
        event = await stream.event()
        extensions = event["data"]["errors"][0]["extensions"]
        assert extensions["code"] == "UNAUTHENTICATED"
        assert extensions["requestId"]
        assert (await stream.event())["event"] == "complete"
        await press(database, api.district)
        assert await stream.event() == {}


async def test_comments_keep_it_alive(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "BEAT_SECONDS", 0.05)
    async with streaming(api, CHANGED) as stream:
        for _ in range(4):
            assert await stream.next() == {"comment": ":"}


async def test_streams_count_among_a_clients_connections(api: Api) -> None:
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(streaming(api, CHANGED)) for _ in range(MAX_A_CLIENT)
        ]
        for each in streams:
            assert "comment" in await each.next()
        async with streaming(api, CHANGED) as one_more:
            assert one_more.response.status_code == 429
            body = json.loads(await one_more.response.aread())
            assert body["errors"][0]["extensions"]["code"] == "TOO_MANY_CONNECTIONS"
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while True:  # until the server knows
            async with streaming(api, VIEWER) as again:
                if again.response.status_code == 200:
                    break
