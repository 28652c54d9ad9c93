"""Requests that are understood but not executed: why, and what HTTP says of it."""

import secrets
from typing import Any

from api.texts import Language, error_text

TRY_LATER = 429


class Refusal(Exception):
    """A request that is not executed, whatever brought it.

    Parameters:
        code: has a text in ``api.texts``.
        status: over HTTP.
        retry_after: seconds until another try may succeed; None where it would not.
        facts: for the text.
    """

    def __init__(
        self, code: str, status: int, *, retry_after: int | None = None, **facts: Any
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.retry_after = retry_after
        self.facts = facts

    def body(self, language: Language, request_id: str) -> dict[str, Any]:
        """The response.

        Parameters:
            request_id: names the request, as errors of those that are executed do.
        """
        extensions: dict[str, Any] = {"code": self.code, "requestId": request_id}
        if self.retry_after is not None:
            extensions["retryAfter"] = self.retry_after
        message = error_text(self.code, self.facts, language)
        return {"errors": [{"message": message, "extensions": extensions}]}


def new_request_id() -> str:
    """Names a request in logs and errors."""
    return secrets.token_hex(8)


def unknown_document() -> Refusal:
    """No document of that id is kept; the client may send its text."""
    return Refusal("PERSISTED_QUERY_NOT_FOUND", 404)


def rate_limited(retry_after: int) -> Refusal:
    """The caller's bucket is empty.

    Parameters:
        retry_after: seconds until it holds what the operation costs.
    """
    return Refusal("RATE_LIMITED", TRY_LATER, retry_after=retry_after, seconds=retry_after)
