"""A query in an address: GET of a document by its id, which clients and their caches may keep."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import orjson

from api.bodies import decoded
from api.refusals import Refusal
from api.requests import BadRequest, Request

MAX_ADDRESS_BYTES = 16 * 1024
"""Of the part after the question mark. What needs more is asked by POST."""

KEPT = (
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"Authorization, Accept, Accept-Language, Accept-Encoding"),
)
"""Headers by which an answer may be kept by the client alone, and is asked for anew each time."""

NOT_KEPT = ((b"cache-control", b"private, no-store"), *KEPT[1:])
"""Headers of an answer that is kept by nobody."""

_MAX_PARAMETERS = 20
_JSON_PARAMETERS = ("variables", "extensions")


def request_in(query_string: bytes) -> Request:
    """The request that an address makes.

    Raises: Refusal, BadRequest.
    """
    if len(query_string) > MAX_ADDRESS_BYTES:
        raise Refusal("BAD_REQUEST", 414, reason=f"at most {MAX_ADDRESS_BYTES // 1024} KiB")
    given: dict[str, Any] = _parameters(query_string)
    if "query" in given or not given.keys() & {"documentId", "extensions"}:
        raise BadRequest("GET takes ?documentId=sha256:…; the text of a document goes by POST")
    if not given.get("operationName"):
        # Addresses can't say null (GraphQL over HTTP, GET).
        given.pop("operationName", None)
    for name in _JSON_PARAMETERS:
        if name in given:
            given[name] = decoded(given[name])
    return replace(Request.of(given), read_only=True)


def entity_tag(body: Mapping[str, Any]) -> bytes | None:
    """A weak tag of what an answer says; None for one with errors.

    What it cost and how it was made say nothing new, and the media type and coding change nothing.
    """
    if "errors" in body:
        return None
    said = (body.get("data"), body.get("extensions", {}).get("masked"))
    digest = hashlib.blake2b(orjson.dumps(said), digest_size=12).hexdigest()
    return b'W/"%s"' % digest.encode()


def matches(if_none_match: bytes, tag: bytes) -> bool:
    """Whether a header If-None-Match has the tag (RFC 9110, 13.1.2)."""
    tags = [one.strip().removeprefix(b"W/") for one in if_none_match.split(b",")]
    return b"*" in tags or tag.removeprefix(b"W/") in tags


def _parameters(query_string: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_PARAMETERS,
        )
    except ValueError as error:
        raise BadRequest("the address is no form in UTF-8") from error
    given = dict(pairs)
    if len(given) != len(pairs):
        raise BadRequest("a parameter stands twice")
    return given
