"""`yiyang client`, run as an operator runs it."""

import json
import re
from pathlib import Path
from uuid import uuid4

import pytest
from joserfc.jwk import ECKey, RSAKey

from api.auth.scopes import OF_CLIENTS
from tests.conftest import free_port
from tests.operators import Operator


@pytest.fixture
def operator(database_url: str) -> Operator:
    """An operator of the test's own database."""
    return Operator(database_url)


ALARMS = ("--scope", "alarms:read devices:read", "--scope", "documents:own")
CREATE = ("create", "--vendor", "安颐科技", *ALARMS)


def test_a_clients_life(operator: Operator) -> None:
    (made,) = operator.says(*CREATE, "--name", "告警对接", "--budget", "9000")
    assert made["scope"] == "alarms:read devices:read documents:own"
    assert len(made["client_secret"]) == 43
    (listed,) = operator.says("list")
    assert (listed["client_id"], listed["vendor"]) == (made["client_id"], "安颐科技")
    assert (listed["name"], listed["budget"]) == ("告警对接", 9000)
    assert made["client_secret"] not in json.dumps(listed)
    (rotated,) = operator.says("rotate", made["client_id"])
    assert rotated["client_secret"] != made["client_secret"]
    assert operator.says("disable", made["client_id"]) == []
    (listed,) = operator.says("list")
    assert listed["disabled_at"] is not None
    assert listed["previous_secret_until"] is not None
    assert operator.says("enable", made["client_id"]) == []
    assert operator.says("list")[0]["disabled_at"] is None
    assert operator.says("scopes", made["client_id"], "--scope", "orders:read") == []
    assert operator.says("list")[0]["scope"] == "orders:read"


def test_a_client_with_keys_has_no_secret(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [ECKey.generate_key("P-256").as_dict(private=False)]}))
    (made,) = operator.says(*CREATE, "--jwks", str(file))
    assert set(made) == {"client_id", "scope"}
    assert operator.says("list")[0]["proves_itself_by"] == "keys"
    assert operator.says("rotate", made["client_id"], "--jwks", str(file))
    assert "the other way" in operator.is_told("rotate", made["client_id"])


def test_what_is_wrong_is_named(operator: Operator, tmp_path: Path) -> None:
    assert "no vendor" in operator.is_told("create", "--vendor", "没有", *ALARMS)
    told = operator.is_told("create", "--vendor", "安颐科技", "--scope", "elders:read")
    assert "--scope elders:read" in told
    assert "orders:read" in told
    assert "--name" in operator.is_told(*CREATE, "--name", "长" * 101)
    assert "no such client" in operator.is_told("scopes", str(uuid4()), *ALARMS)
    for command in ("rotate", "disable", "enable"):
        assert "no such client" in operator.is_told(command, str(uuid4()))
        assert "no client id" in operator.is_told(command, "abc")
    assert operator.says("list") == []


def test_every_scope_is_explained_to_operators() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    assert [scope for scope in OF_CLIENTS if f"| `{scope}` |" not in page] == []


KEYS = {
    "private": lambda: {"keys": [ECKey.generate_key("P-256").as_dict(private=True)]},
    "P-256": lambda: {"keys": [ECKey.generate_key("P-384").as_dict(private=False)]},
    "2048": lambda: {"keys": [RSAKey.generate_key(1024).as_dict(private=False)]},
    "0 keys": lambda: {"keys": []},
    "no JSON Web Key Set": lambda: {"keys": [{"kty": "EC"}]},
    "no JSON Web Key Set: {": lambda: ["keys"],
    "same kid": lambda: {
        "keys": [ECKey.generate_key("P-256", {"kid": "1"}).as_dict(private=False)] * 2
    },
}


@pytest.mark.parametrize("says", KEYS)
@pytest.mark.filterwarnings("ignore:Key size should be")
def test_bad_keys(operator: Operator, tmp_path: Path, says: str) -> None:
    file = tmp_path / "jwks.json"
    assert "cannot be read" in operator.is_told(*CREATE, "--jwks", str(file))
    file.write_text(json.dumps(KEYS[says]()))
    assert says in operator.is_told(*CREATE, "--jwks", str(file))
    assert operator.says("list") == []


def test_without_a_database_both_ways_to_name_one_are_told(tmp_path: Path) -> None:
    said = Operator(None).is_told("list", "--data-dir", str(tmp_path))
    assert "YIYANG_DATABASE_URL is not set" in said
    assert f"yiyang demo --data-dir {tmp_path}" in said


def test_a_database_that_is_not_there_is_told_in_a_sentence() -> None:
    nowhere = Operator(f"postgresql://yiyang@127.0.0.1:{free_port()}/yiyang")
    assert "cannot be reached" in nowhere.is_told("list")


@pytest.mark.parametrize("group", ["client", "devices"])
def test_a_database_that_is_another_one_is_told_in_a_sentence(
    cluster: str, database_url: str, group: str
) -> None:
    for url, why in ((f"{database_url}_of_nobody", "does not exist"), (cluster, "device|client")):
        assert re.search(f"cannot be reached: .*{why}", Operator(url, group).is_told("list"))
