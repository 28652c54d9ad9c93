"""`yiyang audit verify`, as an operator runs it on a trail that a worker has sealed."""

import asyncio
import os
from pathlib import Path

import asyncpg
import pytest

from domain.audit.heads import HeadLog
from domain.audit.service import Act, Source, record_alone
from domain.database import Database
from tests.commands import run
from tests.waiting import until
from yiyang import worker
from yiyang.runtime import Running, announce


async def verify(database_url: str, log: Path | None = None, *options: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    environment = {**os.environ, "YIYANG_DATABASE_URL": database_url}
    if log:
        environment["YIYANG_AUDIT_LOG"] = str(log)
    done = await asyncio.to_thread(run, "audit", "verify", *options, environment=environment)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
async def log(database: Database, database_url: str, tmp_path: Path) -> Path:
    """Written by a worker that has sealed five entries."""
    path = tmp_path / "audit.log"
    working = asyncio.create_task(worker.work(database_url, lambda: None, audit_log=path))
    try:
        await record_alone(database, None, Source(), [Act("first")] * 2)

        async def sealed() -> bool:
            return HeadLog(path).last().seq in (2, 5)

        await until(sealed)
        await record_alone(database, None, Source(), [Act("then")] * 3)
        await until(lambda: HeadLog(path).last().seq == 5)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    return path


def cut(log: Path, end: int) -> None:
    """Leave so many lines of it."""
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:end]))


async def test_a_row_changed_by_hand_is_found(
    database: Database, database_url: str, log: Path
) -> None:
    code, said, _ = await verify(database_url, log)
    assert (code, said) == (0, "5 entries are as they were written; 0 not sealed.\n")
    sql = await asyncpg.connect(database_url)
    key = await sql.fetchval("SELECT entry_id FROM audit_chain WHERE seq = 4")
    await sql.execute("UPDATE audit_entry SET action = 'nothing' WHERE id = $1", key)
    code, said, _ = await verify(database_url, log)
    assert (code, said) == (3, f"Entry {key} (place 4) was changed.\n")
    await sql.execute("UPDATE audit_entry SET action = 'then' WHERE id = $1", key)
    await sql.execute("DELETE FROM audit_chain WHERE seq > 3")
    await sql.execute("DELETE FROM audit_entry WHERE id >= $1", key)
    await sql.close()
    code, said, _ = await verify(database_url)
    assert code == 0
    assert "nobody can tell" in said
    code, said, _ = await verify(database_url, log)
    assert (code, said) == (3, "The chain ends before place 4: its end was cut off.\n")


async def test_a_log_that_is_not_there_is_no_log(database_url: str, tmp_path: Path) -> None:
    code, said, why = await verify(database_url, tmp_path / "none.log")
    assert (code, said) == (1, "")
    assert "none.log" in why


@pytest.mark.parametrize("end", [0, 1], ids=["empty", "cut"])
async def test_a_log_that_knows_less_than_the_chain_is_said_to(
    database_url: str, log: Path, end: int
) -> None:
    cut(log, end)
    known = HeadLog(log).last().seq
    code, said, _ = await verify(database_url, log)
    assert code == 0
    assert said.endswith(f"not sealed.\nThe log has no more than the first {known} of them.\n")


async def test_the_demo_is_looked_at_by_its_folder(database_url: str, log: Path) -> None:
    announce(log.parent, Running("", "", "", "", database_url))
    code, said, _ = await verify(database_url, None, "--data-dir", str(log.parent))
    assert (code, said) == (0, "5 entries are as they were written; 0 not sealed.\n")


async def test_a_database_that_cannot_be_looked_at_is_not_called_tampered_with(
    database_url: str,
) -> None:
    code, said, why = await verify(f"{database_url}_elsewhere")
    assert (code, said) == (1, "")
    assert "cannot be looked at" in why
    assert "Traceback" not in why
