"""A watch that runs beside the test."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from io import StringIO

from rich.console import Console

from api.texts import Language
from yiyang.watch import watch

PATIENCE_SECONDS = 60


class Watcher:
    """A running watch whose output can be read meanwhile."""

    def __init__(self, url: str, token: str, terminal: bool, language: Language) -> None:
        self._file = StringIO()
        # The size of a terminal that nobody has enlarged.
        self.console = Console(
            file=self._file, force_terminal=terminal, record=True, width=80, height=24
        )
        self._task = asyncio.create_task(watch(url, token, language=language, console=self.console))

    @property
    def text(self) -> str:
        """All that was written so far."""
        return self._file.getvalue()

    @property
    def lines(self) -> list[list[str]]:
        """The same as fields."""
        return [line.split("\t") for line in self.text.splitlines()]

    @property
    def changes(self) -> list[str]:
        """What befell alarms, in order."""
        return [line[1] for line in self.lines]

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for it; a watch that has ended meanwhile says why."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not happened():
                if self._task.done():
                    self._task.result()
                await asyncio.sleep(0.02)

    async def end(self) -> None:
        """As Ctrl-C does."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


@asynccontextmanager
async def watching(
    url: str, token: str, *, terminal: bool = False, language: Language = Language.ZH_CN
) -> AsyncGenerator[Watcher, None]:
    """A watch that is ended as by Ctrl-C, whatever the test finds."""
    watcher = Watcher(url, token, terminal, language)
    try:
        yield watcher
    finally:
        await watcher.end()
