"""The sockets and event streams of a process: how many a client may hold, and how they end when
the process does."""

import asyncio
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from api.auth.tokens import Grant
from api.origins import normal

MAX_A_CLIENT = 32
"""Sockets and event streams that one client (a token's subject) may hold with one process.

Each worker counts for itself: to ask the others would cost a write for each socket."""


class TooMany(Exception):
    """The client holds as many connections as it may."""


class Connection(Protocol):
    """A socket or an event stream."""

    async def leave(self) -> None:
        """Finish what runs, stop what streams, say goodbye; returns once that is done."""
        ...

    def end_if(self, void: Callable[[Grant], bool]) -> None:
        """End at once where the token that it goes by is void."""
        ...


class Connections:
    """All of them.

    Parameters:
        origins: from which pages of other sites may connect, for example ``https://desk.example``.
    """

    def __init__(self, origins: tuple[str, ...] = ()) -> None:
        self._origins = normal(origins)
        self._live: set[Connection] = set()
        self._held: Counter[UUID] = Counter()
        self.draining = False

    def admits(self, origin: str | None, host: str | None) -> bool:
        """Whether a page may connect. Who sends no origin is no page.

        Parameters:
            origin, host: the headers.
        """
        if origin is None or origin.lower() in self._origins:
            return True
        try:
            # The scheme is left out: before us stands a proxy that speaks TLS.
            page = urlsplit(origin).netloc
        except ValueError:
            return False
        return bool(page) and host is not None and page.lower() == host.lower()

    @contextmanager
    def live(self, connection: Connection) -> Generator[None, None, None]:
        """A connection that takes part in draining."""
        self._live.add(connection)
        try:
            yield
        finally:
            self._live.discard(connection)

    def hold(self, client: UUID) -> None:
        """Count one more connection of a client, to be let go.

        Raises: TooMany.
        """
        if self._held[client] >= MAX_A_CLIENT:
            raise TooMany
        self._held[client] += 1

    def let_go(self, client: UUID) -> None:
        """Count one less."""
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]

    def end_void(self, void: Callable[[Grant], bool]) -> None:
        """End those whose token has been revoked, before their next event."""
        for connection in tuple(self._live):
            connection.end_if(void)

    async def drain(self, grace: float) -> None:
        """Take no new connection, and end those that there are.

        Parameters:
            grace: seconds at most.
        """
        self.draining = True
        leaving = [asyncio.create_task(connection.leave()) for connection in self._live]
        if leaving:
            _, late = await asyncio.wait(leaving, timeout=grace)
            for each in late:
                each.cancel()
