"""A message's envelope ``{v, id, boot, seq, ts, type, m}``, and why one is refused.

=====  =====================================================================================
``v``     the format's version: 1
``id``    the message's own id: 1 to 64 printable characters, never used twice by a device
``boot``  how often the device has started, 0 to 2^31-1
``seq``   the message's number since then, 0 to 2^31-1
``ts``    device time, milliseconds since 1970-01-01 UTC
``type``  what the message is, in the words of the device's kind
``m``     measurements: name -> number, true or false, or text; nothing nested
``mac``   optional, see ``devices/mac.py``
=====  =====================================================================================
"""

import json
from typing import Any, Final, NamedTuple, cast

import orjson

VERSION: Final = 1
MAX_BYTES: Final = 16 * 1024
MAX_NUMBER: Final = 2**31 - 1  # the columns are integers of four bytes
MAX_TS: Final = 4_102_444_800_000  # 2100-01-01, ms
MAX_TEXT: Final = 64
_NESTS: Final = (dict, list)


class Refused(Exception):
    """A message that is not taken.

    Parameters:
        reason: a stable code, with the field it speaks of after a colon where there is one:
            TOO_LARGE, NOT_JSON, NOT_AN_OBJECT, DUPLICATE_KEY, NESTED, NUL, UNKNOWN_VERSION,
            MISSING:field, BAD:field (not of its type), OUT_OF_RANGE:field, UNKNOWN_TYPE,
            NO_KNOWN_MEASURE, UNKNOWN_TOPIC, UNKNOWN_DEVICE, WRONG_MAC, MISSING_MAC,
            NOT_STORABLE (the database refused its data), FAULT (an error of ours).
        id: the message's id where it could be read.
    """

    def __init__(self, reason: str, id: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.id = id


class Envelope(NamedTuple):
    """A message that is well-formed; its measurements are not checked yet.

    Parameters:
        ts: device time, ms since 1970-01-01 UTC.
        has_mac: whether it carries a ``mac``, which is not checked yet.
    """

    id: str
    boot: int
    seq: int
    ts: int
    type: str
    measures: dict[str, Any]
    has_mac: bool


def read(payload: bytes) -> Envelope:
    """Read an envelope.

    Raises: Refused.
    """
    if len(payload) > MAX_BYTES:
        raise Refused("TOO_LARGE")
    try:
        sent: Any = orjson.loads(payload)
    except orjson.JSONDecodeError:
        raise Refused("NOT_JSON") from None
    if not isinstance(sent, dict):
        raise Refused("NOT_AN_OBJECT")
    return _envelope(payload, cast(dict[str, Any], sent))


def _envelope(payload: bytes, sent: dict[str, Any]) -> Envelope:
    ident = _text(sent, "id", None)
    if type(sent.get("v")) is not int or sent["v"] != VERSION:
        raise Refused("UNKNOWN_VERSION" if "v" in sent else "MISSING:v", ident)
    measures = sent.get("m")
    if not isinstance(measures, dict):
        raise Refused("BAD:m" if "m" in sent else "MISSING:m", ident)
    measures = cast(dict[str, Any], measures)
    _plain(payload, sent, measures, ident)
    return Envelope(
        ident,
        _number(sent, "boot", MAX_NUMBER, ident),
        _number(sent, "seq", MAX_NUMBER, ident),
        _number(sent, "ts", MAX_TS, ident),
        _text(sent, "type", ident),
        measures,
        "mac" in sent,
    )


def _text(sent: dict[str, Any], field: str, ident: str | None) -> str:
    value = sent.get(field)
    if type(value) is str and 0 < len(value) <= MAX_TEXT and value.isprintable():
        return value
    raise Refused(f"BAD:{field}" if field in sent else f"MISSING:{field}", ident)


def _number(sent: dict[str, Any], field: str, most: int, ident: str) -> int:
    value = sent.get(field)
    if type(value) is not int:
        raise Refused(f"BAD:{field}" if field in sent else f"MISSING:{field}", ident)
    if 0 <= value <= most:
        return value
    raise Refused(f"OUT_OF_RANGE:{field}", ident)


def _plain(payload: bytes, sent: dict[str, Any], measures: dict[str, Any], ident: str) -> None:
    """Nothing nested, no key twice, no NUL, which PostgreSQL cannot store."""
    colons = len(sent) + len(measures)
    if b"\\" not in payload and payload.count(b":") == colons:
        # The ordinary case: without escapes there is no NUL, and each colon is a key's.
        kinds = [*map(type, sent.values()), *map(type, measures.values())]
        if list in kinds or kinds.count(dict) > 1:
            raise Refused("NESTED", ident)
        return
    for where in (sent, measures):
        for key, value in where.items():
            colons += key.count(":")
            if isinstance(value, str):
                colons += value.count(":")
                if "\0" in value:
                    raise Refused("NUL", ident)
            elif isinstance(value, _NESTS) and value is not measures:
                raise Refused("NESTED", ident)
    # The parser keeps the last of two equal keys. Each key has one colon, so a payload with
    # more colons than keys and texts account for is looked at closely; an escape may hide one.
    if (payload.count(b":") != colons or b"\\" in payload) and _has_duplicate_key(payload):
        raise Refused("DUPLICATE_KEY", ident)


def _has_duplicate_key(payload: bytes) -> bool:
    found = False

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal found
        taken = dict(pairs)
        found = found or len(taken) != len(pairs)
        return taken

    json.loads(payload, object_pairs_hook=look)
    return found
