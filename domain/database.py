"""The two ways to PostgreSQL: one transaction a write, one statement a read."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Row, Select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from domain import jobs, last_statement
from domain.constraints import domain_error
from domain.reading import ReadPool

SERVICE_ROLE = "yiyang_service"
"""Whom every part of the service is to PostgreSQL, whoever has logged in: one who may add to the
audit trail, but neither change it nor take anything away. Migrations make it."""

AS_SERVICE = {"role": SERVICE_ROLE}
"""The settings of a session that is none of a Database's."""

_SESSION = {
    "application_name": "yiyang",
    # Whoever vanishes in a transaction, holding the outbox's lock, must not hold up everyone.
    "idle_in_transaction_session_timeout": "15s",
    # A read that nobody waits for any more ends.
    "client_connection_check_interval": "2s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    # The JIT compiles for longer than our small statements run.
    "jit": "off",
    # What fits into memory costs the same in any order; the default counts on spinning disks.
    "random_page_cost": "1.1",
    # Plans have moments and days written as text.
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
}

# A generic plan knows neither the length of a key array nor the width of a region: at 227,100
# elders it turned 1 ms into 50 ms for the tags of a page. Planning anew costs 0.3 ms.
_PLANNED_ANEW = {**_SESSION, "plan_cache_mode": "force_custom_plan"}

# What begins at one row by its key has one good plan, whatever the key.
_PLANNED_ONCE = {**_SESSION, "plan_cache_mode": "force_generic_plan"}


class Database:
    """Connections to one database.

    Parameters:
        url: ``postgresql://…`` of the primary.
        read_url: the same of a replica for reads; the primary if None.
        pool_size: connections for writes at most; as many for planned reads that begin at a key,
            and for others; half as many for ordinary reads.
        role: whom to be to PostgreSQL; whoever the URL names if None.
    """

    def __init__(
        self,
        url: str,
        *,
        read_url: str | None = None,
        pool_size: int = 10,
        role: str | None = SERVICE_ROLE,
    ) -> None:
        self.url = url
        whom = {"role": role} if role else {}
        self._writes = _engine(url, pool_size, whom)
        ordinary = max(1, pool_size // 2)
        self._primary_reads = _reading_engine(url, ordinary, whom)
        self._reads = _reading_engine(read_url, ordinary, whom) if read_url else self._primary_reads
        self._pools = {
            (primary, once): ReadPool(address, pool_size, settings | whom)
            for primary, address in ((True, url), (False, read_url or url))
            for once, settings in ((True, _PLANNED_ONCE), (False, _PLANNED_ANEW))
            if primary or read_url
        }
        self.figures = asyncio.Semaphore(1)
        """Whoever reads the rows of a whole region for some figures takes a turn: alarms and homes'
        screens come first."""

    @asynccontextmanager
    async def transaction(
        self, actor: str, *, dry_run: bool = False
    ) -> AsyncGenerator[AsyncSession, None]:
        """One write: begin, the caller's verb, its jobs, its events, commit.

        Parameters:
            actor: who writes, an account's id or the name of a part of the system; readable
                in PostgreSQL as ``current_setting('yiyang.actor')``.
            dry_run: refuse what would be refused, and take everything else back.
        Raises: the DomainError of a violated constraint, or InvalidInput for a value that
            PostgreSQL cannot hold.
        """
        async with AsyncSession(self._writes, expire_on_commit=False) as session:
            try:
                await _begin(session, actor)
                yield session
                await session.flush()
                if dry_run:
                    return
                await jobs.write_enqueued(session)
                await last_statement.write(session)
                await session.commit()
            except DBAPIError as failure:
                error = domain_error(failure)
                if error is None:
                    raise
                raise error from failure

    async def fetch(
        self, statement: Select[*tuple[Any, ...]], *, primary: bool = False
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Run one read and return its rows.

        Parameters:
            primary: read what has just been written, where a replica may lag behind.

        Raises: InvalidInput for a value that PostgreSQL cannot hold, such as a NUL in a text.
        """
        try:
            return await self._fetch(statement, primary)
        except DBAPIError as failure:
            if failure.connection_invalidated:
                # The server was restarted: the pool knows by now, and a read may be repeated.
                return await self._fetch(statement, primary)
            error = domain_error(failure)
            if error is None:
                raise
            raise error from failure

    async def _fetch(
        self, statement: Select[*tuple[Any, ...]], primary: bool
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        async with self.reading(primary=primary) as connection:
            return (await connection.execute(statement)).all()

    async def rows(
        self, statement: str, arguments: Sequence[Any], *, once: bool, primary: bool = False
    ) -> list[Any]:
        """Run one read that a plan has written.

        Parameters:
            arguments: for ``$1`` and on.
            once: whether one plan of PostgreSQL's is good for all its values.
            primary: as for ``fetch``.

        Raises: asyncpg's errors.
        """
        pool = self._pools.get((primary, once)) or self._pools[True, once]
        return await pool.fetch(statement, arguments)

    async def run(self, statement: str, arguments: Sequence[Any]) -> None:
        """Run one write of a single statement, in a transaction of its own: it is committed when
        this returns. Where the server is restarted meanwhile, it may be done twice.

        Parameters:
            arguments: for ``$1`` and on.

        Raises: asyncpg's errors.
        """
        await self._pools[True, True].fetch(statement, arguments)

    @asynccontextmanager
    async def reading(self, *, primary: bool = False) -> AsyncGenerator[AsyncConnection, None]:
        """A connection for several reads in a row; never held while waiting for anything else.

        Parameters:
            primary: as for ``fetch``.
        """
        engine = self._primary_reads if primary else self._reads
        async with engine.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        for engine in {self._writes, self._reads, self._primary_reads}:
            await engine.dispose()
        for pool in self._pools.values():
            await pool.close()


async def _begin(session: AsyncSession, actor: str) -> None:
    """Begin a transaction; once more where the server was restarted since its connection's last.

    SQLAlchemy begins lazily: this statement makes the transaction exist before a job is enqueued
    past it on the driver's connection. And as nothing has been written before it, it may be
    repeated, where a look at the connection first would cost every write three round trips.
    """
    named = text("SELECT set_config('yiyang.actor', :actor, true)"), {"actor": actor}
    try:
        await session.execute(*named)
    except DBAPIError as failure:
        if not failure.connection_invalidated:
            raise
        await session.rollback()
        await session.execute(*named)


def engine_url(url: str) -> URL:
    """A PostgreSQL URL for SQLAlchemy's asyncpg: libpq's ``sslmode`` is called ``ssl`` there."""
    parsed = make_url(url).set(drivername="postgresql+asyncpg")
    mode = parsed.query.get("sslmode")
    if mode is None:
        return parsed
    return parsed.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})


def _engine(url: str, pool_size: int, whom: dict[str, str], **options: Any) -> AsyncEngine:
    return create_async_engine(
        engine_url(url),
        pool_size=pool_size,
        max_overflow=0,
        # Personal data must not get into logs by way of an error's text.
        hide_parameters=True,
        connect_args={"server_settings": _PLANNED_ANEW | whom},
        **options,
    )


def _reading_engine(url: str, pool_size: int, whom: dict[str, str]) -> AsyncEngine:
    """Reads leave no session state behind: autocommit, and no reset at release."""
    return _engine(url, pool_size, whom, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)
