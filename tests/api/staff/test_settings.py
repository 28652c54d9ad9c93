"""Which providers are taken, and what the values of their claims give."""

import json
from typing import Any

import pytest
from joserfc.jwk import ECKey
from pydantic import SecretStr

from api.auth.staff.claims import Unfit, read
from api.auth.staff.settings import StaffLoginSettings
from domain.access import Role
from domain.accounts.places import Place
from domain.accounts.staff_sign_in import Assignment
from yiyang.settings import Settings, SettingsError

KEY = ECKey.generate_key("P-256")
GOOD: dict[str, Any] = {
    "issuer": "https://sso.example/realms/staff",
    "client_id": "yiyang",
    "client_secret": "secret-word",
    "address": "https://api.example",
    "roles": {"streets/{region}/dispatcher": {"role": "DISPATCHER"}},
}


def told(**other: Any) -> str:
    """The variable's text; None takes a part away."""
    whole = {**GOOD, **other}
    return json.dumps({name: value for name, value in whole.items() if value is not None})


WRONG = [
    ("{", "JSON"),
    ("[]", "object"),
    (told(issuer=None), "issuer"),
    (told(issuer="http://sso.example"), "issuer"),
    (told(issuer="https://sso.example?x"), "issuer"),
    (told(address="ftp://api.example"), "address"),
    (told(scopes=["profile"]), "scopes"),
    (told(client_secret=None), "client_secret or client_key"),
    (told(client_key=KEY.as_dict(private=True)), "client_secret or client_key"),
    (told(client_secret=None, client_key=KEY.as_dict(private=False)), "client_key"),
    (told(client_secret=None, client_key={"kty": "oct", "k": "c2VjcmV0"}), "client_key"),
    (told(client_secret=None, client_key={"kty": "EC"}), "client_key"),
    (told(roles={}), "roles"),
    (told(unknown=1), "unknown"),
    (told(session_hours=0), "session_hours"),
    (told(session_hours=200), "session_hours"),
    (told(roles={"x": {"role": "FAMILY", "region": "3301"}}), "FAMILY"),
    (told(roles={"x": {"role": "VENDOR"}}), "VENDOR"),
    (told(roles={"x": {"role": "ADMIN"}}), "allow_admin"),
    (told(roles={"x": {"role": "ADMIN", "region": "3301"}}, allow_admin=True), "no place"),
    (told(roles={"x": {"role": "OFFICIAL"}}), "exactly one region"),
    (told(roles={"{region}": {"role": "OFFICIAL", "region": "33"}}), "exactly one region"),
    (told(roles={"{region}/{region}": {"role": "OFFICIAL"}}), "exactly one region"),
    (told(roles={"{region}": {"role": "STATION"}}), "exactly one station"),
    (told(roles={"{street}": {"role": "OFFICIAL"}}), "{street}"),
    (told(roles={"x": {"role": "OFFICIAL", "region": "x"}}), "region"),
]


@pytest.mark.parametrize(
    ("text", "named"), WRONG, ids=[f"{at} {named}" for at, (_, named) in enumerate(WRONG)]
)
def test_a_setting_that_makes_no_sense_is_named(text: str, named: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings(oidc=SecretStr(text)).staff_login()
    assert str(caught.value).startswith("YIYANG_OIDC: ")
    assert named in str(caught.value)
    assert "secret-word" not in str(caught.value)


def test_without_the_setting_there_is_no_door() -> None:
    assert Settings().staff_login() is None


@pytest.mark.parametrize("name", ["client_secret", "client_key"])
def test_nothing_secret_is_printed(name: str) -> None:
    secrets = {"client_secret": "secret-word", "client_key": KEY.as_dict(private=True)}
    given = told(**{**dict.fromkeys(secrets), name: secrets[name]})
    settings = Settings(oidc=SecretStr(given)).staff_login()
    printed = f"{settings!r} {settings}"
    assert "secret-word" not in printed
    assert str(KEY.as_dict(private=True)["d"]) not in printed


def test_a_loopback_provider_may_speak_plain_http() -> None:
    assert StaffLoginSettings.model_validate({**GOOD, "issuer": "http://127.0.0.1:8080"})


@pytest.mark.parametrize(
    ("values", "given"),
    [
        (["streets/330102001/dispatcher"], {Assignment(Role.DISPATCHER, Place("330102001"))}),
        ("streets/330102001/dispatcher", {Assignment(Role.DISPATCHER, Place("330102001"))}),
        (["streets/330102001/dispatcher "], set()),
        (["streets/330102001/dispatcher\n"], set()),
        (["xstreets/330102001/dispatcher"], set()),
        (["streets/３３０/dispatcher"], set()),
        (["streets//dispatcher"], set()),
        (["streetsX330102001/dispatcher"], set()),
        ([{"role": "ADMIN"}, 7, None], set()),
        (None, set()),
        ("ADMIN", set()),
    ],
    ids=str,
)
def test_only_whole_values_give_roles(values: Any, given: set[Assignment]) -> None:
    settings = StaffLoginSettings.model_validate(GOOD)
    assert read(settings, {"sub": "1", "name": "x", "groups": values}).given == given


def test_a_claim_may_lie_in_an_object() -> None:
    settings = StaffLoginSettings.model_validate({**GOOD, "roles_claim": "realm_access.roles"})
    roles = ["streets/330102001/dispatcher"]
    claims = {"sub": "1", "name": "x", "realm_access": {"roles": roles}}
    assert read(settings, claims).given == {Assignment(Role.DISPATCHER, Place("330102001"))}


@pytest.mark.parametrize("claims", [{"sub": "1"}, {"name": "x"}, {"sub": "1", "name": ["x"]}])
def test_nobody_without_a_name(claims: dict[str, Any]) -> None:
    with pytest.raises(Unfit):
        read(StaffLoginSettings.model_validate(GOOD), claims)
