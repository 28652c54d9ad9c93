"""What a vendor's message says, in our words, and the answer that the vendor's device waits for."""

import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, cast

import orjson

from devices.payload import MAX_BYTES, MAX_NUMBER, MAX_TEXT, MAX_TS, Envelope, Refused
from devices.topics import Up


class Answer(NamedTuple):
    """How a device is told what became of its message.

    Parameters:
        topic: where it listens.
        stored, refused: the payloads, of which one is sent.
    """

    topic: str
    stored: bytes
    refused: bytes


class VendorMessage(NamedTuple):
    """A vendor's message in our words.

    Parameters:
        device: the device's name in the topic.
        parts: what is taken of it, each part as a message of its own; at least one, and no more
            where there is an answer.
        answer: None where the vendor's protocol has none, or the device asked for none.
    """

    device: str
    leaf: Up
    parts: list[Envelope | Refused]
    answer: Answer | None = None


class Codec(Protocol):
    """One vendor's format.

    Parameters:
        root: the first level of its topics, by which it is known.
        filters: what a bridge subscribes to.
    """

    root: str
    filters: tuple[str, ...]

    def read(self, levels: list[str], payload: bytes, received: int) -> VendorMessage | None:
        """Read a message; what is wrong with it is a ``Refused`` among the parts, not raised.

        Parameters:
            levels: its topic, taken apart at the slashes.
            received: when it came, ms since 1970-01-01 UTC: its time where it says none.
        Returns: None for a topic that says nothing of events or measurements.
        """
        ...


def parsed(payload: bytes) -> dict[str, Any]:
    """A payload's JSON object. Raises: Refused."""
    if len(payload) > MAX_BYTES:
        raise Refused("TOO_LARGE")
    try:
        sent: Any = orjson.loads(payload)
    except orjson.JSONDecodeError:
        raise Refused("NOT_JSON") from None
    return members(sent, "NOT_AN_OBJECT")


def members(value: Any, reason: str) -> dict[str, Any]:
    """A value that must be an object. Raises: Refused with the reason."""
    if not isinstance(value, dict):
        raise Refused(reason)
    return cast(dict[str, Any], value)


def event(ident: str, type: str, ts: int, measures: Mapping[str, Any]) -> Envelope:
    """An event.

    Parameters:
        ident: what tells it from every other event of the device.
        ts: when, ms since 1970-01-01 UTC.
    Raises: Refused.
    """
    if not 0 < len(ident) <= MAX_TEXT or not ident.isprintable():
        raise Refused("BAD:id")
    return Envelope(ident, 0, 0, _in_time(ts, ident), type, dict(measures), has_mac=False)


def telemetry(ident: str, payload: bytes, ts: int, measures: Mapping[str, Any]) -> Envelope:
    """Measurements. Their sequence, which no vendor sends, is a sum over the message: the same
    message again is the same, and another of the same moment is not.

    Raises: Refused.
    """
    seq = zlib.crc32(payload) & MAX_NUMBER
    return Envelope(ident, 0, seq, _in_time(ts, ident), "telemetry", dict(measures), has_mac=False)


def _in_time(ts: int, ident: str) -> int:
    if 0 <= ts <= MAX_TS:
        return ts
    raise Refused("OUT_OF_RANGE:ts", ident)
