"""The messages of graphql-transport-ws, as far as a client may send them, and the close codes.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from typing import Any, cast

import orjson
from starlette.types import Message

PROTOCOL = "graphql-transport-ws"
MAX_MESSAGE_BYTES = 64 * 1024

GOING_AWAY, TOO_LARGE = 1001, 1009
INVALID, UNAUTHORIZED, FORBIDDEN, SUBPROTOCOL = 4400, 4401, 4403, 4406
INIT_TIMEOUT, ID_IN_USE, TOO_MANY, TERMINATED = 4408, 4409, 4429, 4499
"""4499 is what the npm client graphql-ws calls a socket that has frozen: it connects again."""

_MAX_REASON_BYTES = 123  # RFC 6455, 5.5


class End(Exception):
    """The socket ends.

    Parameters:
        code: what it is closed with.
        reason: for people; cut to what a close frame can hold.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason.encode()[:_MAX_REASON_BYTES].decode(errors="ignore")


def closing(end: End) -> Message:
    """What ASGI closes a socket by."""
    return {"type": "websocket.close", "code": end.code, "reason": end.reason}


def decoded(text: str | None) -> dict[str, Any]:
    """A message.

    Parameters:
        text: None for a binary one.
    Raises: End for one that is none of the protocol's.
    """
    if text is None:
        raise End(INVALID, "Messages are text")
    if len(text) > MAX_MESSAGE_BYTES or len(text.encode()) > MAX_MESSAGE_BYTES:
        raise End(TOO_LARGE, f"At most {MAX_MESSAGE_BYTES // 1024} KiB a message")
    try:
        message: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise End(INVALID, "Messages are JSON") from error
    if not isinstance(message, dict) or not isinstance(cast(Any, message).get("type"), str):
        raise End(INVALID, "Messages are objects with a type")
    return cast(dict[str, Any], message)


def payload_of(message: dict[str, Any]) -> dict[str, Any]:
    """The payload of a message that need not have one.

    Raises: End for one that is no object.
    """
    payload = message.get("payload")
    if payload is None:
        return {}
    if not isinstance(payload, dict):
        raise End(INVALID, "payload must be an object")
    return cast(dict[str, Any], payload)


def id_of(message: dict[str, Any]) -> str:
    """The id of an operation. Raises: End for none, and for one that is no text."""
    name = message.get("id")
    if not isinstance(name, str) or not name:
        raise End(INVALID, "id must be a string that is not empty")
    return name
