"""`yiyang keys`, run as an operator runs it."""

import base64
import json
import os
import subprocess

import pytest
from sqlalchemy import update
from sqlmodel import col

from api.auth.tokens import TokenKey
from domain.crypto import Vault
from domain.database import Database
from domain.elders.models import Elder
from tests.commands import run
from tests.conftest import ELDERS


@pytest.fixture
def environment(database_url: str, vault: Vault) -> dict[str, str]:
    """A new key stands in front of the old one."""
    keys = {"new1": bytes([7] * 32), **vault.keys}
    given = {name: base64.b64encode(key).decode() for name, key in keys.items()}
    return {
        "PATH": os.environ["PATH"],
        "YIYANG_DATABASE_URL": database_url,
        "YIYANG_DATA_KEYS": json.dumps(given),
        "YIYANG_HASH_KEY": base64.b64encode(vault.hash_key).decode(),
    }


def keys(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return run("keys", command, environment=environment)


def test_rotation_from_the_first_look_to_the_old_keys_end(environment: dict[str, str]) -> None:
    before = keys("status", environment)
    assert before.returncode == 0, before.stderr
    assert f"elder.address_cipher  test  {ELDERS}" in before.stdout
    assert "new1: seals\n" in before.stdout
    assert "test: still needed" in before.stdout
    done = keys("rotate", environment)
    assert done.returncode == 0, done.stderr
    assert f"elder.address_cipher  new1  {ELDERS}" in done.stdout
    assert "test: nothing in the database needs it any more\n" in done.stdout
    assert keys("rotate", environment).stdout == done.stdout


async def test_a_value_that_does_not_open_is_named_and_the_exit_code_says_so(
    environment: dict[str, str], database: Database
) -> None:
    moved = update(Elder).values(address_cipher=col(Elder.id_number_cipher)).returning(Elder)
    async with database.transaction("test") as session:
        broken = (await session.scalars(moved)).all()
    assert len(broken) == ELDERS
    done = keys("rotate", environment)
    assert done.returncode == 1
    assert f"does not open: elder.address_cipher of {broken[0].id}" in done.stderr
    assert f"yiyang: {ELDERS} values do not open" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_new_key_of_tokens_comes_with_its_steps(environment: dict[str, str]) -> None:
    made = keys("token", environment)
    assert made.returncode == 0, made.stderr
    old, new = TokenKey.new_jwk(), json.loads(made.stdout)
    assert len(TokenKey({"keys": [old, new]}).public_jwks()["keys"]) == 2
    assert "/oauth/jwks" in made.stderr
    assert "d" in new
    assert new["d"] not in made.stderr
