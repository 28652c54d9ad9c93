"""A client program in Node, the wire to a real server, and what it says."""

import asyncio
import fcntl
import json
import subprocess
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.npm import need, node, with_node

HERE = Path(__file__).resolve().parent
PATIENCE_SECONDS = 30
"""How long a client may take to say what it must say; a busy machine is no failure."""


@pytest.fixture(scope="session")
def packages() -> None:
    """What npm fetches is there. In CI it must be."""
    need(HERE)


@pytest.fixture(scope="session")
def compiled(packages: None) -> str:
    """What relay-compiler says of the documents; what it made of them lies in build/relay."""
    compiler = HERE / "node_modules" / "relay-compiler" / "cli.js"
    config = HERE / "relay.config.json"
    with config.open("rb") as lock:
        # Of several workers one compiles at a time.
        fcntl.flock(lock, fcntl.LOCK_EX)
        (HERE / "build" / "relay").mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [node(), compiler, config.name],
            cwd=HERE,
            env=with_node(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    assert done.returncode == 0, done.stdout
    return done.stdout


@dataclass
class Client:
    """A client in a process of its own.

    Parameters:
        process: writes one JSON line for each thing that it sees.
    """

    process: Process

    async def says(self, what: str) -> Any:
        """The value of the next line, which must be of that kind."""
        said, value = await self.next()
        assert said == what, (said, value)
        return value

    async def next(self) -> tuple[str, Any]:
        """The next line: what it tells of, and the value."""
        assert self.process.stdout
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await self.process.stdout.readline()
        assert line, f"it has ended with {await self.process.wait()}"
        said, value = json.loads(line)
        return said, value


@asynccontextmanager
async def started(script: str, port: int, token: str, over: str) -> AsyncGenerator[Client, None]:
    """A client that has just begun.

    Parameters:
        port: of the server, or of a wire to it, on 127.0.0.1.
        over: what subscriptions go over: ``ws`` or ``sse``.
    """
    address = f"127.0.0.1:{port}/graphql"
    options = {
        "http": f"http://{address}",
        "ws": f"ws://{address}",
        "token": token,
        "over": over,
    }
    process = await asyncio.create_subprocess_exec(
        node(), HERE / script, json.dumps(options), stdout=PIPE, limit=2**20
    )
    try:
        yield Client(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
