"""The body of a POST: JSON or a form of at most 256 KiB, counted while it comes in."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive

from api.negotiation import JSON, is_json
from api.refusals import Refusal
from api.requests import BadRequest

MAX_BODY_BYTES = 256 * 1024
MAX_FIELDS = 20
"""Of a form. The longest known request has six."""
MAX_READING_SECONDS = 15
"""For a head, and then for its body, to come in whole: a phone on a bad line sends a body of a few
KiB in that, and who sends a byte a minute holds a connection no longer."""

_IDENTITY = b"identity"
_FORM = b"application/x-www-form-urlencoded"


class Gone(Exception):
    """The client left before its request was complete."""


class NotJson(BadRequest):
    """What claims to be JSON is none."""


async def json_body(headers: Mapping[bytes, bytes], receive: Receive) -> Any:
    """The body, decoded; what it claims to be is looked at before it is read.

    Raises: Refusal for another media type (415), a larger body (413) and a late one (408), NotJson,
        Gone.
    """
    media_type = headers.get(b"content-type", b"")
    if media_type != JSON and not is_json(media_type):
        raise Refusal("BAD_REQUEST", 415, reason="Content-Type: application/json, in UTF-8")
    return decoded(await whole_body(headers, receive))


async def form_body(headers: Mapping[bytes, bytes], receive: Receive) -> dict[str, str]:
    """The fields of a form; one without a value is as good as left out (RFC 6749, 3.2).

    Raises: Refusal as ``json_body``, BadRequest, Gone.
    """
    media_type, _, _ = headers.get(b"content-type", b"").partition(b";")
    if media_type.strip().lower() != _FORM:
        raise Refusal("BAD_REQUEST", 415, reason="Content-Type: application/x-www-form-urlencoded")
    try:
        given = parse_qsl(
            (await whole_body(headers, receive)).decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError as error:
        raise BadRequest("the body is no form in UTF-8, or has too many fields") from error
    form = dict(given)
    if len(form) < len(given):
        raise BadRequest("a parameter stands twice")
    return {name: value for name, value in form.items() if value}


def decoded(text: bytes | bytearray | str) -> Any:
    """JSON that a client has sent. Raises: NotJson."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotJson("no JSON in UTF-8") from error


async def whole_body(
    headers: Mapping[bytes, bytes],
    receive: Receive,
    most: int = MAX_BODY_BYTES,
    seconds: int = MAX_READING_SECONDS,
) -> bytes | bytearray:
    """The body as it comes, counted meanwhile.

    Parameters:
        most: bytes that it may have.
        seconds: within which it must be there.

    Raises: Refusal for a larger body (413), a late one (408) and an encoded one (415), Gone.
    """
    if headers.get(b"content-encoding", _IDENTITY).lower() != _IDENTITY:
        raise Refusal("BAD_REQUEST", 415, reason="no Content-Encoding")
    if int(headers.get(b"content-length", b"0")) > most:
        raise _too_large(most)
    try:
        async with asyncio.timeout(seconds):
            return await _body(receive, most)
    except TimeoutError as error:
        reason = f"the body within {seconds} seconds"
        raise Refusal("BAD_REQUEST", 408, reason=reason) from error


async def _body(receive: Receive, most: int) -> bytes | bytearray:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk: bytes = message.get("body", b"")
        if len(body) + len(chunk) > most:
            raise _too_large(most)
        if not message.get("more_body"):
            return body + chunk if body else chunk
        body += chunk


def _too_large(most: int) -> Refusal:
    return Refusal("BAD_REQUEST", 413, reason=f"at most {most // 1024} KiB")
