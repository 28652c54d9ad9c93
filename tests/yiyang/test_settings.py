"""A setting that makes no sense is refused in one sentence that names it and shows no secret."""

import json
from pathlib import Path

import pytest

from api.auth.tokens import TokenKey
from api.settings import ApiSettings
from devices.bridge import BridgeSettings
from devices.mac import Trust
from tests.commands import run
from yiyang.canary import CanarySettings
from yiyang.settings import Settings, SettingsError

KEY = "c2l4dGVlbiBieXRlcyBvciBtb3JlLCAzMiBpbiBhbGw="  # 32 bytes in base64


def refused(command: str, **settings: str) -> str:
    """What a command says that must not start."""
    environment = {f"YIYANG_{name}": value for name, value in settings.items()}
    ran = run(command, environment={"PATH": "/usr/bin:/bin", **environment})
    assert ran.returncode == 1, ran
    assert "Traceback" not in ran.stderr
    return ran.stderr.strip()


@pytest.mark.parametrize(
    ("command", "settings", "named"),
    [
        ("serve", {"PORT": "abc"}, "YIYANG_PORT"),
        ("serve", {"BUDGET": "0"}, "YIYANG_BUDGET"),
        (
            "serve",
            {"ENVIRONMENT": "production", "PERSISTED_QUERIES": "true"},
            "YIYANG_PERSISTED_QUERIES",
        ),
        ("migrate", {"DATABASE_URL": "mysql://secret"}, "YIYANG_DATABASE_URL"),
        ("migrate", {}, "YIYANG_DATABASE_URL"),
        ("work", {"DATABASE_URL": "secret"}, "YIYANG_DATABASE_URL"),
        ("bridge", {"MQTT_URL": "http://secret"}, "YIYANG_MQTT_URL"),
        ("canary", {"MQTT_URL": "mqtt://secret:port"}, "YIYANG_MQTT_URL"),
        ("simulate", {"MQTT_URL": "secret"}, "YIYANG_MQTT_URL"),
    ],
)
def test_one_sentence_names_the_variable(
    command: str, settings: dict[str, str], named: str
) -> None:
    said = refused(command, **settings)
    assert named in said
    assert "Value error" not in said
    assert len(said.splitlines()) == 1
    assert "secret" not in said


def test_a_setting_that_is_not_set_is_what_the_api_has_by_default() -> None:
    unset = Settings()
    assert unset.budget == ApiSettings.budget
    assert unset.http_edition == ApiSettings.edition
    assert unset.planned is ApiSettings.planned


def test_every_setting_is_explained_to_operators() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    rows = {f"| `YIYANG_{name.upper()}` |" for name in Settings.model_fields}
    assert {row for row in rows if row not in page} == set()


def test_nobody_answers_at_the_database(unused_port: int) -> None:
    url = f"postgresql://yiyang:secret@127.0.0.1:{unused_port}/yiyang"
    said = refused("simulate", DATABASE_URL=url, MQTT_URL="mqtt://127.0.0.1:1")
    assert "YIYANG_DATABASE_URL" in said
    assert "secret" not in said


PHONES = {"key_id": "id", "secret": "secret", "sms": {"sign": "颐养", "templates": {"en": "SMS_1"}}}
PUSH = {"app": "wx1", "id": "template", "fields": {"thing1": "whom"}}


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"ALIYUN": json.dumps(PHONES)}, "YIYANG_ALIYUN: sms.templates: none in zh-CN"),
        (
            {"WECHAT_APPS": '{"wx1": "secret"}', "WECHAT_TEMPLATES": json.dumps([PUSH])},
            "YIYANG_WECHAT_TEMPLATES: 0.fields.thing1",
        ),
    ],
    ids=["phones", "push"],
)
def test_messages_that_could_not_be_written_are_refused_at_the_start(
    settings: dict[str, str], named: str
) -> None:
    keys = {"DATA_KEYS": json.dumps({"test": KEY}), "HASH_KEY": KEY}
    said = refused("work", DATABASE_URL="postgresql://127.0.0.1:1/none", **keys, **settings)
    assert named in said
    assert "secret" not in said


def test_a_database_that_is_not_there_is_not_migrated(database_url: str) -> None:
    said = refused("migrate", DATABASE_URL=f"{database_url}_of_nobody")
    assert "does not exist" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "keys", ["secret", "[]", "{}", '{"long": "secret"}', f'{{"toolong": "{KEY}"}}', '{"key1": 5}']
)
def test_data_keys_that_are_none(keys: str) -> None:
    from yiyang.settings import Settings, SettingsError

    with pytest.raises(SettingsError, match="YIYANG_DATA_KEYS") as caught:
        Settings(data_keys=keys, hash_key=KEY).need_vault()  # pyright: ignore[reportArgumentType]
    assert "secret" not in str(caught.value)


def test_the_first_data_key_seals_and_all_open() -> None:
    from yiyang.settings import Settings

    other = KEY.replace("c2l4", "c2l5")
    given = {"data_keys": f'{{"2026": "{KEY}", "2025": "{other}"}}', "hash_key": KEY}
    vault = Settings(**given).need_vault()  # pyright: ignore[reportArgumentType]
    assert vault.seal("x", "elder.name").startswith(b"2026")
    assert set(vault.keys) == {"2026", "2025"}


@pytest.fixture
def unused_port() -> int:
    """A port where nobody listens."""
    from tests.conftest import free_port

    return free_port()


def test_a_manifest_that_is_bad_keeps_the_server_from_starting(tmp_path: Path) -> None:
    key = json.dumps(TokenKey.new_jwk())
    manifest = tmp_path / "documents.json"
    manifest.write_text("{", encoding="utf-8")
    url = "postgresql://127.0.0.1:1/none"
    data_keys = json.dumps({"test": KEY})
    said = refused(
        "serve",
        DATABASE_URL=url,
        TOKEN_KEY=key,
        DATA_KEYS=data_keys,
        HASH_KEY=KEY,
        TRUSTED_DOCUMENTS=str(manifest),
    )
    assert "YIYANG_TRUSTED_DOCUMENTS" in said
    assert str(manifest) in said
    assert len(said.splitlines()) == 1


def test_what_is_no_secret_is_needed_as_it_is() -> None:
    settings = Settings(canary_url="ws://127.0.0.1:8000/graphql")
    assert settings.need("canary_url") == "ws://127.0.0.1:8000/graphql"
    with pytest.raises(SettingsError, match="YIYANG_CANARY_URL"):
        Settings().need("canary_url")


def test_no_part_shows_the_secrets_it_was_given(token_key: TokenKey) -> None:
    database, broker = "postgresql://u:word@127.0.0.1/d", "mqtt://u:word@127.0.0.1"
    canary = CanarySettings(database, broker, "xihu", b"word" * 8, token_key, "ws://127.0.0.1")
    parts = [BridgeSettings(database, broker, "xihu", b"word" * 8), canary, Trust(b"word" * 8)]
    for part in parts:
        assert "word" not in repr(part)
        assert "xihu" in repr(part) or isinstance(part, Trust)
