"""Few operations of one socket are at work at a time; the rest wait in order of arrival.

An HTTP client has as many operations under way as it has connections; without turns, one socket
could take every connection to the database for itself.
"""

import asyncio
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType


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


class StartedSubscription(SchemaExtension):
    """A subscription leaves its turn once it has started: it may last for days."""

    def on_execute(self) -> Iterator[None]:
        """Of a subscription Strawberry calls this around its start alone."""
        yield
        turn = self.execution_context.context.turn
        if turn and self.execution_context.operation_type is OperationType.SUBSCRIPTION:
            turn.leave()
