"""GraphQL over HTTP, and its failures by what they ask of us."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

LONGEST_REST_SECONDS = 3600.0
"""A server that asks for more is asked again nevertheless."""

_REFUSED = {401, 403}
_PASSING = {408, 425, 429}
_OUR_FAULT = {
    "BAD_REQUEST",
    "INVALID_INPUT",
    "INVALID_VARIABLE",
    "PARSE_FAILED",
    "PERMISSION_DENIED",
    "VALIDATION_FAILED",
}


class Refused(Exception):
    """There is no token, or not one that the server takes; only a person can help."""


class Unusable(Exception):
    """Waiting does not help: a wrong address, or a server that does not know the question."""


class CursorLost(Exception):
    """The server no longer holds what came after the cursor, or the cursor is none."""


class Unavailable(Exception):
    """The same question may be answered later.

    Parameters:
        retry_after: seconds that the server asked us to wait at least.
    """

    def __init__(self, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Server:
    """Where to ask, and as whom.

    Parameters:
        url: the GraphQL endpoint.
        token: gives the token of the moment, so that it may be renewed while we run.
    """

    http: httpx.AsyncClient
    url: str
    token: Callable[[], str]

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of one query.

        Raises: Refused, Unusable, CursorLost, Unavailable.
        """
        headers = {
            "Authorization": f"Bearer {self.token()}",
            "Accept": "application/graphql-response+json",
        }
        body = {"query": query, "variables": variables}
        try:
            response = await self.http.post(self.url, json=body, headers=headers)
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise Unusable(f"{self.url} is no address: {error}") from error
        except httpx.RequestError as error:
            raise Unavailable(f"no answer ({type(error).__name__})") from error
        return _data(response)


def _data(response: httpx.Response) -> dict[str, Any]:
    status = response.status_code
    if status in _REFUSED:
        raise Refused(f"the server refuses the token ({status})")
    if status in _PASSING or status >= 500:
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


def retry_after(response: httpx.Response) -> float:
    """The Retry-After header (RFC 9110, 10.2.3) in seconds; 0 where there is none to be read."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        seconds = float(value)
    else:
        try:
            until = parsedate_to_datetime(value)
        except ValueError:
            return 0.0
        # The zone "-0000" is given as none at all; HTTP knows GMT only.
        seconds = (until.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_REST_SECONDS)
