"""The tables in the code, the migrations and the error map tell one story."""

import re

import asyncpg
import pytest
from alembic import command
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from sqlalchemy import Enum

from domain import constraints
from domain.metadata import METADATA
from migrations.run import configuration, is_current

CATALOGUE = """
    SELECT conname AS name, contype AS kind FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conname NOT LIKE $1
    UNION ALL
    SELECT indexrelid::regclass::text, 'u' FROM pg_index JOIN pg_class ON oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace AND indisunique AND NOT indisprimary
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
    assert ours == set(constraints.UNIQUE) | set(constraints.CHECKS)


async def test_constraints_in_the_catalogue_are_those_of_the_code(database_url: str) -> None:
    """What Alembic does not compare: CHECK and exclusion constraints."""
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(
        "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace "
        "AND contype IN ('c', 'x') AND conname NOT LIKE 'pgqueuer%'"
    )
    await connection.close()
    declared = {
        constraint.name
        for table in METADATA.tables.values()
        for constraint in table.constraints
        if type(constraint).__name__ in ("CheckConstraint", "ExcludeConstraint")
    }
    assert {row["conname"] for row in rows} == declared


async def test_a_choice_admits_exactly_the_values_of_its_enum(database_url: str) -> None:
    """A new value in the code without a migration is what no comparison of names would see."""
    connection = await asyncpg.connect(database_url)
    query = "SELECT conname, pg_get_constraintdef(oid) AS def FROM pg_constraint"
    rows = await connection.fetch(query)
    await connection.close()
    definitions = {row["conname"]: row["def"] for row in rows}
    choices = [
        column.type
        for table in METADATA.tables.values()
        for column in table.columns
        if isinstance(column.type, Enum)
    ]
    assert choices
    for choice in choices:
        admitted = set(re.findall(r"'([A-Z_]+)'", definitions[choice.name]))
        assert admitted == set(choice.enums), choice.name


async def test_the_job_queue_has_the_tables_that_its_library_wants(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    plan = await Queries(AsyncpgDriver(connection)).plan_upgrade()
    await connection.close()
    assert not plan.statements, plan


@pytest.mark.parametrize("name", sorted(constraints.CHECKS))
def test_each_check_speaks_of_a_column(name: str) -> None:
    columns = {column.key for table in METADATA.tables.values() for column in table.columns}
    assert constraints.CHECKS[name] in columns
