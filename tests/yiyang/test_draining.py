"""`yiyang serve` told to end: what runs is answered, sockets hear why, nothing is missed."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import websockets
from sqlalchemy import text
from websockets.exceptions import InvalidStatus

from api.auth.tokens import TokenKey
from domain.access import Role
from domain.database import Database
from tests.clients import BEGINNING, NO_AUTHORITIES, Api
from tests.conftest import free_port
from tests.parts import START_SECONDS
from tests.signals import press
from yiyang.district.cast import District

KEY = "c2l4dGVlbiBieXRlcyBvciBtb3JlLCAzMiBpbiBhbGw="  # 32 bytes in base64
ELDERS = "{ elders(first: 1) { nodes { id } } }"
CHANGED = """subscription ($after: String) {
  alarmChanged(after: $after) { cursor change } }"""
PATIENCE_SECONDS = 60
Serve = Callable[[int], Any]


@pytest.fixture
def serve(database_url: str) -> tuple[Serve, TokenKey]:
    """Starts `yiyang serve` with so many workers, always on the same port, and ends it."""
    jwk, port = TokenKey.new_jwk(), free_port()
    environment = {
        **os.environ,
        "YIYANG_DATABASE_URL": database_url,
        "YIYANG_TOKEN_KEY": json.dumps(jwk),
        "YIYANG_DATA_KEYS": json.dumps({"test": KEY}),
        "YIYANG_HASH_KEY": KEY,
        "YIYANG_PORT": str(port),
    }

    @asynccontextmanager
    async def served(workers: int) -> AsyncGenerator[tuple[int, asyncio.subprocess.Process], None]:
        command = ["-m", "yiyang", "serve", "--workers", str(workers)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, env=environment, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            await _up(port)
            yield port, process
        finally:
            if process.returncode is None:
                process.terminate()
            async with asyncio.timeout(PATIENCE_SECONDS):
                await process.wait()

    return served, TokenKey(jwk)


async def _up(port: int) -> None:
    async with asyncio.timeout(START_SECONDS):
        async with httpx.AsyncClient(verify=NO_AUTHORITIES) as client:
            while True:
                try:
                    if (await client.get(f"http://127.0.0.1:{port}/health")).status_code == 200:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.05)


async def test_what_runs_is_answered_then_sockets_go_and_resume_without_a_gap(
    serve: tuple[Serve, TokenKey], database: Database, district: District
) -> None:
    served, key = serve
    async with served(1) as (port, process):
        api = Api(port, key, district)
        async with api.socket(Role.FAMILY) as live, api.socket(Role.FAMILY) as busy:
            await live.subscribe(CHANGED, after=BEGINNING)
            await press(database, district)
            seen = (await live.next())["data"]["alarmChanged"]
            assert seen["change"] == "RAISED"
            async with database.transaction("test") as session:
                await session.execute(text("LOCK TABLE elder IN ACCESS EXCLUSIVE MODE"))
                asked = await busy.subscribe(ELDERS)
                await busy.send({"type": "ping"})
                assert (await busy.receive())["type"] == "pong"
                process.send_signal(signal.SIGTERM)
                assert await _code(live) == 1001
                with pytest.raises(InvalidStatus) as refused:
                    await websockets.connect(api.ws_url)
                assert refused.value.response.status_code == 503
            assert (await busy.receive())["id"] == asked
            assert (await busy.receive()) == {"id": asked, "type": "complete"}
            assert await _code(busy) == 1001
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await process.wait() in (0, -signal.SIGTERM)
        await api.close()
    await press(database, district)
    async with served(2) as (port, process):
        api = Api(port, key, district)
        async with api.socket(Role.FAMILY) as resumed:
            await resumed.subscribe(CHANGED, after=seen["cursor"])
            assert (await resumed.next())["data"]["alarmChanged"]["change"] == "REPEATED"
            await press(database, district)
            assert (await resumed.next())["data"]["alarmChanged"]["change"] == "REPEATED"
            process.send_signal(signal.SIGTERM)
            assert await _code(resumed) == 1001
        await api.close()


async def test_an_event_stream_ends_without_being_complete(
    serve: tuple[Serve, TokenKey], database: Database, district: District
) -> None:
    served, key = serve
    async with served(1) as (port, process):
        api = Api(port, key, district)
        headers = {
            "Authorization": f"Bearer {api.token(Role.FAMILY)}",
            "Accept": "text/event-stream",
        }
        async with api.http.stream(
            "POST", api.url, json={"query": CHANGED}, headers=headers
        ) as response:
            chunks = response.aiter_text()
            assert await anext(chunks) == ":\n"
            process.send_signal(signal.SIGTERM)
            assert [chunk async for chunk in chunks] == []
        async with asyncio.timeout(PATIENCE_SECONDS):
            await process.wait()
        await api.close()


async def _code(socket: Any) -> int | None:
    with pytest.raises(websockets.ConnectionClosed):
        await socket.receive()
    return socket.connection.close_code
