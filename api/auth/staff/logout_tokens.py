"""What a logout token says (OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6)."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry, Token

from api.auth.staff.claims import is_object, is_text
from api.auth.staff.provider import LEEWAY_SECONDS, Denied
from domain.accounts.identities import provider_session_digest, subject_digest
from domain.crypto import Vault
from domain.sessions.provider_logout import LogoutClaims

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
GOOD_FOR_SECONDS: Final = 300
"""From when it was made, whatever end it names: it speaks of now."""
_NEEDED: Final[ClaimsOption] = {"essential": True}
_TYPES: Final = frozenset({"jwt", "logout+jwt", "application/logout+jwt"})
"""The standard recommends the last two, and providers were there before it."""


def read(token: Token, wanted: Mapping[str, ClaimsOption], vault: Vault) -> LogoutClaims:
    """What a token says whose signature is the provider's.

    Parameters:
        wanted: of the claims of every token of the provider's for us.
        vault: hashes names of subjects and sessions.
    Raises: Denied for one that is no logout token, not for us, or not of now.
    """
    claims = token.claims
    if token.header.get("typ", "JWT").lower() not in _TYPES:
        raise Denied("a token of another type")
    options = {**wanted, "iat": _NEEDED, "jti": _NEEDED}
    try:
        JWTClaimsRegistry(None, LEEWAY_SECONDS, **options).validate(claims)
    except JoseError as error:
        raise Denied(f"its logout token: {error}") from error
    _check(claims)
    issuer, subject, session = claims["iss"], _text(claims, "sub"), _text(claims, "sid")
    if subject is None and session is None:
        raise Denied("a logout token of nobody")
    return LogoutClaims(
        f"{issuer}\0{claims['jti']}",
        datetime.fromtimestamp(claims["iat"] + GOOD_FOR_SECONDS + LEEWAY_SECONDS, UTC),
        None if subject is None else subject_digest(vault, issuer, subject),
        None if session is None else provider_session_digest(vault, issuer, session),
    )


def _check(claims: Mapping[str, Any]) -> None:
    """Raises: Denied."""
    events = claims.get("events")
    if not is_object(events) or not is_object(events.get(EVENT)):
        raise Denied("a token that is about no logout")
    if "nonce" in claims:
        # As ID tokens have it: it would be one of these.
        raise Denied("a logout token with a nonce")
    # Positively, as JSON may hold NaN.
    if not claims["iat"] > time.time() - GOOD_FOR_SECONDS - LEEWAY_SECONDS:
        raise Denied("a logout token that is old")


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    """Raises: Denied for what is no name."""
    value = claims.get(name)
    if value is not None and not is_text(value):
        raise Denied(f"a logout token whose {name} is no name")
    return value
