"""Who does not read holds no memory here, misses nothing, and is told that it is late."""

import asyncio
import socket as sockets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets

from api import gaps, websocket
from api.context import Context
from domain.access import Role
from domain.database import Database
from tests.clients import BEGINNING, Api, Socket
from tests.signals import press

# Frames of some 20 KB: fewer are needed to fill what the kernel keeps of them.
MUCH = " ".join(f"a{number:065}: spokenText" for number in range(190))
CHANGED = f"""subscription ($after: String) {{
  alarmChanged(after: $after) {{ cursor change alarm {{ {MUCH} }} }} }}"""
PRESSES = 500
LATE_SECONDS = 2.0
PING_SECONDS = 0.5


@pytest.fixture
def deliveries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The cursors of what is made to be sent."""
    made: list[str] = []
    begin = Context.begin_event

    def begun(context: Context, cursor: str) -> None:
        made.append(cursor)
        begin(context, cursor)

    monkeypatch.setattr(Context, "begin_event", begun)
    return made


@asynccontextmanager
async def narrow_socket(api: Api) -> AsyncGenerator[Socket, None]:
    """A family's socket that takes little it does not read."""
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", api.port))
    async with websockets.connect(
        api.ws_url,
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
        sock=raw,
        max_queue=1,
        compression=None,
        ping_interval=None,
    ) as connection:
        socket = Socket(connection)
        token = api.token(Role.FAMILY)
        await socket.send({"type": "connection_init", "payload": {"token": token}})
        assert (await socket.receive())["type"] == "connection_ack"
        yield socket


async def stalled(api: Api, database: Database, deliveries: list[str]) -> None:
    """Alarms pass, more than lie between here and there; the server stops making frames."""
    for _ in range(PRESSES):
        await press(database, api.district)
    async with asyncio.timeout(30):
        before = -1
        while before < len(deliveries):
            before = len(deliveries)
            await asyncio.sleep(LATE_SECONDS)
    assert len(deliveries) < PRESSES, "the rest waits where it is kept anyway"


async def read(socket: Socket, number: int) -> tuple[list[str], list[dict[str, Any]]]:
    """The next so many events' cursors, and what was said of gaps."""
    cursors: list[str] = []
    told: list[dict[str, Any]] = []
    while len(cursors) < number:
        answer = await socket.next()
        cursors.append(answer["data"]["alarmChanged"]["cursor"])
        if gap := answer.get("extensions", {}).get("gap"):
            told.append({**gap, "at": len(cursors)})
    return cursors, told


async def read_to_the_end(socket: Socket) -> list[str]:
    """The cursors of what is left until the socket is closed."""
    cursors: list[str] = []
    try:
        while True:
            frame = await socket.receive()
            if change := (frame.get("payload") or {}).get("data", {}).get("alarmChanged"):
                cursors.append(change["cursor"])
    except websockets.ConnectionClosed:
        return cursors


async def test_a_slow_reader_is_told_and_goes_on_where_it_was(
    api: Api, database: Database, deliveries: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps, "GAP_SECONDS", LATE_SECONDS)
    # However long it takes until all lies still: who reads nothing answers no ping.
    monkeypatch.setattr(websocket, "PING_SECONDS", 600.0)
    async with narrow_socket(api) as socket:
        await socket.subscribe(CHANGED, after=BEGINNING)
        await socket.send({"type": "ping"})
        assert (await socket.receive())["type"] == "pong"
        await stalled(api, database, deliveries)
        cursors, told = await read(socket, PRESSES)
        assert len(set(cursors)) == PRESSES
        (gap,) = told
        assert (gap["code"], gap["after"]) == ("GAP", cursors[gap["at"] - 2])
        assert gap["seconds"] >= LATE_SECONDS
        assert set(deliveries) == set(cursors)
        await press(database, api.district)
        answer = await socket.next()
        assert "extensions" not in answer, "it is live again"


async def test_a_reader_that_answers_no_ping_is_cut_off_and_resumes(
    api: Api, database: Database, deliveries: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps, "GAP_SECONDS", LATE_SECONDS)
    monkeypatch.setattr(websocket, "PING_SECONDS", PING_SECONDS)
    async with narrow_socket(api) as socket:
        await socket.subscribe(CHANGED, after=BEGINNING)
        async with asyncio.timeout(30):
            while not deliveries:
                await press(database, api.district)
        # It is cut off meanwhile, and these are for nobody.
        await asyncio.sleep(4 * PING_SECONDS)
        reached = len(deliveries)
        for _ in range(20):
            await press(database, api.district)
        await asyncio.sleep(LATE_SECONDS)
        assert len(deliveries) == reached
        received = await read_to_the_end(socket)
    assert received == deliveries
    async with api.socket(Role.FAMILY) as socket:
        await socket.subscribe(CHANGED, after=received[-1])
        cursors, (gap,) = await read(socket, 20)
        assert len({*received, *cursors}) == reached + 20
        assert (gap["after"], gap["at"]) == (received[-1], 1)
