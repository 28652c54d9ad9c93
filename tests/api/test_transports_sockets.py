"""Sockets keep to graphql-transport-ws to the letter: who may open one, how many, how they end."""

import asyncio
import json
from typing import Any

import pytest
import websockets
from websockets.exceptions import InvalidStatus

from api import websocket
from api.connections import MAX_A_CLIENT
from domain.access import Role
from tests.clients import TIMEOUT_SECONDS, Api, Socket
from tests.waiting import until

PROTOCOL = websockets.Subprotocol("graphql-transport-ws")
VIEWER = "{ viewer { id } }"
CHANGED = "subscription { alarmChanged { cursor change } }"
OFTEN = 0.05


async def closed(connection: websockets.ClientConnection) -> int | None:
    """Read to the end; the code that it was closed with."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        try:
            while True:
                await connection.recv()
        except websockets.ConnectionClosed:
            return connection.close_code


async def all_received(socket: Socket) -> None:
    """Frames are taken in order: whoever answers this has seen what came before."""
    await socket.send({"type": "ping"})
    assert await socket.receive() == {"type": "pong"}


def at_work() -> list[str]:
    """What runs on behalf of sockets."""
    names = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    return [name for name in names if "Socket" in name and "recv" not in name]


@pytest.mark.parametrize("protocols", [None, ["graphql-ws"]])
async def test_another_subprotocol_is_4406(api: Api, protocols: Any) -> None:
    async with websockets.connect(api.ws_url, subprotocols=protocols) as connection:
        assert await closed(connection) == 4406


async def test_who_does_not_initialise_in_time_is_4408(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "INIT_SECONDS", OFTEN)
    async with websockets.connect(api.ws_url, subprotocols=[PROTOCOL]) as connection:
        assert await closed(connection) == 4408


async def test_an_id_in_use_is_4409_and_one_that_has_ended_is_free(api: Api) -> None:
    subscribe = {"id": "a", "type": "subscribe", "payload": {"query": VIEWER}}
    async with api.socket(Role.FAMILY) as socket:
        for _ in range(2):
            await socket.send(subscribe)
            assert (await socket.receive())["type"] == "next"
            assert (await socket.receive())["type"] == "complete"
        live = {**subscribe, "payload": {"query": CHANGED}}
        await socket.send(live)
        await socket.send({"id": "a", "type": "complete"})
        await socket.send(live)
        await socket.send(live)
        assert await closed(socket.connection) == 4409


@pytest.mark.parametrize(
    "frame",
    [
        b"{}",
        '{"type": "ping", "payload": 1}',
        '{"type": "pong", "payload": []}',
        '{"type": "connection_init", "payload": "x"}',
        '{"type": "complete"}',
        '{"type": "complete", "id": null}',
        '{"type": "next", "id": "1", "payload": {}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": null}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "operationName": 1}}',
        '{"type": "ping"' + "[" * 50_000,
        "null",
    ],
)
async def test_what_no_client_may_say_is_4400(api: Api, frame: str | bytes) -> None:
    async with api.socket(Role.FAMILY) as socket:
        await socket.connection.send(frame)
        assert await closed(socket.connection) == 4400


async def test_a_message_is_measured_in_bytes(api: Api) -> None:
    async with api.socket(Role.FAMILY) as socket:
        await socket.connection.send(json.dumps({"type": "老" * 30_000}, ensure_ascii=False))
        assert await closed(socket.connection) == 1009


async def test_a_document_too_long_is_an_error_for_its_id(api: Api) -> None:
    async with api.socket(Role.FAMILY) as socket:
        name = await socket.subscribe("{ viewer { id } }" + " " * 17_000)
        frame = await socket.receive()
        assert (frame["id"], frame["type"]) == (name, "error")
        extensions = frame["payload"][0]["extensions"]
        assert extensions["code"] == "BAD_REQUEST"
        assert extensions["requestId"]
        await socket.subscribe(VIEWER)
        assert (await socket.next())["data"]


async def test_a_hundred_operations_and_no_more(api: Api) -> None:
    async with api.socket(Role.FAMILY, language="en") as socket:
        names = [await socket.subscribe(CHANGED) for _ in range(websocket.MAX_OPERATIONS)]
        one_more = await socket.subscribe(VIEWER)
        frame = await socket.receive()
        assert (frame["id"], frame["type"]) == (one_more, "error")
        extensions = frame["payload"][0]["extensions"]
        assert extensions["code"] == "TOO_MANY_OPERATIONS"
        assert extensions["requestId"]
        await socket.send({"id": names[0], "type": "complete"})
        await socket.subscribe(VIEWER)
        assert (await socket.next())["data"]


async def test_a_client_has_so_many_sockets_and_no_more(api: Api) -> None:
    async def initialised() -> tuple[websockets.ClientConnection, dict[str, Any]]:
        connection = await websockets.connect(api.ws_url, subprotocols=[PROTOCOL])
        socket = Socket(connection)
        token = api.token(Role.FAMILY)
        await socket.send({"type": "connection_init", "payload": {"token": token}})
        try:
            return connection, await socket.receive()
        except websockets.ConnectionClosed:
            return connection, {"closed": connection.close_code}

    opened = [await initialised() for _ in range(MAX_A_CLIENT + 1)]
    assert [answer["type"] for _, answer in opened[:-1]] == ["connection_ack"] * MAX_A_CLIENT
    assert opened[-1][1] == {"closed": 4429}
    async with api.socket(Role.DISPATCHER):
        pass  # another client
    await opened[0][0].close()
    while "closed" in (again := await initialised())[1]:
        pass  # until the server knows
    for connection, _ in (again, *opened):
        await connection.close()


@pytest.mark.parametrize("origin", [None, "same", "https://desk.example", "HTTPS://Desk.Example"])
async def test_pages_that_may_connect(api: Api, origin: str | None) -> None:
    sent = f"http://127.0.0.1:{api.port}" if origin == "same" else origin
    headers = {"Origin": sent} if sent else {}
    async with websockets.connect(
        api.ws_url, subprotocols=[PROTOCOL], additional_headers=headers
    ) as connection:
        assert connection.subprotocol == PROTOCOL


@pytest.mark.parametrize(
    "origin", ["null", "https://evil.example", "https://desk.example.evil", "http://127.0.0.1:1"]
)
async def test_pages_that_may_not(api: Api, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await websockets.connect(
            api.ws_url, subprotocols=[PROTOCOL], additional_headers={"Origin": origin}
        )
    assert refused.value.response.status_code == 403


async def test_a_socket_that_answers_pings_lives_and_one_that_does_not_is_closed(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "PING_SECONDS", 0.2)
    async with api.socket(Role.FAMILY) as socket:
        for _ in range(4):
            assert json.loads(await socket.connection.recv()) == {"type": "ping"}
            await socket.send({"type": "pong"})
        # That it speaks is no pong.
        await socket.send({"type": "ping"})
        assert await closed(socket.connection) == 4499


async def test_a_ping_of_the_clients_is_answered_before_and_after_it_has_initialised(
    api: Api,
) -> None:
    async with websockets.connect(api.ws_url, subprotocols=[PROTOCOL]) as connection:
        socket = Socket(connection)
        await socket.send({"type": "ping", "payload": {"mine": 1}})
        assert await socket.receive() == {"type": "pong"}
        token = api.token(Role.FAMILY)
        await socket.send({"type": "connection_init", "payload": {"token": token}})
        acknowledged = await socket.receive()
        assert acknowledged["type"] == "connection_ack"
        assert acknowledged["payload"]["expiresAt"]
        await socket.send({"type": "ping"})
        assert await socket.receive() == {"type": "pong"}


async def test_a_socket_that_goes_away_leaves_nothing_behind(
    api: Api,
) -> None:
    for _ in range(3):
        async with api.socket(Role.FAMILY) as socket:
            for _ in range(10):
                await socket.subscribe(CHANGED)
            await all_received(socket)
            assert at_work()
            socket.connection.transport.abort()
    await until(lambda: not at_work())
