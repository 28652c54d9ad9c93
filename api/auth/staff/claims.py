"""What an ID token says of somebody, in our own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from api.auth.staff.settings import StaffLoginSettings
from domain.accounts.persons import phone_number
from domain.accounts.staff_sign_in import Assignment, Claimant
from domain.errors import InvalidInput

_MOST_CHARACTERS = 200


class Unfit(Exception):
    """The provider's token lacks what we need of it."""


@dataclass(frozen=True, slots=True)
class StaffClaims:
    """Somebody, what the provider gives them, and its own session.

    Parameters:
        session: the provider's name for it (``sid``); None where it has none.
    """

    claimant: Claimant
    given: set[Assignment]
    session: str | None


def read(settings: StaffLoginSettings, claims: Mapping[str, Any]) -> StaffClaims:
    """Read the claims of a token that has been verified.

    Raises: Unfit without a subject or a name.
    """
    subject, name = claims.get("sub"), _found(claims, settings.name_claim)
    if not is_text(subject) or not is_text(name):
        raise Unfit(f"no sub, or no {settings.name_claim}")
    claimant = Claimant(settings.issuer, subject, name, _phone(settings, claims))
    session = claims.get("sid")
    given = settings.assignments(_texts(_found(claims, settings.roles_claim)))
    return StaffClaims(claimant, given, session if is_text(session) else None)


def _phone(settings: StaffLoginSettings, claims: Mapping[str, Any]) -> str | None:
    """A phone that the provider has checked: by one that it has not, anybody could become anybody
    else by writing another number into a profile."""
    if _found(claims, f"{settings.phone_claim}_verified") is not True:
        return None
    try:
        return phone_number(str(_found(claims, settings.phone_claim)))
    except InvalidInput:
        return None


def _found(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or what lies in an object behind the dots of it."""
    if name in claims:
        return claims[name]
    first, dot, rest = name.partition(".")
    inner = claims.get(first)
    return _found(inner, rest) if dot and is_object(inner) else None


def _texts(value: Any) -> list[str]:
    """The texts of a list; one text alone is a list too."""
    return [one for one in (value if _is_list(value) else [value]) if isinstance(one, str)]


def is_text(value: Any) -> TypeGuard[str]:
    """Whether a claim is a name of something."""
    return isinstance(value, str) and 0 < len(value) <= _MOST_CHARACTERS


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def is_object(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether a claim is a JSON object."""
    return isinstance(value, Mapping)
