# What we use of the library, which carries no types.
from typing import Any

import httpx

class AsyncOAuth2Client(httpx.AsyncClient):
    def __init__(
        self,
        client_id: str,
        client_secret: Any,
        *,
        token_endpoint_auth_method: str,
        verify: Any = ...,
        **more: Any,
    ) -> None: ...
    def register_client_auth_method(self, auth: Any) -> None: ...
    async def fetch_token(self, url: str, **form: str) -> dict[str, Any]: ...
