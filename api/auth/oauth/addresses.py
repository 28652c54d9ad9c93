"""Where the authorization server is, and what it says of itself (RFC 8414)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.auth.scopes import OF_CLIENTS

TOKEN, REVOCATION, INTROSPECTION = "/oauth/token", "/oauth/revoke", "/oauth/introspect"
JWKS = "/oauth/jwks"
METADATA = "/.well-known/oauth-authorization-server"

SECRET_METHODS = ("client_secret_basic", "client_secret_post")
KEY_METHOD = "private_key_jwt"
METHODS = (*SECRET_METHODS, KEY_METHOD)
"""How a client may prove itself."""

ALGORITHMS = ("ES256", "EdDSA", "Ed25519", "RS256", "PS256")
"""Of signatures of assertions. EdDSA is what RFC 9864 calls Ed25519 now; clients send both."""


@dataclass(frozen=True)
class Endpoints:
    """The authorization server as clients know it.

    Parameters:
        url: the API's own address, without a slash at the end: ``https://api.example``.
    """

    url: str

    @property
    def audiences(self) -> tuple[str, str]:
        """To whom an assertion may be addressed (RFC 7523, 3)."""
        return self.url, self.url + TOKEN

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The metadata document."""
        methods: dict[str, Any] = {}
        for endpoint, path in (
            ("token", TOKEN),
            ("revocation", REVOCATION),
            ("introspection", INTROSPECTION),
        ):
            methods[f"{endpoint}_endpoint"] = self.url + path
            methods[f"{endpoint}_endpoint_auth_methods_supported"] = METHODS
            methods[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = ALGORITHMS
        return {
            "issuer": self.url,
            **methods,
            "jwks_uri": self.url + JWKS,
            "grant_types_supported": ["client_credentials"],
            # Nobody is sent here to consent, so there is none. The member is required all the same.
            "response_types_supported": [],
            "scopes_supported": sorted(OF_CLIENTS),
        }
