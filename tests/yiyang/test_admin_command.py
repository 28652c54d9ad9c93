"""`yiyang admin`, run as an operator runs it."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from domain.access import Role
from domain.accounts.models import Account
from domain.audit.models import AuditEntry
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id

_WHO = ["--name", "许清蘅", "--phone", "13900000009"]


@pytest.fixture
def environment(database_url: str, vault: Vault) -> dict[str, str]:
    """What the command needs of it."""
    given = {name: base64.b64encode(key).decode() for name, key in vault.keys.items()}
    return {
        "PATH": os.environ["PATH"],
        "YIYANG_DATABASE_URL": database_url,
        "YIYANG_DATA_KEYS": json.dumps(given),
        "YIYANG_HASH_KEY": base64.b64encode(vault.hash_key).decode(),
    }


def create(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("yiyang")
    command = [program, "admin", "create", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


async def administrators(database: Database) -> list[Account]:
    async with database.transaction("test") as session:
        theirs = select(Account).where(
            col(Account.role) == Role.ADMIN, col(Account.until).is_(None)
        )
        return list((await session.scalars(theirs.order_by(col(Account.id)))).all())


async def test_the_first_administrator_and_no_second(
    environment: dict[str, str], database: Database
) -> None:
    async with database.transaction("test") as session:
        over = update(Account).where(col(Account.role) == Role.ADMIN)
        await session.execute(over.values(until=Account.since))
    done = create(environment, *_WHO)
    assert done.returncode == 0, done.stderr
    (first,) = await administrators(database)
    assert done.stdout == f"{public_id('account', first.id)}\n"
    assert first.person_id
    trail = select(col(AuditEntry.object_id), col(AuditEntry.actor_id)).where(
        col(AuditEntry.action) == "admin_create"
    )
    assert [tuple(row) for row in await database.fetch(trail)] == [(first.id, None)]
    again = create(environment, "--name", "周岚", "--phone", "13900000008")
    assert again.returncode == 1
    assert "there is an administrator" in again.stderr
    assert await administrators(database) == [first]
    same = create(environment, *_WHO, "--force")
    assert "is an administrator already" in same.stderr
    forced = create(environment, "--name", "周岚", "--phone", "13900000008", "--force")
    assert forced.returncode == 0, forced.stderr
    assert len(await administrators(database)) == 2


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--name", " ", "--phone", "13900000009"], "--name"),
        (["--name", "许清蘅", "--phone", "139"], "--phone"),
    ],
    ids=["name", "phone"],
)
async def test_what_makes_no_sense_changes_nothing(
    environment: dict[str, str], database: Database, wrong: list[str], told: str
) -> None:
    before = await administrators(database)
    done = create(environment, *wrong, "--force")
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert await administrators(database) == before
