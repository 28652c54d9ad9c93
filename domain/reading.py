"""Connections for planned reads: one prepared statement each time, and nothing left behind.

A statement that leaves no state needs no reset after it, and a connection that is lent for one
statement needs no proxy: together a third of a small read's cost
(docs/decisions/0018-one-plan-per-operation.md).
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

_STATEMENTS = 200
"""How many prepared statements a connection keeps."""
_PATIENCE_S = 30.0
"""How long to wait for a connection."""


_BROKEN = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # ended by the server at the moment at which it is asked
    OSError,
)


class ReadPool:
    """Lends connections for one read at a time.

    UUIDs come as their 32 hex digits, and go as UUIDs.

    Parameters:
        url: ``postgresql://…``.
        size: connections at most.
        settings: of each session.
    """

    def __init__(self, url: str, size: int, settings: Mapping[str, str]) -> None:
        self._url = url
        self._settings = dict(settings)
        self._turns = asyncio.Semaphore(size)
        self._idle: list[Any] = []
        self._lent: set[Any] = set()

    async def fetch(self, statement: str, arguments: Sequence[Any]) -> list[Any]:
        """Run one SELECT and return its rows; once more where the server has been restarted.

        Raises: asyncpg's errors; TimeoutError where no connection becomes free.
        """
        if self._turns.locked():
            async with asyncio.timeout(_PATIENCE_S):
                await self._turns.acquire()
        else:
            await self._turns.acquire()
        try:
            while self._idle:
                try:
                    return await self._run(self._idle.pop(), statement, arguments)
                except _BROKEN:
                    self._drop_idle()
            return await self._run(await self._connect(), statement, arguments)
        finally:
            self._turns.release()

    async def close(self) -> None:
        """Close the connections; what is still read on one is cut off."""
        for connection in self._lent:
            connection.terminate()
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()

    async def _run(self, connection: Any, statement: str, arguments: Sequence[Any]) -> list[Any]:
        self._lent.add(connection)
        try:
            rows = await connection.fetch(statement, *arguments)
        except asyncpg.PostgresError:
            if not connection.is_closed():
                self._idle.append(connection)
            raise
        except BaseException:
            # Cancelled in the middle, or broken: nobody knows what it would answer next.
            connection.terminate()
            raise
        finally:
            self._lent.discard(connection)
        self._idle.append(connection)
        return rows

    async def _connect(self) -> Any:
        connection: Any = await asyncpg.connect(
            self._url,
            server_settings=self._settings,
            statement_cache_size=_STATEMENTS,
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=0,
        )
        try:
            await connection.set_type_codec(
                "uuid", schema="pg_catalog", format="binary", encoder=_bytes_of, decoder=bytes.hex
            )
        except BaseException:
            connection.terminate()
            raise
        return connection

    def _drop_idle(self) -> None:
        for connection in self._idle:
            connection.terminate()
        self._idle.clear()


def _bytes_of(key: UUID) -> bytes:
    return key.bytes
