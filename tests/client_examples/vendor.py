"""The vendor's poller as a process, and what it says."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from domain.access import Actor
from tests.clients import Api

EXAMPLES = Path(__file__).parents[2] / "client_examples"
PATIENCE_SECONDS = 60
"""A busy machine is no failure."""


@dataclass
class Poller:
    """One vendor's command line, started and ended as often as one likes.

    Parameters:
        url: of the GraphQL endpoint.
        folder: where its token and its cursor lie.
    """

    url: str
    folder: Path
    token: str
    notices: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    said: list[str] = field(default_factory=list[str])
    _process: asyncio.subprocess.Process | None = None
    _readers: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.token_file.write_text(f"{self.token}\n")

    @property
    def token_file(self) -> Path:
        """Where the token lies."""
        return self.folder / "token"

    @property
    def cursor_file(self) -> Path:
        """Where the cursor is kept."""
        return self.folder / "cursor"

    def command(self, *more: str) -> list[str]:
        """The command line, at a pace for tests."""
        given = ["--url", self.url, "--cursor-file", str(self.cursor_file), "--every", "0.1"]
        return [sys.executable, "-m", "vendor_python", *given, *more]

    async def start(self) -> None:
        """Run it; what it says is heard from here on."""
        await self.start_with("--token-file", str(self.token_file))

    async def start_with(self, *more: str) -> None:
        """The same with other words."""
        self._process = await asyncio.create_subprocess_exec(
            *self.command(*more),
            cwd=EXAMPLES,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = self._process.stdout, self._process.stderr
        assert out
        assert err
        self._readers = [
            asyncio.create_task(self._hear(out, self._take_notice)),
            asyncio.create_task(self._hear(err, self.said.append)),
        ]

    async def ended(self) -> int:
        """Its exit code, once it has ended by itself and all it said has been heard."""
        assert self._process
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*self._readers)
            return await self._process.wait()

    async def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code after a signal."""
        assert self._process
        self._process.send_signal(by)
        return await self.ended()

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def until(self, met: Callable[[], bool]) -> None:
        """Wait for something in what it says."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._news:
            await self._news.wait_for(met)

    async def until_said(self, text: str, times: int = 1) -> None:
        """Wait for a text in what it says to its operator."""
        await self.until(lambda: sum(text in line for line in self.said) >= times)

    def told(self) -> list[str | None]:
        """The changes that it handed over."""
        return [notice["change"] for notice in self.notices]

    def cursors(self) -> set[str]:
        """What names the changes that it handed over."""
        return {notice["cursor"] for notice in self.notices}

    def _take_notice(self, line: str) -> None:
        self.notices.append(json.loads(line))

    async def _hear(self, stream: asyncio.StreamReader, take: Callable[[str], None]) -> None:
        while line := await stream.readline():
            # What a killed process left unfinished is no line.
            if line.endswith(b"\n"):
                async with self._news:
                    take(line.decode().rstrip("\n"))
                    self._news.notify_all()


@asynccontextmanager
async def poller_of(
    api: Api, who: Actor, folder: Path, port: int | None = None
) -> AsyncGenerator[Poller, None]:
    """Someone's command line, not yet started; killed at the end where it still runs.

    Parameters:
        port: where to find the server, on 127.0.0.1; its own if None.
    """
    poller = Poller(f"http://127.0.0.1:{port or api.port}/graphql", folder, api.token(who))
    try:
        yield poller
    finally:
        if poller.running:
            await poller.end(signal.SIGKILL)
