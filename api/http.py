"""GraphQL over HTTP: POST of JSON, one operation, its response.

An ASGI endpoint without Starlette's request and response: these cost as much as a small answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from api.auth.tokens import InvalidToken, bearer
from api.execution import answered
from api.requests import BadRequest, Gate, Request, refusal
from api.texts import Language, preferred

MAX_BODY_BYTES = 256 * 1024

_JSON = b"application/json"
_GRAPHQL_JSON = b"application/graphql-response+json"

_Headers = Mapping[bytes, bytes]


class TooLarge(Exception):
    """The body is larger than 256 KiB."""


class Gone(Exception):
    """The client left before its request was complete."""


@dataclass(frozen=True)
class GraphQLOverHttp:
    """Answers each request; whatever its bytes are, never with a 500 for them."""

    gate: Gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        # Of several headers of one name the first holds.
        headers = dict(reversed(scope["headers"]))
        kind = _GRAPHQL_JSON if _GRAPHQL_JSON in headers.get(b"accept", b"") else _JSON
        try:
            status, body = await self._answer(headers, receive, strict=kind is _GRAPHQL_JSON)
        except Gone:
            return
        content = orjson.dumps(body)
        fields = [
            (b"content-length", b"%d" % len(content)),
            (b"content-type", kind + b"; charset=utf-8"),
        ]
        if status == 401:
            fields.append((b"www-authenticate", b"Bearer"))
        await send({"type": "http.response.start", "status": status, "headers": fields})
        await send({"type": "http.response.body", "body": content})

    async def _answer(
        self, headers: _Headers, receive: Receive, *, strict: bool
    ) -> tuple[int, dict[str, Any]]:
        """Status and body.

        Parameters:
            strict: the client knows that a status tells a refusal from an answer with errors.
        """
        language = preferred(_text(headers, b"accept-language"))
        try:
            grant = self.gate.admit(bearer(_text(headers, b"authorization")))
            request = Request.of(await _json_body(headers, receive))
            context = self.gate.context(grant, language)
            answer = await answered(request, context, planned=self.gate.planned)
        except InvalidToken:
            return 401, refusal("UNAUTHENTICATED", language)
        except TooLarge:
            return 413, _bad(f"at most {MAX_BODY_BYTES // 1024} KiB", language)
        except BadRequest as error:
            return 400, _bad(str(error), language)
        return 400 if strict and not answer.ran else 200, answer.body


async def _json_body(headers: _Headers, receive: Receive) -> Any:
    media_type = headers.get(b"content-type", b"")
    if media_type != _JSON and media_type.partition(b";")[0].strip().lower() != _JSON:
        raise BadRequest("the content type must be application/json")
    try:
        return orjson.loads(await _body(receive))
    except orjson.JSONDecodeError as error:
        raise BadRequest("the body is not JSON") from error


async def _body(receive: Receive) -> bytes | bytearray:
    """The whole body.

    Raises: TooLarge as soon as it is; Gone.
    """
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk: bytes = message.get("body", b"")
        if len(body) + len(chunk) > MAX_BODY_BYTES:
            raise TooLarge
        if not message.get("more_body"):
            return body + chunk if body else chunk
        body += chunk


def _bad(reason: str, language: Language) -> dict[str, Any]:
    return refusal("BAD_REQUEST", language, reason=reason)


def _text(headers: _Headers, name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")
