"""Whoever claims to be a client, and what proves it.

A stranger who tries ids must learn nothing from the time that an answer takes. So whoever is no
client is a candidate too: one hash is compared, or one signature verified with a key of the kind
that was signed with, and it fails.
"""

import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from authlib.oauth2.rfc6749 import ClientMixin, InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, import_key

from api.auth.oauth.addresses import ALGORITHMS, KEY_METHOD, SECRET_METHODS
from domain.clients.proofs import Known
from domain.secrets import hashed, is_one_of

LONGEST_SECONDS = 300
"""How long an assertion is believed after it was made, whatever it says itself."""

LEEWAY_SECONDS = 30
"""How far the clocks of vendors may be off."""

_MAX_JTI = 256
_RSA_BITS = 2048

_NOBODYS_SECRET = hashed(secrets.token_urlsafe())


def _nobodys_keys() -> Iterator[Mapping[str, Any]]:
    """A public key of each kind that nobody has the private half of."""
    yield ECKey.generate_key("P-256").as_dict(private=False)
    yield OKPKey.generate_key("Ed25519").as_dict(private=False)
    # A random number of that size: to verify by it takes as long, to make it takes no time.
    modulus = secrets.randbits(_RSA_BITS) | 1 << _RSA_BITS - 1 | 1
    number = modulus.to_bytes(_RSA_BITS // 8, "big")
    yield {"kty": "RSA", "e": "AQAB", "n": urlsafe_b64encode(number).rstrip(b"=").decode()}


_NOBODYS_KEYS = {key["kty"]: key for key in _nobodys_keys()}


def _key_type(algorithm: str) -> str:
    """Of the keys that sign by an algorithm."""
    return {"ES": "EC", "Ed": "OKP"}.get(algorithm[:2], "RSA")


class Candidate(ClientMixin):
    """A client, or somebody who claims to be one.

    Parameters:
        known: the client of the id that was claimed; None for none.
    """

    def __init__(self, known: Known | None) -> None:
        self.known = known

    def get_client_id(self) -> str:
        """The id, for Authlib."""
        return str(self.known.id if self.known else UUID(int=0))

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether it is one of the client's."""
        kept = self.known.secrets if self.known else ()
        return is_one_of(client_secret, kept or (_NOBODYS_SECRET,))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Whether the client proves itself in this way, at any endpoint."""
        if self.known is None:
            return False
        return method in ((KEY_METHOD,) if self.known.jwks is not None else SECRET_METHODS)

    def check_grant_type(self, grant_type: str) -> bool:
        """All that Authlib has registered."""
        return True

    def key_for(self, algorithm: str, name: Any) -> Key:
        """The key that an assertion says it is signed with; nobody's where the client has none.

        Parameters:
            name: the assertion's ``kid``; None where it has none, and the client's first is meant.
        """
        jwks = self.known.jwks if self.known else None
        kind = _key_type(algorithm)
        for key in jwks["keys"] if jwks else ():
            if key["kty"] == kind and name in (None, key.get("kid")):
                return import_key(key)
        return import_key(dict(_NOBODYS_KEYS[kind]))


class Assertions(JWTBearerClientAssertion):
    """Clients that prove themselves by keys (RFC 7523).

    Parameters:
        audiences: to whom an assertion may be addressed.

    Attributes:
        used: id and last second of the assertion that was believed.
    """

    CLIENT_AUTH_METHOD = KEY_METHOD

    def __init__(self, audiences: Sequence[str]) -> None:
        super().__init__(leeway=LEEWAY_SECONDS)
        self._audiences = audiences
        self.used: tuple[str, int] | None = None

    def get_audiences(self) -> Sequence[str]:
        """For Authlib."""
        return self._audiences

    def extract_assertion(self, assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims, of which nothing is believed yet. Raises: InvalidClientError."""
        authlib: Any = super()  # typeshed knows an older Authlib
        try:
            return authlib.extract_assertion(assertion)
        except RecursionError as error:
            raise InvalidClientError from error

    def resolve_client_public_key(self, client: Candidate) -> Any:
        """For Authlib: what finds the key, once it is known how the assertion is signed."""

        def choose(signed: Any) -> Key:
            headers: dict[str, Any] = signed.headers()
            return client.key_for(str(headers.get("alg")), headers.get("kid"))

        return choose

    def process_assertion_claims(self, assertion: str, resolve_key: Any) -> dict[str, Any]:
        """Believe an assertion, or not. Authlib's own knows no EdDSA.

        Raises: InvalidClientError.
        """
        try:
            claims = jwt.decode(assertion, resolve_key, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise InvalidClientError from error
        self.verify_claims(claims)
        return claims

    def validate_jti(self, claims: dict[str, Any], jti: Any) -> bool:
        """Whether an assertion is young and has a name, which is then noted.

        Many libraries sign for an hour. That is no reason to refuse theirs, but after five minutes
        they are believed no more than others.
        """
        if not isinstance(jti, str) or not 0 < len(jti) <= _MAX_JTI:
            return False
        ends = min(claims["exp"], claims.get("iat", claims["exp"]) + LONGEST_SECONDS)
        now = time.time()
        # Positively, as a client may send NaN.
        if not now - LEEWAY_SECONDS < ends <= now + LONGEST_SECONDS + LEEWAY_SECONDS:
            return False
        self.used = jti, int(ends) + LEEWAY_SECONDS
        return True
