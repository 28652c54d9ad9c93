"""Alembic's entry: runs migrations over asyncpg on the connection URL that the caller sets."""

import asyncio
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.sql.sqltypes import AutoString

from domain.database import engine_url
from domain.metadata import METADATA

_LOCK = 0x6D_69_67_72_61_74_65  # "migrate"


def include(entity: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    """PgQueuer keeps its own tables, and telemetry has one a day; the autogenerator must not
    propose to drop them."""
    del entity, reflected, other
    return not (kind == "table" and (name or "").startswith(("pgqueuer", "telemetry_")))


def render(kind: str, entity: Any, autogen_context: Any) -> str | Literal[False]:
    """SQLModel's string is SQLAlchemy's: migrations need no import of SQLModel."""
    del autogen_context
    return "sa.String()" if kind == "type" and isinstance(entity, AutoString) else False


def run(connection: Connection) -> None:
    """Migrate in one transaction, one process at a time."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        include_object=include,
        render_item=render,
        compare_server_default=True,
    )
    with context.begin_transaction():
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        context.run_migrations()


async def migrate(url: str) -> None:
    """Connect and run."""
    engine = create_async_engine(engine_url(url))
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await engine.dispose()


asyncio.run(migrate(context.config.get_main_option("sqlalchemy.url") or ""))
