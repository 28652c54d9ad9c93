"""An OpenID provider on Authlib's authorization server, with one user, who is always willing.

It does what providers do, PKCE and all; and where a test wants it to, it lies.
"""

import asyncio
import base64
import json
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

from authlib.oauth2 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.serving import serving

CLIENT, SECRET = "yiyang", "a-secret-of-the-tests"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
Claims = dict[str, Any]


@dataclass
class User:
    """Who is signed in at the provider."""

    sub: str = "u-1"
    name: str = "陆明远"
    groups: list[str] = field(default_factory=list)
    more: Claims = field(default_factory=dict)

    def get_user_id(self) -> str:
        return self.sub


@dataclass
class Client(ClientMixin):
    """The one client that the provider knows."""

    redirect_uri: str
    id_token_signed_response_alg = "ES256"

    def get_client_id(self) -> str:
        return CLIENT

    def get_allowed_scope(self, scope: Any) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code(SimpleNamespace):
    """A code and what it stands for."""

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> None: ...

    def get_acr(self) -> None: ...

    def get_amr(self) -> None: ...


class Form(OAuth2Request):
    """A request as Authlib wants it."""

    def __init__(self, request: Request, fields: dict[str, str]) -> None:
        # Authlib's server refuses plain HTTP, and would have a proxy with TLS before it.
        super().__init__(request.method, f"https:{str(request.url).partition(':')[2]}")
        self.headers = request.headers
        payload: Any = BasicOAuth2Payload(fields)  # typeshed knows an older Authlib
        self.payload = payload
        self._fields = fields

    @property
    def form(self) -> dict[str, str]:
        return self._fields


class IdentityProvider(AuthorizationServer):
    """The provider.

    Attributes:
        issuer: its address.
        client: whom it knows; set by the tests once the API's address is known.
        user: who is signed in.
        metadata: what its discovery document says otherwise; None for nothing of it.
        lie: changes the claims of the next ID tokens, in place; may return another header.
        key: signs; ``published`` is what it says that it signs with.
        before_tokens: awaited before the token endpoint answers.
        requests: every path that it has been asked for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.issuer = ""
        self.client = Client("")
        self.user: User | None = User()
        self.key: Key = ECKey.generate_key("P-256", auto_kid=True)
        self.published = KeySet([self.key])
        self.metadata: Claims = {}
        self.lie: Callable[[Claims], dict[str, Any] | None] = lambda _: None
        self.before_tokens: Callable[[], Any] = lambda: None
        self.requests: list[str] = []
        self.codes: dict[str, Code] = {}
        self.forms: list[dict[str, str]] = []
        generator = BearerTokenGenerator(lambda **_: "an-access-token")
        self.register_token_generator("default", generator)
        self.register_grant(_Grant, [CodeChallenge(required=True), _IdTokens(require_nonce=True)])

    def query_client(self, client_id: str) -> Any:
        return self.client if client_id == CLIENT else None

    def save_token(self, token: Claims, request: OAuth2Request) -> None: ...

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None: ...

    def create_oauth2_request(self, request: Any) -> Any:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Any:
        text = json.dumps(body) if isinstance(body, dict) else body
        return Response(text, status, dict(headers))

    def app(self) -> Starlette:
        """What it serves."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/jwks", self._jwks),
                Route("/logout", self._logout),
            ]
        )

    async def _metadata(self, request: Request) -> Response:
        self.requests.append(request.url.path)
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/logout",
            # As bad providers do: what is not signed must not be believed all the same.
            "id_token_signing_alg_values_supported": ["none", "HS256", "ES256"],
        }
        whole = {**told, **self.metadata}
        return JSONResponse({name: value for name, value in whole.items() if value is not None})

    async def _authorize(self, request: Request) -> Response:
        self.requests.append(request.url.path)
        form = Form(request, dict(request.query_params))
        grant = self.get_consent_grant(form, self.user)
        answer: Any = self.create_authorization_response(form, self.user, grant=grant)
        return answer

    async def _token(self, request: Request) -> Response:
        self.requests.append(request.url.path)
        if (answer := await self.before_tokens_done()) is not None:
            return answer
        fields = dict(parse_qsl((await request.body()).decode()))
        self.forms.append(fields)
        answer: Any = self.create_token_response(Form(request, fields))
        return answer

    def logout_token(self, **claims: Any) -> str:
        """A token that somebody has signed out; None leaves a claim out."""
        whole = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": int(time.time()),
            "exp": int(time.time()) + 120,
            "jti": secrets.token_urlsafe(),
            "events": {LOGOUT: {}},
            **claims,
        }
        kept = {name: value for name, value in whole.items() if value is not None}
        return self.signed(kept, typ="logout+jwt")

    async def before_tokens_done(self) -> Response | None:
        """What a test has put before the token endpoint."""
        waiting = self.before_tokens()
        return await waiting if asyncio.iscoroutine(waiting) else waiting

    async def _jwks(self, request: Request) -> Response:
        self.requests.append(request.url.path)
        return JSONResponse(self.published.as_dict(private=False))

    async def _logout(self, request: Request) -> Response:
        self.requests.append(request.url.path)
        return RedirectResponse(request.query_params["post_logout_redirect_uri"])

    def signed(self, claims: Claims, **header: Any) -> str:
        """A token of the provider's; by another key or algorithm where the header says so."""
        key = header.pop("key", self.key)
        given = {"alg": "ES256", "kid": self.key.kid, **header}
        if given["alg"] == "none":
            return f"{_part(given)}.{_part(claims)}."
        return jwt.encode(given, claims, key, algorithms=[given["alg"]])


def _part(value: Claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class _Grant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)
    server: IdentityProvider

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        assert request.payload is not None
        asked = request.payload.data
        names = ("redirect_uri", "scope", "nonce", "code_challenge", "code_challenge_method")
        self.server.codes[code] = Code(
            code=code, user=request.user, **{name: asked.get(name) for name in names}
        )

    def query_authorization_code(self, code: str, client: Any) -> Code | None:
        return self.server.codes.get(code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del self.server.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> User:
        return authorization_code.user


class _IdTokens(OpenIDCode):
    server: IdentityProvider

    def __call__(self, grant: Any) -> None:
        self.server = grant.server
        super().__call__(grant)

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return any(code.nonce == nonce for code in self.server.codes.values())

    def resolve_client_private_key(self, client: Client) -> Key:
        return self.server.key

    def get_client_claims(self, client: Client) -> Claims:
        return {"iss": self.server.issuer, "aud": [CLIENT]}

    def get_encode_header(self, client: Client) -> Claims:
        return {"alg": "ES256", "kid": self.server.key.kid}

    def generate_user_info(self, user: User, scope: str) -> UserInfo:
        return UserInfo(sub=user.sub, name=user.name, groups=user.groups, **user.more)

    def encode_id_token(self, token: Claims, request: OAuth2Request) -> str:
        base: Any = super()  # typeshed knows an older Authlib
        honest = base.encode_id_token(token, request)
        claims = jwt.decode(honest, self.server.key, algorithms=["ES256"]).claims
        header = self.server.lie(claims)
        return self.server.signed(claims, **(header or {}))


@asynccontextmanager
async def identity_provider() -> AsyncGenerator[IdentityProvider, None]:
    """One that is up."""
    provider = IdentityProvider()
    async with serving(provider.app()) as port:
        provider.issuer = f"http://127.0.0.1:{port}"
        yield provider
