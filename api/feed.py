"""Wakes subscribers when something has been committed.

It carries no data: a subscriber that wakes reads the outbox from its own cursor. So a slow
subscriber costs no memory, a NOTIFY that is lost costs a few seconds at most, and there is
nothing to get out of order.
"""

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any

import asyncpg

from domain.outbox import CHANNEL

log = logging.getLogger("yiyang.feed")

POLL_SECONDS = 5.0
"""How long a subscriber sleeps at most, should a NOTIFY get lost."""


_CONNECT_SECONDS = 10.0


class Feed:
    """Listens on one connection for all subscribers of a process.

    Parameters:
        url: ``postgresql://…``
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._waiting: set[asyncio.Event] = set()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen, in the background."""
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Stop listening."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @contextmanager
    def subscribed(self) -> Generator[asyncio.Event, None, None]:
        """An event that is set whenever something may have happened."""
        wake = asyncio.Event()
        self._waiting.add(wake)
        try:
            yield wake
        finally:
            self._waiting.discard(wake)

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("Listening for events was interrupted, trying again: %s", error)
            await asyncio.sleep(1)

    async def _listen_once(self) -> None:
        connection: Any = await asyncpg.connect(self._url, timeout=_CONNECT_SECONDS)
        closed = asyncio.Event()

        def note_end(_: object) -> None:
            closed.set()

        connection.add_termination_listener(note_end)
        try:
            await connection.add_listener(CHANNEL, self._wake)
            self._wake()
            await closed.wait()
        finally:
            # An orderly goodbye could wait for ever on a server that is frozen.
            connection.terminate()

    def _wake(self, *_: object) -> None:
        for event in self._waiting:
            event.set()


async def woken(wake: asyncio.Event) -> None:
    """Sleep until woken, or for the poll's length."""
    with suppress(TimeoutError):
        await asyncio.wait_for(wake.wait(), POLL_SECONDS)
    wake.clear()
