"""Posts JSON to an address of the operator's choice, signed as webhooks are (Standard Webhooks
1.0.0). What the other side says beside its status is not read: it may quote personal data."""

from time import time
from typing import Any

import orjson

from domain.webhooks.sending import Message, Outcome, Sender
from domain.webhooks.signing import signatures


class SignedPosts:
    """One destination.

    Parameters:
        url: where to; it may lie in a private network, as the government's does.
        secret: both sides', to sign with.
        sender: takes messages out; to private addresses, too.
    """

    def __init__(self, url: str, secret: bytes, sender: Sender) -> None:
        self._url = url
        self._secret = secret
        self._sender = sender

    async def post(self, id: str, content: Any) -> Outcome:
        """Try once; whatever goes wrong outside is an outcome.

        Parameters:
            id: the same for the same message: by it a second one is known.
            content: JSON-able.
        """
        body, at = orjson.dumps(content), int(time())
        headers = {
            "webhook-id": id,
            "webhook-timestamp": str(at),
            "webhook-signature": signatures([self._secret], id, at, body),
        }
        return await self._sender.send(Message(self._url, headers, body))


def fault_of(outcome: Outcome) -> str | None:
    """What went wrong, in a word; None where it has arrived."""
    if outcome.fault is None:
        return None
    return f"HTTP {outcome.status}" if outcome.status is not None else outcome.fault.value
