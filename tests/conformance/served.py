"""`yiyang serve` in a process of its own: what would kill a worker kills it, not the tests."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psutil

from api.auth.tokens import Grant, TokenKey
from domain.access import Actor, Role
from domain.crypto import Vault
from tests.clients import NO_AUTHORITIES
from tests.conftest import free_port
from yiyang.district.cast import District

PATIENCE_SECONDS = 60
SILENCE_SECONDS = 15
"""After these a connection on which nothing comes counts as forgotten."""

LIFETIME = timedelta(hours=1)


@dataclass(frozen=True)
class Served:
    """A running server, one worker.

    Parameters:
        port: on 127.0.0.1.
    """

    port: int
    process: subprocess.Popen[bytes]
    key: TokenKey
    district: District
    http: httpx.Client

    @property
    def url(self) -> str:
        """The GraphQL endpoint."""
        return f"http://127.0.0.1:{self.port}/graphql"

    def token(self, role: Role) -> str:
        """A token for the district's player of a role."""
        player = self.district.players[role]
        actor = Actor(player.account_id, role, player.region_code)
        return self.key.sign(Grant(actor, datetime.now(UTC) + LIFETIME))

    def connect(self) -> socket.socket:
        """A connection of one's own."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=SILENCE_SECONDS)

    def assert_well(self) -> None:
        """It is the same process still, and answers whoever asks properly."""
        assert self.process.poll() is None
        headers = {"Authorization": f"Bearer {self.token(Role.FAMILY)}"}
        answer = self.http.post(self.url, json={"query": "{ viewer { role } }"}, headers=headers)
        assert answer.json()["data"] == {"viewer": {"role": "FAMILY"}}

    def memory(self) -> int:
        """Bytes that it holds in memory."""
        return psutil.Process(self.process.pid).memory_info().rss


@contextmanager
def served(
    database_url: str, vault: Vault, key: dict[str, Any], district: District
) -> Generator[Served, None, None]:
    """A server on a database, until it is told to end; it must end well.

    Parameters:
        key: signs tokens, as a JSON Web Key.
    """
    port = free_port()
    environment = {
        **os.environ,
        "YIYANG_DATABASE_URL": database_url,
        "YIYANG_TOKEN_KEY": json.dumps(key),
        "YIYANG_DATA_KEYS": json.dumps({id: _encoded(key) for id, key in vault.keys.items()}),
        "YIYANG_HASH_KEY": _encoded(vault.hash_key),
        "YIYANG_PORT": str(port),
    }
    command = [sys.executable, "-m", "yiyang", "serve"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(timeout=PATIENCE_SECONDS, verify=NO_AUTHORITIES) as http:
            server = Served(port, process, TokenKey(key), district, http)
            _wait_for(server)
            yield server
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        process.wait()


def _wait_for(server: Served) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            assert server.http.get(f"http://127.0.0.1:{server.port}/health").status_code == 200
            return
        except httpx.TransportError:
            assert server.process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)


def _encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()
