"""The workers of one `yiyang serve`: one bucket, one manifest, one end."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from api.auth.tokens import Grant, TokenKey
from api.trusted import hash_of
from domain.access import Role
from domain.buckets import RESTORE_SECONDS
from tests.clients import Api
from tests.conftest import free_port
from tests.parts import START_SECONDS
from tests.waiting import until
from yiyang.district.cast import District

KEY = "c2l4dGVlbiBieXRlcyBvciBtb3JlLCAzMiBpbiBhbGw="  # 32 bytes in base64
WORKERS = 2
VIEWER = "{ viewer { role } }"
LATER = "query Later { viewer { id } }"


@dataclass(frozen=True)
class Server:
    """Two workers at one address.

    Parameters:
        manifest: of the documents that apps may execute.
    """

    process: subprocess.Popen[bytes]
    api: Api
    manifest: Path

    def token(self, budget: int | None = None) -> dict[str, str]:
        end = datetime.now(UTC) + timedelta(hours=1)
        signed = self.api.key.sign(Grant(self.api.actor(Role.FAMILY), end, budget))
        return {"Authorization": f"Bearer {signed}"}

    def workers(self) -> set[int]:
        """Their processes."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return {one.pid for one in children if "spawn_main" in " ".join(one.cmdline())}


@pytest.fixture
def server(
    database_url: str, token_key_jwk: dict[str, Any], district: District, tmp_path: Path
) -> Generator[Server, None, None]:
    port = free_port()
    manifest = tmp_path / "documents.json"
    manifest.write_text(json.dumps({hash_of(VIEWER): VIEWER}), encoding="utf-8")
    environment = {
        **os.environ,
        "YIYANG_DATABASE_URL": database_url,
        "YIYANG_TOKEN_KEY": json.dumps(token_key_jwk),
        "YIYANG_DATA_KEYS": json.dumps({"test": KEY}),
        "YIYANG_HASH_KEY": KEY,
        "YIYANG_PORT": str(port),
        "YIYANG_TRUSTED_DOCUMENTS": str(manifest),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "yiyang", "serve", "--workers", str(WORKERS)],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        becomes(lambda: healthy(port))
        yield Server(process, Api(port, TokenKey(token_key_jwk), district), manifest)
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def token_key_jwk() -> dict[str, Any]:
    return TokenKey.new_jwk()


def becomes(condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200
    except httpx.TransportError:
        return False


async def test_two_workers_are_one_server(server: Server) -> None:
    """To whoever asks, to who hangs up, and in their end: all of one start, which takes long."""
    workers = server.workers()
    assert len(workers) == WORKERS
    await both_spend_from_one_bucket(server)
    await a_hangup_reaches_both(server)
    assert server.workers() == workers
    await server.api.close()
    both_end_with_a_killed_supervisor(server)


async def both_spend_from_one_bucket(server: Server) -> None:
    budget = 200
    began = time.monotonic()
    asked = [ask(server, {"query": VIEWER}, server.token(budget)) for _ in range(300)]
    statuses = [status for status, _ in await asyncio.gather(*asked)]
    # A second's worth is restored each second, and as much each worker may lend unasked.
    most = budget + (time.monotonic() - began + WORKERS) * budget / RESTORE_SECONDS
    assert statuses.count(200) + statuses.count(429) == 300
    assert budget / 2 <= statuses.count(200) <= most + WORKERS  # of parts of a point


async def a_hangup_reaches_both(server: Server) -> None:
    headers, body = server.token(), {"documentId": hash_of(LATER)}
    assert (await ask(server, body, headers))[0] == 404
    server.manifest.write_text(json.dumps({hash_of(LATER): LATER}), encoding="utf-8")
    server.process.send_signal(signal.SIGHUP)

    async def all_know() -> bool:
        return {status for status, _ in await rounds(server, body, headers)} == {200}

    await until(all_know)


def both_end_with_a_killed_supervisor(server: Server) -> None:
    left = psutil.Process(server.process.pid).children(recursive=True)
    assert len(left) >= WORKERS
    server.process.kill()
    server.process.wait()
    _, alive = psutil.wait_procs(left, timeout=30)
    for one in alive:
        one.kill()
    assert alive == []
    assert not healthy(server.api.port)


async def rounds(
    server: Server, body: dict[str, Any], headers: dict[str, str]
) -> list[tuple[int, int]]:
    """Often enough to meet both workers, each time on a connection of its own."""
    closing = {**headers, "Connection": "close"}
    return [await ask(server, body, closing) for _ in range(20)]


async def ask(server: Server, body: dict[str, Any], headers: dict[str, str]) -> tuple[int, int]:
    response = await server.api.http.post(server.api.url, json=body, headers=headers)
    return response.status_code, len(response.content)
