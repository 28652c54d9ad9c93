"""The service adds to the audit trail; it cannot change it, nor take anything away."""

import asyncio
from collections.abc import AsyncGenerator

import asyncpg
import pytest

from domain.audit.service import Act, Source, record, record_alone
from domain.database import SERVICE_ROLE, Database
from migrations.run import NotPermitted, upgrade
from tests.trail import trail


@pytest.fixture
async def service(database_url: str) -> AsyncGenerator[Database, None]:
    """Connections as every part of the service has them."""
    opened = Database(database_url)
    async with opened.transaction("test") as session:
        record(session, None, Source(), [Act("kept")])
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'nothing'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_chain SET hash = ''",
        "DELETE FROM audit_chain",
        "TRUNCATE audit_chain",
        "ALTER TABLE audit_entry RENAME TO gone",
        "DROP TABLE audit_chain",
    ],
)
@pytest.mark.parametrize("once", [True, False])
async def test_the_service_may_not(
    service: Database, database: Database, statement: str, once: bool
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.rows(statement, (), once=once)
    with pytest.raises(Exception, match=r"permission denied|must be owner"):
        async with service.transaction("test") as session:
            await (await session.connection()).exec_driver_sql(statement)
    assert [entry.action for entry in await trail(database)] == ["kept"]


async def test_a_later_table_is_the_services_to_write(
    service: Database, database: Database
) -> None:
    async with database.transaction("test") as session:
        connection = await session.connection()
        await connection.exec_driver_sql("CREATE TABLE later (n int)")
    await service.run("INSERT INTO later VALUES (7)", ())
    await service.run("DELETE FROM later", ())


async def test_acts_go_with_their_transaction(service: Database, database: Database) -> None:
    async with service.transaction("test", dry_run=True) as session:
        record(session, None, Source(), [Act("never")])
    await record_alone(service, None, Source("r", "::1"), [Act("one"), Act("other", fields=["a"])])
    assert [entry.action for entry in await trail(database)] == ["kept", "one", "other"]


async def test_who_may_make_no_role_is_told_what_to_have_done(cluster: str) -> None:
    admin = await asyncpg.connect(cluster)
    await admin.execute(f"ALTER ROLE {SERVICE_ROLE} RENAME TO yiyang_elsewhere")
    await admin.execute("CREATE ROLE modest LOGIN PASSWORD 'word'")
    await admin.execute("CREATE DATABASE modest OWNER modest")
    place = cluster.partition("@")[2].rpartition("/")[0]
    url = f"postgresql://modest:word@{place}/modest"
    try:
        extension = await asyncpg.connect(f"{cluster.rpartition('/')[0]}/modest")
        await extension.execute("CREATE EXTENSION btree_gist")
        await extension.execute("CREATE EXTENSION pg_trgm")
        await extension.close()
        with pytest.raises(NotPermitted, match="GRANT yiyang_service TO modest"):
            await asyncio.to_thread(upgrade, url)
        await admin.execute(f"CREATE ROLE {SERVICE_ROLE} NOLOGIN; GRANT {SERVICE_ROLE} TO modest")
        await asyncio.to_thread(upgrade, url)
        opened = Database(url)
        await record_alone(opened, None, Source(), [Act("mine")])
        await opened.close()
    finally:
        await admin.execute("DROP DATABASE modest WITH (FORCE)")
        await admin.execute(f"DROP ROLE IF EXISTS {SERVICE_ROLE}")
        await admin.execute(f"ALTER ROLE yiyang_elsewhere RENAME TO {SERVICE_ROLE}")
        await admin.execute("DROP ROLE modest")
        await admin.close()


async def said(database: Database, *statements: str) -> None:
    """Some statements, in one transaction."""
    async with database.transaction("test") as session:
        for statement in statements:
            await (await session.connection()).exec_driver_sql(statement)


async def test_who_logs_in_for_the_parts_becomes_nobody_else(
    cluster: str, database: Database, database_url: str
) -> None:
    admin = await asyncpg.connect(cluster)
    await admin.execute(f"CREATE ROLE parts LOGIN PASSWORD 'word'; GRANT {SERVICE_ROLE} TO parts")
    parts = Database(f"postgresql://parts:word@{database_url.partition('@')[2]}")
    try:
        await record_alone(parts, None, Source(), [Act("kept")])
        for becoming in ("SET ROLE NONE", "RESET SESSION AUTHORIZATION", "SET ROLE yiyang"):
            with pytest.raises(Exception, match="permission denied"):
                await said(parts, becoming, "DELETE FROM audit_entry")
        assert [entry.action for entry in await trail(database)] == ["kept"]
    finally:
        await parts.close()
        await admin.execute("DROP ROLE parts")
        await admin.close()
