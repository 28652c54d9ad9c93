"""Which identity provider staff sign in at, and what its claims mean here."""

import re
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from domain.access import Role
from domain.accounts.places import PLACE_OF, Place
from domain.accounts.staff_sign_in import STAFF, Assignment
from domain.ids import parse_public_id

CALLBACK = "/auth/staff/callback"

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_COLUMNS = {"region": "region_code", "station": "station_id", "canteen": "canteen_id"}
"""What the settings call a kind of place -> what an account does."""
_DIVISION = r"^[0-9]{1,12}$"
_PLACES = {
    "region": r"(?P<region>[0-9]{1,12})",
    "station": r"(?P<station>station_[0-9a-f]{32})",
    "canteen": r"(?P<canteen>canteen_[0-9a-f]{32})",
}
_SIGNS = {"RSA": "RS256", "EC": "ES256"}
"""Kind of our own key -> how it signs."""
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


def secure(address: str) -> str:
    """An address that nobody on the way can read along at.

    Raises: ValueError for any other; plain HTTP is for this machine alone.
    """
    parts = urlsplit(address)
    plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not (parts.hostname and (parts.scheme == "https" or plain)):
        raise ValueError("no address that begins with https://")
    return address


class RoleRule(BaseModel):
    """What one value of the claim of roles gives.

    Parameters:
        role: one that staff have.
        region, station, canteen: its place, where the value itself does not say it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role
    region: str | None = Field(default=None, pattern=_DIVISION)
    station: str | None = Field(default=None, pattern=r"^station_[0-9a-f]{32}$")
    canteen: str | None = Field(default=None, pattern=r"^canteen_[0-9a-f]{32}$")

    @field_validator("role")
    @classmethod
    def _is_staff(cls, given: Role) -> Role:
        if given not in STAFF:
            raise ValueError(f"{given.value} is no role of staff")
        return given

    @property
    def place(self) -> dict[str, str]:
        """The place that the rule names, if it names one."""
        named = {"region": self.region, "station": self.station, "canteen": self.canteen}
        return {kind: value for kind, value in named.items() if value is not None}


class StaffLoginSettings(BaseModel):
    """One provider.

    Parameters:
        issuer: its address, as its own metadata says it, to the letter.
        client_id: our name there.
        client_secret: our password there; or instead
        client_key: our private key (JSON Web Key), for ``private_key_jwt``.
        address: where browsers find this API, for example ``https://api.example``; the provider
            sends them back to ``/auth/staff/callback`` there.
        scopes: what we ask for; ``openid`` is among them.
        roles_claim, name_claim, phone_claim: names of claims of the ID token. A dot leads into an
            object: ``realm_access.roles``. A phone counts only beside ``<its claim>_verified``.
        roles: value of the claim of roles -> what it gives. A value may hold the place:
            ``streets/{region}/dispatcher``.
        within: code of the division in which every place lies that a value may hold; anywhere if
            None.
        allow_admin: whether a rule may give ADMIN.
        session_hours: after which staff sign in anew, however much they work: whoever is dismissed
            at a provider that does not say so stays for no longer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    issuer: str
    client_id: str = Field(min_length=1)
    client_secret: SecretStr | None = None
    client_key: dict[str, Any] | None = Field(default=None, repr=False)
    address: str
    scopes: tuple[str, ...] = ("openid", "profile", "phone")
    roles_claim: str = "groups"
    name_claim: str = "name"
    phone_claim: str = "phone_number"
    roles: dict[str, RoleRule] = Field(min_length=1)
    within: str | None = Field(default=None, pattern=_DIVISION)
    allow_admin: bool = False
    session_hours: int = Field(default=12, ge=1, le=7 * 24)

    @field_validator("issuer", "address")
    @classmethod
    def _is_secure(cls, given: str) -> str:
        if urlsplit(given).query:
            raise ValueError("an address with a query")
        return secure(given)

    @field_validator("client_key")
    @classmethod
    def _is_a_private_key(cls, given: dict[str, Any] | None) -> dict[str, Any] | None:
        try:
            good = given is None or (given.get("kty") in _SIGNS and import_key(given).is_private)
        except (JoseError, ValueError, TypeError, KeyError):
            good = False
        if not good:
            raise ValueError("no private RSA or P-256 key as a JSON Web Key")
        return given

    @field_validator("scopes")
    @classmethod
    def _is_openid(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in given:
            raise ValueError("openid is not among them")
        return given

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.client_secret is None) == (self.client_key is None):
            raise ValueError("either client_secret or client_key")
        for value, rule in self.roles.items():
            _check(value, rule)
            if rule.role is Role.ADMIN and not self.allow_admin:
                raise ValueError(f"roles.{value}: ADMIN is given only with allow_admin")
        return self

    @property
    def callback(self) -> str:
        """Where the provider sends browsers back to."""
        return self.address.rstrip("/") + CALLBACK

    @property
    def private_key(self) -> Key | None:
        """Our own key; None where we have a password."""
        return import_key(self.client_key) if self.client_key else None

    @property
    def signs_by(self) -> str | None:
        """How our own key signs; None without one."""
        return _SIGNS[self.client_key["kty"]] if self.client_key else None

    @cached_property
    def _rules(self) -> list[tuple[re.Pattern[str], RoleRule]]:
        return [(_pattern(value), rule) for value, rule in self.roles.items()]

    def assignments(self, values: list[str]) -> set[Assignment]:
        """What values of the claim of roles give; a value that no rule knows gives nothing."""
        return {
            _assignment(rule.role, {**rule.place, **match.groupdict()})
            for value in values
            for pattern, rule in self._rules
            if (match := pattern.fullmatch(value))
        }


def _check(value: str, rule: RoleRule) -> None:
    """A rule names, or finds in its value, exactly the place that its role needs.

    Raises: ValueError.
    """
    held: list[str] = _PLACEHOLDER.findall(value)
    if unknown := set(held) - _PLACES.keys():
        raise ValueError(f"roles.{value}: {{{min(unknown)}}} is none of {', '.join(_PLACES)}")
    needed = [kind for kind, name in _COLUMNS.items() if name == PLACE_OF[rule.role]]
    if [*rule.place, *held] != needed:
        wants = f"exactly one {needed[0]}" if needed else "no place"
        raise ValueError(f"roles.{value}: {rule.role.value} needs {wants}")


def _pattern(value: str) -> re.Pattern[str]:
    """What a value looks like: letters as they stand, and places where placeholders are."""
    parts = _PLACEHOLDER.split(value)
    found = (re.escape(part) if at % 2 == 0 else _PLACES[part] for at, part in enumerate(parts))
    return re.compile("".join(found))


def _assignment(role: Role, place: dict[str, str]) -> Assignment:
    return Assignment(
        role,
        Place(
            region_code=place.get("region"),
            station_id=_key(place.get("station")),
            canteen_id=_key(place.get("canteen")),
        ),
    )


def _key(public_id: str | None) -> UUID | None:
    parsed = parse_public_id(public_id) if public_id else None
    return parsed[1] if parsed else None
