"""Failures by what they ask of us: a new token, an operator, a new beginning, or patience."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

LONGEST_REST_SECONDS = 3600.0
"""A server that asks for more is asked again nevertheless."""

_PASSING = {408, 425, 429}


class Refused(Exception):
    """There is no token or client, or not one that the server takes; only a person can help."""


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


def asks_for_patience(status: int) -> bool:
    """Whether the same may be answered later."""
    return status in _PASSING or status >= 500


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
