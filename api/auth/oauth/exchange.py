"""One request to the authorization server, answered by Authlib.

Authlib asks for clients and saves tokens while it runs, and can't wait. So it is given beforehand
whom it may ask for, and says what it has decided; nothing of it is true until that is committed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientCredentialsGrant,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from api.auth.oauth.addresses import KEY_METHOD, METHODS, TOKEN, Endpoints
from api.auth.oauth.asked import Asked
from api.auth.oauth.candidate import Assertions, Candidate
from api.auth.revocations import Revocations
from api.auth.scopes import data_scopes
from api.auth.tokens import ISSUER, Grant, InvalidToken, TokenKey
from domain.access import Actor, Role
from domain.clients.proofs import Known

LIFETIME = timedelta(minutes=30)
"""Of a token: a client asks for the next one whenever it likes."""

_UNAUTHORIZED = 401


@dataclass(frozen=True)
class Server:
    """What answers need beside the request.

    Parameters:
        revocations: whether a token is void before its time.
    """

    endpoints: Endpoints
    token_key: TokenKey
    revocations: Revocations


class Exchange(AuthorizationServer):
    """One request and its answer; never used for another.

    Parameters:
        known: the client of the id that was claimed; None for none.

    Attributes:
        client: who it was, once that is proved.
        error: the code of the refusal; None where nothing was refused.
        revoked: the token that is void from now on.
        assertions: what proved the client, where it was a key.
    """

    def __init__(self, server: Server, asked: Asked, known: Known | None) -> None:
        super().__init__()
        self.server = server
        self.asked = asked
        self.assertions = Assertions(server.endpoints.audiences)
        self.error: str | None = None
        self.revoked: Grant | None = None
        self._candidate = Candidate(known)
        self._request = _Request(server.endpoints.url + TOKEN, asked)
        self.register_client_auth_method(KEY_METHOD, self.assertions)
        self.register_grant(_ClientCredentials)
        self.register_token_generator("default", self._token)
        self.register_endpoint(_Revocation)
        self.register_endpoint(_Introspection)

    @property
    def client(self) -> Known | None:
        """Who it was, once that is proved."""
        proved = self._request.client
        return proved.known if proved is not None and self.error != "invalid_client" else None

    def answer(self, endpoint: str) -> tuple[int, Mapping[str, Any]]:
        """The status and the JSON of the answer; for a thread, as it computes.

        Parameters:
            endpoint: ``token``, or one of Authlib's names.
        """
        if endpoint == "token" and "grant_type" not in self.asked.form:
            # Authlib says that the grant type is not supported, RFC 6749 that it is missing.
            self.error = "invalid_request"
            return refusal(self.error)
        if endpoint == "token":
            return self.create_token_response(self._request)
        return self.create_endpoint_response(endpoint, self._request)

    def token_in(self, text: str) -> "_Token | None":
        """A token of ours that has not expired."""
        try:
            return _Token(self.server.token_key.verify(text), self.server.revocations)
        except InvalidToken:
            return None

    # What follows Authlib calls.

    def query_client(self, client_id: str) -> Candidate:
        """Whoever claims an id: there is always somebody, see ``candidate``."""
        return self._candidate if client_id == self.asked.claimed else Candidate(None)

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        """It is one already."""
        return request

    def save_token(self, token: Mapping[str, Any], request: OAuth2Request) -> None:
        """Tokens are not kept, only signed."""

    def send_signal(self, name: str, *arguments: Any, **named: Any) -> None:
        """Nobody listens."""

    def handle_response(
        self, status: int, body: Mapping[str, Any], headers: Sequence[tuple[str, str]]
    ) -> tuple[int, Mapping[str, Any]]:
        """The headers are the same for all, and are added where the answer is sent."""
        return status, body

    def handle_error_response(
        self, request: OAuth2Request, error: OAuth2Error
    ) -> tuple[int, Mapping[str, Any]]:
        """Remember why; the text is the same whatever else could be told."""
        self.error = error.error
        return refusal(error.error)

    def _token(self, client: Candidate, **_: Any) -> Mapping[str, Any]:
        known = client.known
        assert known is not None, "Authlib gives tokens to proved clients only"
        grant = grant_for(known, asked_scopes(self.asked.form.get("scope"), known))
        seconds = (grant.expires_at - datetime.now(UTC)).total_seconds()
        return {
            "access_token": self.server.token_key.sign(grant),
            "token_type": "Bearer",
            "expires_in": max(0, round(seconds)),
            "scope": " ".join(sorted(grant.scopes)),
        }


_TEXTS = {
    "invalid_request": "The request misses a parameter, repeats one, or is malformed.",
    "invalid_client": "The client is unknown, disabled, or has not proved who it is.",
    "invalid_scope": "A scope is asked for that the client may not have.",
    "unsupported_grant_type": "The only grant type is client_credentials.",
    "invalid_grant": "The token was given to another client.",
}
"""By code. In ASCII, as RFC 6749 (5.2) wants, and without what the client has sent."""


def refusal(code: str, reason: str | None = None) -> tuple[int, Mapping[str, Any]]:
    """Status and JSON of a refusal.

    Parameters:
        reason: more than the code's own text.
    """
    status = _UNAUTHORIZED if code == "invalid_client" else 400
    return status, {"error": code, "error_description": reason or _TEXTS[code]}


def asked_scopes(scope: str | None, client: Known) -> frozenset[str]:
    """The scopes that a token is to have: all of the client's where none is asked for.

    Raises: InvalidScopeError for one beyond the client's: a token with less than was asked for
        would fail later, where nobody knows why.
    """
    asked = frozenset((scope or "").split()) or client.scopes
    if not asked <= client.scopes:
        raise InvalidScopeError
    return asked


def grant_for(client: Known, scopes: frozenset[str]) -> Grant:
    """What a client's new token says. It is over with the client's account at the latest."""
    ends = datetime.now(UTC) + LIFETIME
    return Grant(
        actor=Actor(client.account_id, Role.VENDOR, client.region, data_scopes(scopes)),
        expires_at=ends if client.until is None else min(ends, client.until),
        budget=client.budget,
        scopes=scopes,
        session=client.epoch,
        client=client.id,
        token=uuid4(),
    )


class _Request(OAuth2Request):
    """A request as Authlib reads it."""

    def __init__(self, url: str, asked: Asked) -> None:
        named = {"Authorization": asked.authorization} if asked.authorization else {}
        super().__init__("POST", url, headers=named)
        self.payload = BasicOAuth2Payload(asked.form)
        self._form = asked.form

    @property
    def form(self) -> Mapping[str, str]:
        """The parameters."""
        return self._form


class _ClientCredentials(ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def validate_requested_scope(self) -> None:
        asked_scopes(self.request.payload.scope, self.request.client.known)


@dataclass(frozen=True)
class _Token:
    """A token that somebody has shown."""

    grant: Grant
    revocations: Revocations

    def check_client(self, client: Candidate) -> bool:
        """Whether it was given to this client."""
        return client.known is not None and self.grant.client == client.known.id

    def is_expired(self) -> bool:
        """Such a one is none."""
        return False

    def is_revoked(self) -> bool:
        """Whether it is void before its time."""
        return self.revocations.void(self.grant)


def _check_token(request: OAuth2Request) -> None:
    """A hint is no more than that: a wrong one changes nothing (RFC 7009, 2.1)."""
    if "token" not in request.form:
        raise InvalidRequestError


class _Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = METHODS

    def check_params(self, request: OAuth2Request, client: Candidate) -> None:
        _check_token(request)

    def query_token(self, token_string: str, token_type_hint: str | None) -> _Token | None:
        return self.server.token_in(token_string)

    def revoke_token(self, token: _Token, request: OAuth2Request) -> None:
        self.server.revoked = token.grant


class _Introspection(IntrospectionEndpoint):
    CLIENT_AUTH_METHODS = METHODS

    def check_params(self, request: OAuth2Request, client: Candidate) -> None:
        _check_token(request)

    def query_token(self, token_string: str, token_type_hint: str | None) -> _Token | None:
        return self.server.token_in(token_string)

    def check_permission(self, token: _Token, client: Candidate, request: OAuth2Request) -> bool:
        return token.check_client(client)

    def introspect_token(self, token: _Token) -> Mapping[str, Any]:
        grant = token.grant
        return {
            "active": True,
            "client_id": str(grant.client),
            "sub": str(grant.actor.id),
            "scope": " ".join(sorted(grant.scopes)),
            "token_type": "Bearer",
            "exp": int(grant.expires_at.timestamp()),
            "iss": ISSUER,
            "jti": str(grant.token),
        }
