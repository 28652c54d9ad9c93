"""Clients as people use them: a query, a mutation, refusals, and alarms over a wire that breaks."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from domain.access import Role
from domain.database import Database
from tests.client_examples.story import ring
from tests.client_examples.wire import Wire, wire_to
from tests.clients import Api
from tests.conformance.clients.conftest import Client, started
from tests.polling import to_the_end

LIVE = [
    ("graphql_ws", "ws"),
    ("graphql_sse", "sse"),
    ("urql", "ws"),
    ("urql", "sse"),
    ("apollo", "ws"),
    ("apollo", "sse"),
    ("relay", "ws"),
]
BURST = 12
SIGN_IN = ["UNAUTHENTICATED"]
REFUSED: dict[str, int] = {"graphql_ws": 4403, "graphql_sse": 401}
"""What a stranger is told by a client that has no place for a coded error."""


@asynccontextmanager
async def followed(api: Api, name: str, over: str) -> AsyncGenerator[tuple[Client, Wire], None]:
    """A client of the daughter's, and its wire."""
    async with (
        wire_to(api.port) as wire,
        started(f"{name}.mjs", wire.port, api.token(Role.FAMILY), over) as client,
    ):
        yield client, wire


async def story(client: Client) -> tuple[str, dict[str, Any]]:
    """What the client says before it follows: the stream's cursor, and the rest by kind."""
    said: dict[str, Any] = {}
    while "stranger" not in said:
        what, value = await client.next()
        assert what not in said
        said[what] = value
    return said["query"]["alarms"]["streamCursor"], said


def codes(errors: list[dict[str, Any]]) -> list[str]:
    """What a program branches on."""
    return [error["extensions"]["code"] for error in errors]


async def events_until(client: Client, number: int) -> list[Any]:
    """So many events; how often its wire broke meanwhile is the client's business."""
    events: list[Any] = []
    while len(events) < number:
        what, value = await client.next()
        assert what in ("event", "closed"), (what, value)
        if what == "event":
            events.append(value)
    return events


@pytest.mark.parametrize(("name", "over"), LIVE)
async def test_what_clients_ask_and_are_refused(
    packages: None, compiled: str, api: Api, database: Database, name: str, over: str
) -> None:
    await ring(database, api.district.sos_button_id)
    async with followed(api, name, over) as (client, _):
        _, said = await story(client)
        alarm = said["query"]["alarms"]["nodes"][0]
        assert alarm["state"] == "RAISED"
        done = said["mutation"]["alarmAcknowledge"]
        assert done["alarm"]["state"] == "ACKNOWLEDGED"
        assert done["userErrors"] == []
        assert done["clientMutationId"] == "mine"
        (refused,) = said["userErrors"]["alarmAcknowledge"]["userErrors"]
        assert refused["code"] == "ILLEGAL_TRANSITION"
        assert "not possible" in refused["message"]
        assert codes(said["invalid"]) == ["VALIDATION_FAILED"]
        told = said["stranger"]
        assert (codes(told) if isinstance(told, list) else told) == REFUSED.get(name, SIGN_IN)
        assert (await events_until(client, 1))[0]["change"] == "ACKNOWLEDGED"


@pytest.mark.parametrize(("name", "over"), LIVE)
async def test_a_wire_that_breaks_costs_no_event(
    packages: None, compiled: str, api: Api, database: Database, name: str, over: str
) -> None:
    button = api.district.sos_button_id
    await ring(database, button)
    async with followed(api, name, over) as (client, wire):
        cursor, _ = await story(client)
        seen = await events_until(client, 1)
        # While nobody is connected.
        await wire.cut()
        for _ in range(3):
            await ring(database, button)
        await wire.mend()
        seen += await events_until(client, 3)
        # In the middle of many.
        burst = asyncio.create_task(ring_often(database, button))
        for _ in range(BURST // 4):
            seen += await events_until(client, 2)
            await wire.cut()
            await wire.mend()
        await burst
        seen += await events_until(client, 4 + BURST - len(seen))
    # A cut may come while the client is still on its way back from the one before.
    assert wire.connections > 2
    changes, _ = await to_the_end(api, Role.FAMILY, cursor)
    assert [event["cursor"] for event in seen] == [change["cursor"] for change in changes]
    assert [event["change"] for event in seen] == ["ACKNOWLEDGED"] + ["REPEATED"] * (3 + BURST)


async def ring_often(database: Database, button: Any) -> None:
    """A burst of alarms, each in a transaction of its own."""
    for _ in range(BURST):
        await ring(database, button)


def test_relay_compiles_against_the_schema(compiled: str) -> None:
    assert "error" not in compiled.lower()
