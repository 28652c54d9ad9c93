# The package says nothing about its types; this is the part of it that Yiyang uses.

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

class OAuthError(Exception):
    error: str

class _Framework:
    async def get_state_data(
        self, session: dict[str, Any], state: str
    ) -> dict[str, Any] | None: ...

class StarletteOAuth2App:
    framework: _Framework
    server_metadata: dict[str, Any]
    async def load_server_metadata(self) -> dict[str, Any]: ...
    async def create_authorization_url(self, redirect_uri: str) -> dict[str, str]: ...
    async def save_authorize_data(self, request: Request, **kwargs: Any) -> None: ...
    async def authorize_access_token(
        self, request: Request, *, leeway: int, claims_options: Mapping[str, Any]
    ) -> dict[str, Any]: ...
    async def fetch_jwk_set(self, force: bool = False) -> dict[str, Any]: ...
    async def create_logout_url(
        self, post_logout_redirect_uri: str, *, client_id: str
    ) -> dict[str, str]: ...

class OAuth:
    def register(self, name: str, **kwargs: Any) -> StarletteOAuth2App: ...
