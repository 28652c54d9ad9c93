"""Few operations of one socket are at work at a time; the rest wait in order of arrival.

An HTTP client has as many operations under way as it has connections; without turns, one socket
could take every connection to the database for itself.
"""

import asyncio
from types import TracebackType
from typing import Self


class Turn:
    """One operation's turn among its socket's: waited for on entry, left at the end or earlier.

    Whoever is cancelled while waiting never has it.

    Parameters:
        turns: of the socket; wakes who waits in order of arrival.
    """

    def __init__(self, turns: asyncio.Semaphore) -> None:
        self._turns = turns
        self._held = False

    async def __aenter__(self) -> Self:
        await self._turns.acquire()
        self._held = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.leave()

    def leave(self) -> None:
        """Let the next one begin; nothing where the turn has been left already."""
        if self._held:
            self._held = False
            self._turns.release()
