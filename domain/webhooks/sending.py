"""What a message to the world outside is, and what comes back; who sends it is an adapter."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from domain.webhooks.models import WebhookFault

GONE = 410
"""HTTP's word for: never again."""

_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Message:
    """One attempt.

    Parameters:
        headers: the three of Standard Webhooks.
    """

    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt.

    Parameters:
        status: of the answer; None where there was none.
        fault: None where it has arrived.
        retry_after: how long the other side wants to be left alone.
    """

    status: int | None = None
    fault: WebhookFault | None = None
    retry_after: timedelta | None = None

    @classmethod
    def of_status(cls, status: int, retry_after: timedelta | None = None) -> "Outcome":
        """Of an answer."""
        return cls(status, None if status in _SUCCESS else WebhookFault.STATUS, retry_after)


class Sender(Protocol):
    """Sends messages."""

    async def send(self, message: Message) -> Outcome:
        """Try once; whatever goes wrong outside is an outcome."""
        ...
