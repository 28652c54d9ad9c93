"""The two ways to PostgreSQL: one transaction a write, one statement a read."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Row, Select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from domain import jobs, outbox
from domain.constraints import domain_error

_SERVER_SETTINGS = {
    "application_name": "yiyang",
    # The JIT compiles for longer than our small statements run.
    "jit": "off",
    # A generic plan knows neither the length of a key array nor the width of a region: at 227,100
    # elders it turned 1 ms into 50 ms for the tags of a page. Planning anew costs 0.3 ms.
    "plan_cache_mode": "force_custom_plan",
}


class Database:
    """Connections to one database.

    Parameters:
        url: ``postgresql://…`` of the primary.
        read_url: the same of a replica for reads; the primary if None.
        pool_size: connections kept for writes, and as many for reads.
    """

    def __init__(self, url: str, *, read_url: str | None = None, pool_size: int = 10) -> None:
        self.url = url
        self._writes = _engine(url, pool_size)
        # Reads leave no session state behind: autocommit, and no reset at release.
        self._reads = _engine(
            read_url or url, pool_size, isolation_level="AUTOCOMMIT", pool_reset_on_return=None
        )

    @asynccontextmanager
    async def transaction(self, actor: str) -> AsyncGenerator[AsyncSession, None]:
        """One write: begin, the caller's verb, its jobs, its events, commit.

        Parameters:
            actor: who writes, an account's id or the name of a part of the system; readable
                in PostgreSQL as ``current_setting('yiyang.actor')``.
        Raises: the DomainError of a violated constraint.
        """
        async with AsyncSession(self._writes, expire_on_commit=False) as session:
            try:
                # SQLAlchemy begins lazily: this statement makes the transaction exist before
                # a job is enqueued past it on the driver's connection.
                await session.execute(
                    text("SELECT set_config('yiyang.actor', :actor, true)"), {"actor": actor}
                )
                yield session
                await session.flush()
                await jobs.write_enqueued(session)
                await outbox.write_recorded(session)
                await session.commit()
            except IntegrityError as violation:
                raise domain_error(violation) or violation from violation

    async def fetch(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        """Run one read and return its rows."""
        async with self._reads.connect() as connection:
            return (await connection.execute(statement)).all()

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection, None]:
        """A connection for several reads in a row; never held while waiting for anything else."""
        async with self._reads.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._writes.dispose()
        await self._reads.dispose()


def _engine(url: str, pool_size: int, **options: Any) -> AsyncEngine:
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"server_settings": _SERVER_SETTINGS},
        **options,
    )
