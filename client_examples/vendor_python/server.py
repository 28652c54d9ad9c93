"""GraphQL over HTTP."""

from dataclasses import dataclass
from typing import Any

import httpx

from .failures import CursorLost, Refused, Unavailable, Unusable, asks_for_patience, retry_after
from .tokens import Tokens

_REFUSED = {401, 403}
_OUR_FAULT = {
    "BAD_REQUEST",
    "INVALID_INPUT",
    "INVALID_VARIABLE",
    "PARSE_FAILED",
    "PERMISSION_DENIED",
    "VALIDATION_FAILED",
}


@dataclass(frozen=True)
class Server:
    """Where to ask, and as whom.

    Parameters:
        url: the GraphQL endpoint.
        tokens: by which it knows us.
    """

    http: httpx.AsyncClient
    url: str
    tokens: Tokens

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of one query.

        Raises: Refused, Unusable, CursorLost, Unavailable.
        """
        body = {"query": query, "variables": variables}
        response = await self._answer(body)
        if response.status_code == 401 and self.tokens.is_renewed_after_refusal():
            response = await self._answer(body)
        return _data(response)

    async def _answer(self, body: dict[str, Any]) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {await self.tokens.current()}",
            "Accept": "application/graphql-response+json",
        }
        try:
            return await self.http.post(self.url, json=body, headers=headers)
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise Unusable(f"{self.url} is no address: {error}") from error
        except httpx.RequestError as error:
            raise Unavailable(f"no answer ({type(error).__name__})") from error


def _data(response: httpx.Response) -> dict[str, Any]:
    status = response.status_code
    if status in _REFUSED:
        raise Refused(f"the server refuses the token ({status})")
    if asks_for_patience(status):
        raise Unavailable(f"the server answered {status}", retry_after(response))
    try:
        answer: Any = response.json()
    except ValueError:
        answer = None
    if isinstance(answer, dict) and answer.get("errors"):
        raise _failure(answer["errors"][0])
    if status != 200:
        raise Unusable(f"the server answered {status}: is this the address of its GraphQL?")
    if not isinstance(answer, dict) or not isinstance(answer.get("data"), dict):
        raise Unavailable("what answered was no GraphQL")
    return answer["data"]


def _failure(error: dict[str, Any]) -> Exception:
    extensions = error.get("extensions") or {}
    code = extensions.get("code")
    reason = f"{code}: {error.get('message')}"
    if code == "UNAUTHENTICATED":
        return Refused(reason)
    if code == "CURSOR_EXPIRED" or (code == "INVALID_INPUT" and extensions.get("field") == "after"):
        return CursorLost(reason)
    return Unusable(reason) if code in _OUR_FAULT else Unavailable(reason)
