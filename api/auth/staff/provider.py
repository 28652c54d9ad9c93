"""The identity provider, by Authlib's Starlette client: PKCE (S256), state and nonce, ID tokens."""

import asyncio
import logging
import time
import warnings
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from joserfc.jwt import ClaimsOption
from starlette.requests import Request

from api.auth.staff.settings import StaffLoginSettings, secure

with warnings.catch_warnings():
    # Authlib would rather have a successor of httpx, which it can do without until its next major.
    warnings.simplefilter("ignore")
    from authlib.deprecate import AuthlibDeprecationWarning

    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.starlette_client import OAuth, OAuthError, StarletteOAuth2App
    from authlib.oauth2.rfc7523 import PrivateKeyJWT

log = logging.getLogger("yiyang.auth.staff")

REQUEST_SECONDS: Final = 5.0
"""For each step of a request to the provider."""
PATIENCE_SECONDS: Final = 10.0
"""For all that one request of a browser needs of it."""
LEEWAY_SECONDS: Final = 60
"""How far the provider's clock may be from ours."""
KEPT_SECONDS: Final = 3600
"""Its metadata and keys; keys that are not known yet are asked for at once."""

ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""By which tokens may be signed: with keys of which the provider alone has the private half."""

_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_TOLD: Final = ("end_session_endpoint",)
"""What we take of its metadata; Authlib would pass all of it to the HTTP client as options."""
_PASSING: Final = frozenset({"server_error", "temporarily_unavailable"})


class Away(Exception):
    """The provider does not answer, or not as one does: another try may succeed."""


class Stale(Exception):
    """No sign-in that this browser has begun lately, or it began another one since."""


class Denied(Exception):
    """The provider, or its user, does not want it; or what it says cannot be believed."""


class Provider:
    """One identity provider.

    Parameters:
        settings: where it is and who we are there.
    """

    def __init__(self, settings: StaffLoginSettings) -> None:
        self._settings = settings
        self._client: StarletteOAuth2App | None = None
        self._born = 0.0

    async def begin(self, request: Request, kept: Mapping[str, str]) -> str:
        """The provider's address to send a browser to; the rest stays in the browser's session.

        Parameters:
            kept: for ``finish``.
        Raises: Away.
        """
        async with _patiently():
            client = await self._known()
            begun = await client.create_authorization_url(self._settings.callback)
            callback = self._settings.callback
            await client.save_authorize_data(request, redirect_uri=callback, kept=kept, **begun)
        return begun["url"]

    async def finish(self, request: Request) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """The verified claims of who has come back, and what was kept at the beginning.

        Raises: Stale, Denied, Away.
        """
        async with _patiently():
            client = await self._known()
            state = request.query_params.get("state", "")
            data = await client.framework.get_state_data(request.session, state)
            if data is None:
                raise Stale
            # Whose answer this is (RFC 9207); the ID token says it in any case.
            if request.query_params.get("iss", self._settings.issuer) != self._settings.issuer:
                raise Denied("an answer of another issuer")
            token = await client.authorize_access_token(
                request, leeway=LEEWAY_SECONDS, claims_options=self.claims_options()
            )
        if "userinfo" not in token:
            raise Denied("no ID token")
        return token["userinfo"], data["kept"]

    async def signed(self, token: str) -> jwt.Token:
        """A token that the provider has signed; of its claims nothing is known yet.

        Raises: Denied, Away.
        """
        client, keys = await self._keys()
        algorithms = client.server_metadata["id_token_signing_alg_values_supported"]
        rules = JWSRegistry(algorithms=algorithms, strict_check_header=False)
        try:
            try:
                return jwt.decode(token, keys, registry=rules)
            except InvalidKeyIdError:
                _, keys = await self._keys(anew=True)
                return jwt.decode(token, keys, registry=rules)
        except (JoseError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise Denied(f"no token of its: {error!r}") from error

    async def sign_out_address(self, return_to: str) -> str | None:
        """Where a browser ends the provider's own session; None where it has no such place.

        Raises: Away.
        """
        async with _patiently():
            client = await self._known()
            if "end_session_endpoint" not in client.server_metadata:
                return None
            made = await client.create_logout_url(return_to, client_id=self._settings.client_id)
        return made["url"]

    async def _keys(self, *, anew: bool = False) -> tuple[StarletteOAuth2App, KeySet]:
        """Raises: Away."""
        async with _patiently():
            client = await self._known()
            told: Any = await client.fetch_jwk_set(force=anew)
            return client, KeySet.import_key_set(told)

    def claims_options(self) -> dict[str, ClaimsOption]:
        """What every token for us says: who made it, for whom."""
        return {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
        }

    async def _known(self) -> StarletteOAuth2App:
        """The client, with metadata that is an hour old at most."""
        client = self._client
        if client is None or time.monotonic() - self._born > KEPT_SECONDS:
            client = self._new_client()
            told = await client.load_server_metadata()
            if told.get("issuer") != self._settings.issuer:
                # OpenID Connect Discovery 1.0, 4.3.
                raise ValueError(f"the metadata of {self._settings.issuer} are of another issuer")
            client.server_metadata = _taken(told)
            self._client, self._born = client, time.monotonic()
        return client

    def _new_client(self) -> StarletteOAuth2App:
        given = self._settings
        secret = given.client_secret.get_secret_value() if given.client_secret else None
        method = "client_secret_basic" if secret else "private_key_jwt"
        signed_by: Any = PrivateKeyJWT  # typeshed knows an older Authlib
        assertion = signed_by(alg=given.signs_by) if given.client_key else None
        return OAuth().register(
            "staff",
            server_metadata_url=f"{given.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_id=given.client_id,
            client_secret=secret or given.private_key,
            client_auth_methods=[assertion] if assertion else None,
            client_kwargs={
                "scope": " ".join(given.scopes),
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": method,
                "timeout": REQUEST_SECONDS,
            },
        )


def _taken(told: Mapping[str, Any]) -> dict[str, Any]:
    """What we take of a provider's metadata.

    Raises: KeyError, TypeError, ValueError for metadata that make no sense.
    """
    signed = told.get("id_token_signing_alg_values_supported") or ["RS256"]
    return {
        **{name: secure(told[name]) for name in _NEEDED},
        **{name: secure(told[name]) for name in _TOLD if name in told},
        "id_token_signing_alg_values_supported": sorted(ALGORITHMS.intersection(signed)),
        "_loaded_at": told["_loaded_at"],
    }


@asynccontextmanager
async def _patiently() -> AsyncGenerator[None, None]:
    """Whatever may be wrong with an answer of the provider's, in our words.

    Raises: Away, Denied.
    """
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield
    except OAuthError as error:
        if error.error in _PASSING:
            raise Away(error.error) from error
        # It may come from the browser, with line breaks that would forge lines of a log.
        raise Denied(f"{error.error!r:.100}") from error
    except JoseError as error:
        raise Denied(f"its token: {error}") from error
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise Away(repr(error)) from error
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise Away(f"no answer as a provider gives one: {error!r}") from error
