"""A demo of its own for a measurement: other ports, a temporary folder, gone afterwards."""

import argparse
import asyncio
import json
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

YIYANG = [sys.executable, "-m", "yiyang"]

CITY = 227_100
"""Elders of a whole city district."""

BUDGET = 1_000_000_000
"""Points: who opens everything of a city at once would empty any other."""


@dataclass(frozen=True)
class Desk:
    """An official of the district, who asks over HTTP."""

    client: httpx.AsyncClient
    url: str

    async def ask(self, query: str, variables: dict[str, Any]) -> Any:
        """The answer's data. Raises: AssertionError for one with errors."""
        asked = {"query": query, "variables": variables}
        body = (await self.client.post(self.url, json=asked, timeout=60)).json()
        assert "errors" not in body, body
        return body["data"]

    async def milliseconds(self, query: str, variables: dict[str, Any], tries: int) -> float:
        """How long an answer takes, the median of some tries."""
        taken: list[float] = []
        for _ in range(tries):
            began = time.perf_counter()
            await self.ask(query, variables)
            taken.append((time.perf_counter() - began) * 1000)
        return statistics.median(taken)


@dataclass(frozen=True)
class RunningDemo:
    """Where it runs."""

    data_dir: Path
    addresses: dict[str, str]

    def run(self, *arguments: str) -> str:
        """What another ``yiyang`` command prints about it."""
        command = [*YIYANG, *arguments, "--data-dir", str(self.data_dir)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    @asynccontextmanager
    async def desk(self) -> AsyncGenerator[Desk, None]:
        """A desk of the district's, whose budget is never empty."""
        token = self.run("token", "--role", "official", "--budget", str(BUDGET)).strip()
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
            yield Desk(client, self.addresses["graphql"])


@contextmanager
def running_demo(elders: int) -> Generator[RunningDemo, None, None]:
    """Start a demo without simulator; its progress is shown."""
    with tempfile.TemporaryDirectory(prefix="yiyang-benchmark-") as folder:
        data_dir = Path(folder) / "data"
        options = ["--data-dir", str(data_dir), "--elders", str(elders), "--json"]
        for name in ("--port", "--mqtt-port", "--mqtt5-port"):
            options += [name, str(_free_port())]
        command = [*YIYANG, "demo", "--no-simulator", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            yield RunningDemo(data_dir, json.loads(process.stdout.readline()))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def measured(
    description: str | None, measure: Callable[[RunningDemo], Coroutine[Any, Any, None]]
) -> None:
    """Fill a district of as many elders as the command line says, and measure it.

    Parameters:
        description: what ``--help`` says.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--elders", type=int, default=CITY)
    arguments = parser.parse_args()
    with running_demo(arguments.elders) as demo:
        asyncio.run(measure(demo))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
