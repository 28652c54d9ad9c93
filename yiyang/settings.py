"""Every setting, read once from the environment (``YIYANG_…``) and passed in from here."""

import json
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, SecretStr, TypeAdapter, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from devices.address import broker_address
from yiyang.setting_values import SettingsError, faults, key_of, said

if TYPE_CHECKING:
    from api.auth.staff.settings import StaffLoginSettings
    from domain.crypto import Vault

_POSTGRESQL = re.compile(r"postgres(ql)?://\S")
_ORIGIN = re.compile(r"(https://[^/?#\s]+|http://(127\.0\.0\.1|localhost)(:\d+)?)")
_PAGES_ORIGIN = re.compile(r"https?://[^/?#*\s]+/?", re.IGNORECASE)
_KEY_ID_CHARACTERS = 4


class Environment(StrEnum):
    """Where this runs: production refuses what is only for development."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """The settings of every part; each part takes what it needs.

    Secrets are never printed: pydantic shows them as asterisks.
    """

    model_config = SettingsConfigDict(env_prefix="YIYANG_", frozen=True, extra="ignore")

    environment: Environment = Field(
        default=Environment.DEVELOPMENT, description="development or production"
    )
    database_url: SecretStr | None = Field(
        default=None, description="postgresql://user:password@host:port/name of the primary"
    )
    database_read_url: SecretStr | None = Field(
        default=None, description="the same of a replica for reads; the primary if not set"
    )
    planned: bool = Field(
        default=True, description="whether plans answer operations; false to compare, or in doubt"
    )
    trusted_documents: Path | None = Field(
        default=None,
        description="manifest of the documents that apps may execute, in JSON; any document if "
        "not set",
    )
    persisted_queries: bool = Field(
        default=False,
        description="whether clients may have their documents kept under their hashes; for "
        "development",
    )
    budget: int = Field(
        default=40_000,
        ge=1,
        description="points of a client's cost bucket where its token does not say",
    )
    http_edition: Literal["2025", "2026"] = Field(
        default="2025",
        description="2025: 400 for all that is wrong with a request; 2026: 422 and 294 too",
    )
    mqtt_url: SecretStr | None = Field(
        default=None, description="mqtt://user:password@host:port of the broker's MQTT 5 listener"
    )
    tenant: str = Field(default="demo", description="second part of every topic: ec/v1/<tenant>/…")
    vendor_formats: frozenset[Literal["aliyun", "tencent", "huawei"]] = Field(
        default=frozenset(),
        description="formats taken beside ours, as a JSON list of aliyun, tencent, huawei",
    )
    require_mac: bool = Field(
        default=False,
        description="whether a device's message without a mac is refused: where the broker has no "
        "rights of who may publish what",
    )
    bridge_name: str = Field(
        default="yiyang-bridge",
        # It is a level of topics.
        pattern=r"^[A-Za-z0-9._-]{1,64}$",
        description="this bridge's, of several: its client id",
    )
    token_key: SecretStr | None = Field(
        default=None, description="P-256 private key that signs access tokens, as a JSON Web Key"
    )
    canary_url: str | None = Field(
        default=None, description="ws[s]://host:port/graphql of the API that test calls must reach"
    )
    device_key: SecretStr | None = Field(
        default=None, description="key that device passwords are derived from, 32 bytes in base64"
    )
    data_keys: SecretStr | None = Field(
        default=None,
        description="keys of personal data in JSON: id of 4 characters -> 32 bytes in base64; "
        "the first one seals, all of them open",
    )
    hash_key: SecretStr | None = Field(
        default=None,
        description="key of the hashes that personal data is looked up by, 32 bytes in base64",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR: the least that is logged"
    )
    wechat_apps: SecretStr | None = Field(
        default=None,
        description="mini-programs whose users sign in here, in JSON: app id -> app secret",
    )
    wechat_url: str = Field(
        default="https://api.weixin.qq.com", description="address of WeChat's server API"
    )
    wechat_templates: str | None = Field(
        default=None, description="templates of WeChat's messages that tell of alarms, in JSON"
    )
    aliyun: SecretStr | None = Field(
        default=None, description="Alibaba Cloud's SMS and calls that tell of alarms, in JSON"
    )
    access_minutes: int = Field(
        default=15, ge=1, le=60, description="how long an access token of a login lasts"
    )
    refresh_days: int = Field(
        default=30, ge=1, le=180, description="how long a device stays signed in without being used"
    )
    session_days: int = Field(
        default=180, ge=1, le=366, description="how long a device stays signed in at most"
    )
    host: str = Field(default="127.0.0.1", description="address that the API listens on")
    port: int = Field(default=8000, description="port that the API listens on")
    public_url: str | None = Field(
        default=None,
        description="the API's address as clients know it, https://…; http://127.0.0.1 and the "
        "port if not set, which is for development",
    )
    pages: dict[str, Path] = Field(
        default_factory=dict[str, Path], description="folders of static pages by path, in JSON"
    )
    origins: list[str] = Field(
        default_factory=list[str],
        description="origins of other sites' pages that may open sockets and read answers, in "
        "JSON; pages of the API's own address always may",
    )
    proxies: list[str] = Field(
        default_factory=list[str],
        description="addresses or networks of reverse proxies, in JSON: they name the client's "
        "address in X-Forwarded-For; without them it is that of the connection",
    )
    oidc: SecretStr | None = Field(
        default=None,
        description="identity provider that staff sign in at, in JSON; no such door if not set",
    )
    webhooks_anywhere: bool = Field(
        default=False,
        description="whether webhooks may lead to http and private addresses; for development",
    )
    upstream_url: str | None = Field(
        default=None, description="where the platform upstream takes batches, https://…"
    )
    upstream_secret: SecretStr | None = Field(
        default=None, description="what batches upstream are signed with, 32 bytes in base64"
    )
    upstream_id_numbers: bool = Field(
        default=False, description="whether elders' citizen ids are told upstream"
    )
    emergency_url: str | None = Field(
        default=None, description="what calls the public emergency service (120), https://…"
    )
    emergency_secret: SecretStr | None = Field(
        default=None, description="what those calls are signed with, 32 bytes in base64"
    )
    audit_log: Path | None = Field(
        default=None,
        description="file outside the database that the sealed heads of the audit trail are added "
        "to; without it nobody can tell that its end was cut off",
    )
    telemetry_days: int = Field(default=90, ge=1, description="how long readings are kept")
    event_days: int = Field(
        default=366, ge=1, description="how long what devices reported once is kept"
    )
    dead_letter_days: int = Field(
        default=30, ge=1, description="how long messages are kept that could not be taken"
    )
    visit_missed_hours: int = Field(
        default=24,
        ge=1,
        le=168,
        description="how long after its time a claimed visit that nobody began is a no-show",
    )
    ready_file: Path | None = Field(
        default=None, description="file that a part creates once it does its work"
    )

    @field_validator("database_url", "database_read_url")
    @classmethod
    def _is_postgresql(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None and not _POSTGRESQL.match(given.get_secret_value()):
            raise ValueError("no address that begins with postgresql://")
        return given

    @field_validator("mqtt_url")
    @classmethod
    def _is_a_broker(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None:
            broker_address(given.get_secret_value())
        return given

    @field_validator("persisted_queries", "webhooks_anywhere")
    @classmethod
    def _is_for_development(cls, given: bool, others: ValidationInfo) -> bool:
        if given and others.data.get("environment") is Environment.PRODUCTION:
            raise ValueError("for development; YIYANG_ENVIRONMENT says production")
        return given

    @field_validator("origins")
    @classmethod
    def _are_origins(cls, given: list[str]) -> list[str]:
        if not all(_PAGES_ORIGIN.fullmatch(origin) for origin in given):
            raise ValueError("no list of origins like https://desk.example, without a path")
        return given

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, given: str | None) -> str | None:
        if given is not None and not _ORIGIN.fullmatch(given):
            raise ValueError("no address like https://api.example, without a path")
        return given

    @property
    def own_url(self) -> str:
        """The API's address as clients know it, without a slash at the end."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    def need(self, name: str) -> str:
        """A setting that the part at hand cannot do without.

        Parameters:
            name: the attribute, for example ``database_url``.
        Raises: SettingsError that names the variable and what it wants.
        """
        value = getattr(self, name)
        if value is None:
            wants = type(self).model_fields[name].description
            raise SettingsError(f"YIYANG_{name.upper()} is not set: {wants}.")
        return value.get_secret_value() if isinstance(value, SecretStr) else value

    def say_ready(self) -> None:
        """Create the file that says so, if one is wanted."""
        if self.ready_file:
            self.ready_file.touch()

    def need_token_key(self) -> dict[str, Any]:
        """The key that signs access tokens. Raises: SettingsError."""
        try:
            return json.loads(self.need("token_key"))
        except ValueError as error:
            raise SettingsError("YIYANG_TOKEN_KEY is not a JSON Web Key.") from error

    def wechat_secrets(self) -> dict[str, str]:
        """App id -> app secret of our mini-programs; empty where there are none.

        Raises: SettingsError.
        """
        if self.wechat_apps is None:
            return {}
        try:
            given = TypeAdapter(dict[str, str]).validate_json(self.wechat_apps.get_secret_value())
        except ValidationError:
            # Its text would show the secrets.
            raise SettingsError("YIYANG_WECHAT_APPS is no JSON object of texts.") from None
        if not all(app_id and secret for app_id, secret in given.items()):
            raise SettingsError("YIYANG_WECHAT_APPS has an app without a secret.")
        return given

    def need_device_key(self) -> bytes:
        """The key that device passwords are derived from. Raises: SettingsError."""
        return key_of(self.need("device_key"), "YIYANG_DEVICE_KEY")

    def need_vault(self) -> "Vault":
        """What seals and opens personal data. Raises: SettingsError."""
        # Most commands need no cryptography and start without it.
        from domain.crypto import Vault

        try:
            given = TypeAdapter(dict[str, str]).validate_json(self.need("data_keys"))
        except ValidationError:
            # Its text would show the keys.
            raise SettingsError("YIYANG_DATA_KEYS is no JSON object of texts.") from None
        if not given:
            raise SettingsError("YIYANG_DATA_KEYS holds no key.")
        keys = {name: key_of(text, "YIYANG_DATA_KEYS") for name, text in given.items()}
        for name in keys:
            if len(name) != _KEY_ID_CHARACTERS or not name.isascii():
                raise SettingsError("YIYANG_DATA_KEYS: an id has not 4 ASCII characters.")
        return Vault(keys, next(iter(keys)), key_of(self.need("hash_key"), "YIYANG_HASH_KEY"))

    def staff_login(self) -> "StaffLoginSettings | None":
        """Where staff sign in, if anywhere. Raises: SettingsError."""
        if self.oidc is None:
            return None
        from api.auth.staff.settings import StaffLoginSettings

        try:
            return StaffLoginSettings.model_validate_json(self.oidc.get_secret_value())
        except ValidationError as error:
            # Not `from error`: its text shows the values, and one is a secret.
            raise SettingsError(f"YIYANG_OIDC: {faults(error)}.") from None


def settings_of_environment(**given: Any) -> Settings:
    """The settings, read from the environment.

    Parameters:
        given: what the command line says instead.
    Raises: SettingsError that names every variable that makes no sense.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        wrong = (
            f"YIYANG_{'_'.join(map(str, found['loc'])).upper()}: {said(found['msg'])}"
            for found in error.errors(include_input=False, include_url=False)
        )
        # Not `from error`: its text shows the values, and some are secrets.
        raise SettingsError("; ".join(wrong)) from None
