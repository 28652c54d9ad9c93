"""The tables in the code, the migrations and the error map tell one story."""

import asyncpg
import pytest
from alembic import command
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from domain import constraints
from domain.database import engine_url
from domain.metadata import METADATA
from migrations.run import configuration, is_current

CATALOGUE = """
    SELECT conname AS name, contype AS kind FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conname NOT LIKE $1
    UNION ALL
    SELECT indexrelid::regclass::text, 'u' FROM pg_index JOIN pg_class ON oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace AND indisunique AND NOT indisprimary
      AND NOT relispartition
      AND indexrelid::regclass::text NOT LIKE $1
      AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)
"""


def test_migrations_make_exactly_the_tables_of_the_code(database_url: str) -> None:
    command.check(configuration(database_url))


def test_migrations_go_down_and_up_again(database_url: str) -> None:
    config = configuration(database_url)
    command.downgrade(config, "base")
    command.upgrade(config, "head")
    command.check(config)


async def test_a_migrated_database_is_known_as_current(database_url: str, cluster: str) -> None:
    assert await is_current(database_url)
    assert not await is_current(cluster)


async def test_every_constraint_has_its_error_and_every_error_its_constraint(
    database_url: str,
) -> None:
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(CATALOGUE, "pgqueuer%")
    await connection.close()
    named = {
        row["name"] for row in rows if row["kind"] != b"p" and row["name"] != "alembic_version"
    }
    ours = {name for name in named if not name.endswith(("_pkey", "_pkc", "_fkey"))}
    assert ours == set(constraints.RULES) | set(constraints.CHECKS)


DEFINITIONS = r"""
    SELECT conrelid::regclass || ' ' || conname AS name, pg_get_constraintdef(oid) AS definition
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conparentid = 0
      AND contype <> 't' -- only migrations make triggers
      AND conrelid::regclass::text NOT LIKE 'telemetry\_%'
    UNION ALL
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class ON oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace AND NOT relispartition
"""


async def test_constraints_and_indexes_are_word_for_word_those_of_the_code(
    database_url: str, cluster: str
) -> None:
    """What Alembic does not compare: CHECKs, exclusions, the predicates of partial indexes."""
    admin = await asyncpg.connect(cluster)
    await admin.execute("CREATE DATABASE from_the_code")
    url = f"{database_url.rpartition('/')[0]}/from_the_code"
    engine = create_async_engine(engine_url(url))
    async with engine.begin() as connection:
        await connection.execute(text("CREATE EXTENSION btree_gist"))
        await connection.execute(text("CREATE EXTENSION pg_trgm"))
        await connection.run_sync(METADATA.create_all)
    await engine.dispose()
    declared, migrated = await definitions(url), await definitions(database_url)
    await admin.execute("DROP DATABASE from_the_code")
    await admin.close()
    assert declared == migrated


async def definitions(url: str) -> dict[str, str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(DEFINITIONS)
    await connection.close()
    others = ("pgqueuer", "alembic")
    return {row["name"]: row["definition"] for row in rows if not row["name"].startswith(others)}


async def test_the_job_queue_has_the_tables_that_its_library_wants(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    plan = await Queries(AsyncpgDriver(connection)).plan_upgrade()
    await connection.close()
    assert not plan.statements, plan


@pytest.mark.parametrize("name", sorted(constraints.CHECKS))
def test_each_check_speaks_of_a_column(name: str) -> None:
    columns = {column.key for table in METADATA.tables.values() for column in table.columns}
    assert constraints.CHECKS[name] in columns
