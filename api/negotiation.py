"""What a client accepts, by its headers: media types, content codings, and JSON of its own.

Clients send the same few headers for ever, so what they mean is kept by their bytes.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

JSON = b"application/json"
GRAPHQL_JSON = b"application/graphql-response+json"
EVENT_STREAM = b"text/event-stream"

ZSTD, GZIP = b"zstd", b"gzip"

MEMORABLE = 300
"""Bytes of a header that is kept; browsers and GraphQL clients send fewer."""
LEGIBLE = 2000
"""Bytes of a header that are read at all: more would take longer than a small answer."""

_OFFERED_TYPES = (JSON, GRAPHQL_JSON, EVENT_STREAM)
_OFFERED_CODINGS = (ZSTD, GZIP)
_ALIASES = {"x-gzip": "gzip"}
_UTF_8 = ("utf-8", "utf8")
# A comma or semicolon in quotes belongs to a value.
_ENTRY = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*"?)+')
_PART = re.compile(r'(?:[^;"]|"(?:\\.|[^"\\])*"?)+')

_Result = TypeVar("_Result")


def remembered(read: Callable[[str], _Result]) -> Callable[[bytes], _Result]:
    """Read each header once, but for those that are too long to be kept."""

    def decoded(header: bytes) -> _Result:
        return read(header[:LEGIBLE].decode("latin-1"))

    kept = lru_cache(maxsize=1000)(decoded)
    return lambda header: kept(header) if len(header) <= MEMORABLE else decoded(header)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list such as Accept: what, and how much it is wanted.

    Parameters:
        name: in lower case, as are the parameters' names.
        quality: 0 (never) to 1.
    """

    name: str
    parameters: dict[str, str]
    quality: float

    @property
    def is_utf_8(self) -> bool:
        """Whether the charset is ours; one that is not named is."""
        return self.parameters.get("charset", "utf-8").lower() in _UTF_8


def entries(header: str) -> Iterator[Entry]:
    """The entries of a list with qualities (RFC 9110, 12.4.2), as they stand.

    A quality that is none counts as 0.
    """
    for entry in _ENTRY.findall(header):
        name, _, rest = entry.partition(";")
        pairs = (part.partition("=") for part in _PART.findall(rest))
        parameters = {key.strip().lower(): _unquoted(value.strip()) for key, _, value in pairs}
        if name.strip():
            yield Entry(name.strip().lower(), parameters, _quality(parameters.pop("q", "1")))


@remembered
def media_type(accept: str) -> bytes | None:
    """The media type that an Accept header wants most; None where it wants none that we have.

    Of those that it wants equally, what it names goes before what it only covers, and then the
    first named; where it names none, ``application/json``, which every client reads.
    """
    # An empty header says as little as none.
    ranges = [entry for entry in entries(accept) if entry.is_utf_8]
    if not ranges:
        return None if accept.strip(", \t") else JSON
    wanted = [
        (*match, -place, kind)
        for place, kind in enumerate(_OFFERED_TYPES)
        if (match := _match(kind.decode(), ranges))[0] > 0
    ]
    return max(wanted)[-1] if wanted else None


@remembered
def coding(accept_encoding: str) -> bytes | None:
    """The content coding that an Accept-Encoding header wants most; None for the plain answer."""
    wanted = {_ALIASES.get(one.name, one.name): one.quality for one in entries(accept_encoding)}
    others = wanted.get("*", 0.0)
    best = max(_OFFERED_CODINGS, key=lambda one: wanted.get(one.decode(), others))
    quality = wanted.get(best.decode(), others)
    return best if quality > 0 and quality >= wanted.get("identity", 0.0) else None


@remembered
def is_json(content_type: str) -> bool:
    """Whether a body of that type is JSON in UTF-8, which is how JSON is sent (RFC 8259, 8.1)."""
    given = list(entries(content_type))
    return len(given) == 1 and given[0].name == JSON.decode() and given[0].is_utf_8


def _match(kind: str, ranges: list[Entry]) -> tuple[float, int, int]:
    """How much a type is wanted, how exactly it is named, and how early (the earlier, the more)."""
    exactness = {kind: 2, f"{kind.partition('/')[0]}/*": 1, "*/*": 0}
    matches = [
        (exactness[one.name], one.quality, -place)
        for place, one in enumerate(ranges)
        if one.name in exactness
    ]
    exact, quality, place = max(matches, default=(0, 0.0, 0))
    return quality, exact, place


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    # Neither more than all nor less than nothing; "nan" is neither.
    return quality if 0 <= quality <= 1 else 0.0
