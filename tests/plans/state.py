"""The rows of a database as they were, to be put back after a change."""

import asyncpg

from domain.metadata import METADATA

_MARK = "SELECT pg_current_wal_insert_lsn()::text"
_NEXT = "SELECT txid_current()"
_POSITIONS = "SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences"


class Kept:
    """A copy of every row, beside the rows.

    Parameters:
        sql: a superuser's connection, to put rows back past the foreign keys.
    """

    def __init__(self, sql: asyncpg.Connection) -> None:
        self._sql = sql
        self._positions: dict[str, int | None] = {}
        self._since = 0

    async def keep(self) -> None:
        """Remember the rows as they are now."""
        await self._sql.execute("CREATE SCHEMA kept")
        for name in METADATA.tables:
            await self._sql.execute(f"CREATE TABLE kept.{name} AS TABLE {name}")
        self._positions = {row[0]: row[1] for row in await self._sql.fetch(_POSITIONS)}
        await self._sql.execute("SET session_replication_role = replica")
        self._since = await self._sql.fetchval(_NEXT)

    async def mark(self) -> str:
        """Another one after each change of any row; a change of none may move it too."""
        return await self._sql.fetchval(_MARK)

    async def forget_reads(self) -> None:
        """Take what was read since out of the audit trail."""
        new = f"xmin::text::bigint >= {self._since}"
        await self._sql.execute(f"DELETE FROM audit_entry WHERE {new}")
        await self._sql.execute(f"DELETE FROM audit_unsealed WHERE {new}")

    async def restore(self) -> None:
        """Make the rows again what they were."""
        async with self._sql.transaction():
            # Nobody works on them: what is there was asked for by the change.
            await self._sql.execute("DELETE FROM pgqueuer; DELETE FROM pgqueuer_log")
            for name, table in METADATA.tables.items():
                await self._sql.execute(
                    f"DELETE FROM {name} WHERE xmin::text::bigint >= {self._since}"
                )
                key = " AND ".join(f"one.{c.name} = other.{c.name}" for c in table.primary_key)
                await self._sql.execute(
                    f"INSERT INTO {name} OVERRIDING SYSTEM VALUE SELECT * FROM kept.{name} AS one"
                    f" WHERE NOT EXISTS (SELECT FROM {name} AS other WHERE {key})"
                )
            for name, position in self._positions.items():
                await self._sql.execute(
                    "SELECT setval($1::text::regclass, $2, $3)", name, position or 1, bool(position)
                )
        self._since = await self._sql.fetchval(_NEXT)
