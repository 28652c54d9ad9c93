"""A socket goes by its newest token: renewed in band, narrowed with it, and ended by its end."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import websockets

from domain.access import Actor, Role
from domain.database import Database
from tests.clients import BEGINNING, Api, Socket
from tests.signals import press

CHANGED = f"""subscription {{
  alarmChanged(after: "{BEGINNING}") {{ cursor change alarm {{ elder {{ name }} }} }} }}"""
VIEWER = "{ viewer { id } }"


async def renew(socket: Socket, token: Any) -> dict[str, Any]:
    """Send a token; the answer."""
    await socket.send({"type": "ping", "payload": {"token": token}})
    return await socket.receive()


async def code(socket: Socket) -> int | None:
    """What the socket is closed with, where nothing else comes."""
    with pytest.raises(websockets.ConnectionClosed):
        await socket.receive()
    return socket.connection.close_code


@pytest.fixture
async def brief(api: Api) -> Any:
    """Opens sockets whose token lasts for seconds."""

    async def opened(seconds: float) -> Socket:
        connection = await websockets.connect(
            api.ws_url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]
        )
        connections.append(connection)
        socket = Socket(connection)
        token = api.token(Role.FAMILY, lifetime=timedelta(seconds=seconds))
        await socket.send({"type": "connection_init", "payload": {"token": token}})
        assert (await socket.receive())["type"] == "connection_ack"
        return socket

    connections: list[websockets.ClientConnection] = []
    yield opened
    for connection in connections:
        await connection.close()


async def test_a_renewed_token_keeps_the_socket_and_its_subscription(
    api: Api, database: Database, brief: Any
) -> None:
    socket: Socket = await brief(2)
    await socket.subscribe(CHANGED)
    answer = await renew(socket, api.token(Role.FAMILY, lifetime=timedelta(seconds=60)))
    assert answer["type"] == "pong"
    left = datetime.fromisoformat(answer["payload"]["expiresAt"]) - datetime.now(UTC)
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)
    await asyncio.sleep(2.2)
    await press(database, api.district)
    assert (await socket.next())["data"]["alarmChanged"]["change"] == "RAISED"


async def test_a_renewed_token_ends_the_socket_when_its_time_has_come(
    api: Api, database: Database
) -> None:
    async with api.socket(Role.FAMILY) as socket:
        await socket.subscribe(CHANGED)
        await renew(socket, api.token(Role.FAMILY, lifetime=timedelta(seconds=2)))
        assert await code(socket) == 4401


async def test_a_token_of_somebody_else_ends_the_socket(api: Api) -> None:
    stranger = Actor(uuid4(), Role.FAMILY)
    expired = api.token(Role.FAMILY, lifetime=timedelta(seconds=-1))
    for token in (api.token(stranger), api.token(Role.ADMIN), expired, "x", 1, None):
        async with api.socket(Role.FAMILY) as socket:
            await socket.send({"type": "ping", "payload": {"token": token}})
            assert await code(socket) == 4403


async def test_a_token_before_the_first_is_4401(api: Api) -> None:
    async with websockets.connect(
        api.ws_url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]
    ) as connection:
        socket = Socket(connection)
        await socket.send({"type": "ping", "payload": {"token": api.token(Role.FAMILY)}})
        assert await code(socket) == 4401


async def test_a_role_that_changes_narrows_what_is_under_way(api: Api, database: Database) -> None:
    """And widens it again: nothing that was passed over meanwhile comes late."""
    dispatcher = api.actor(Role.DISPATCHER)
    advisor = Actor(dispatcher.id, Role.ADVISOR, dispatcher.region)
    async with api.socket(dispatcher) as socket:
        name = await socket.subscribe(CHANGED)
        await press(database, api.district)
        assert (await socket.next())["data"]["alarmChanged"]["change"] == "RAISED"
        assert (await renew(socket, api.token(advisor)))["type"] == "pong"
        await press(database, api.district)
        await socket.subscribe(VIEWER)
        frames = [await socket.receive() for _ in range(2)]
        assert name not in [frame["id"] for frame in frames]
        assert await socket.silent(0.3)
        await renew(socket, api.token(dispatcher))
        await press(database, api.district)
        frame = await socket.receive()
        assert (frame["id"], frame["payload"]["data"]["alarmChanged"]["change"]) == (
            name,
            "REPEATED",
        )
        assert await socket.silent(0.3)


async def test_no_frame_made_with_the_old_rights_follows_the_answer(
    api: Api, database: Database
) -> None:
    """A backlog is under way when the new token comes; what follows its pong is its own."""
    for _ in range(120):
        await press(database, api.district)
    admin = api.actor(Role.ADMIN)
    async with api.socket(admin) as socket:
        for _ in range(5):
            await socket.subscribe(CHANGED)
        first = await socket.next()
        assert first["data"]["alarmChanged"]["alarm"]["elder"]["name"]
        await socket.send(
            {"type": "ping", "payload": {"token": api.token(Actor(admin.id, Role.ADVISOR))}}
        )
        seen = 1
        while (await socket.receive())["type"] != "pong":
            seen += 1
        assert seen < 5 * 120, "there was a backlog left"
        assert await socket.silent(0.5)
