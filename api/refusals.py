"""Requests that are understood but not executed: why, and what HTTP says of it."""

from typing import Any

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


def unknown_document() -> Refusal:
    """No document of that id is kept; the client may send its text."""
    return Refusal("PERSISTED_QUERY_NOT_FOUND", 404)


def rate_limited(retry_after: int) -> Refusal:
    """The caller's bucket is empty.

    Parameters:
        retry_after: seconds until it holds what the operation costs.
    """
    return Refusal("RATE_LIMITED", TRY_LATER, retry_after=retry_after, seconds=retry_after)
