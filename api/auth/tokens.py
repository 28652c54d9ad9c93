"""Access tokens: ES256 JWTs of the kind ``at+jwt`` (RFC 9068), by joserfc."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from api.auth.scopes import data_scopes
from domain.access import Actor, Role
from domain.accounts.revocations import LONGEST_TOKEN

ISSUER = "yiyang"
AUDIENCE = "yiyang-api"
_TYPE = "at+jwt"

REMEMBERED = 4096
"""How many good tokens a process knows again: to verify one takes longer than a small answer."""


class InvalidToken(Exception):
    """The token is none of ours, has been changed, or has expired."""


@dataclass(frozen=True)
class Grant:
    """What a token says.

    Parameters:
        actor: on whose behalf.
        expires_at: when it ends, UTC.
        budget: size of the caller's cost bucket in points; None for the default.
        scopes: what its client may do (``api.auth.scopes``).
        session: the login that it belongs to; None for a token that is not of a login.
        client: the OAuth client that it was given to; None for our own apps. Its actor is bounded
            by its scopes.
        token: the token's own name, by which it alone can be revoked; None where it has none.
    """

    actor: Actor
    expires_at: datetime
    budget: int | None = None
    scopes: frozenset[str] = frozenset()
    session: UUID | None = None
    client: UUID | None = None
    token: UUID | None = None

    @property
    def subjects(self) -> tuple[UUID | None, ...]:
        """Whatever the token stands or falls with."""
        return self.actor.id, self.session, self.client, self.token


class TokenKey:
    """Signs access tokens with one P-256 key, and verifies those of others too.

    Parameters:
        jwk: a private key as a JSON Web Key; or a set of them (``{"keys": […]}``), the first of
            which signs: a new one is put in front, and an old one stays until its tokens are over.
    """

    def __init__(self, jwk: dict[str, Any]) -> None:
        keys = [ECKey.import_key(one) for one in jwk.get("keys", (jwk,))]
        for key in keys:
            key.ensure_kid()
        self._key, self._keys = keys[0], KeySet(list(keys))
        self._claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
        )
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._read)

    @staticmethod
    def new_jwk() -> dict[str, Any]:
        """A fresh private key, JSON-able."""
        return dict(ECKey.generate_key("P-256", private=True, auto_kid=True).as_dict(private=True))

    def public_jwks(self) -> dict[str, Any]:
        """The public halves of all keys, as a JSON Web Key Set."""
        return dict(self._keys.as_dict(private=False))

    def sign(self, grant: Grant) -> str:
        """A token that says what the grant says; it lasts 30 days at most."""
        now = datetime.now(UTC)
        expires_at = min(grant.expires_at, now + LONGEST_TOKEN)
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(grant.actor.id),
            "iat": int(now.timestamp()),
            "exp": int(expires_at.timestamp()),
            "role": grant.actor.role.value,
        }
        if grant.actor.region is not None:
            claims["region"] = grant.actor.region
        if grant.budget is not None:
            claims["budget"] = grant.budget
        if grant.scopes:
            claims["scope"] = " ".join(sorted(grant.scopes))
        if grant.session is not None:
            claims["sid"] = str(grant.session)
        if grant.client is not None:
            claims["client_id"] = str(grant.client)
        if grant.token is not None:
            claims["jti"] = str(grant.token)
        header = {"alg": "ES256", "typ": _TYPE, "kid": self._key.kid}
        return jwt.encode(header, claims, self._key)

    def verify(self, token: str) -> Grant:
        """What a token says.

        Raises: InvalidToken, whatever is wrong with it.
        """
        grant = self._remembered(token)
        # What was good once stays good, but for the time.
        if grant.expires_at <= datetime.now(UTC):
            raise InvalidToken
        return grant

    def _read(self, token: str) -> Grant:
        try:
            decoded = jwt.decode(token, self._keys, algorithms=["ES256"])
            if decoded.header.get("typ") != _TYPE:
                raise InvalidToken
            claims = decoded.claims
            self._claims.validate(claims)
            expires_at = datetime.fromtimestamp(claims["exp"], UTC)
            budget = claims.get("budget")
            if budget is not None and (type(budget) is not int or budget < 1):
                raise InvalidToken
            scopes = frozenset[str](claims.get("scope", "").split())
            session, client = _key_in(claims, "sid"), _key_in(claims, "client_id")
            bounds = None if client is None else data_scopes(scopes)
            actor = Actor(UUID(claims["sub"]), Role(claims["role"]), claims.get("region"), bounds)
            own = _key_in(claims, "jti")
            return Grant(actor, expires_at, budget, scopes, session, client, own)
        except (AttributeError, JoseError, ValueError, KeyError, TypeError) as error:
            raise InvalidToken from error


def _key_in(claims: dict[str, Any], name: str) -> UUID | None:
    return UUID(claims[name]) if name in claims else None


def bearer(authorization: str | None) -> str | None:
    """The token in an Authorization header."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
