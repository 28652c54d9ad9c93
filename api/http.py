"""GraphQL over HTTP: POST of JSON or GET of a document by its id, one operation, its response.

An ASGI endpoint without Starlette's request and response: these cost as much as a small answer.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from starlette.types import Message, Receive, Scope, Send

from api.addresses import KEPT, NOT_KEPT, entity_tag, matches, request_in
from api.auth.tokens import Grant, InvalidToken, bearer
from api.bodies import Gone, json_body
from api.compression import MIN_BYTES, compressed
from api.execution import answered
from api.negotiation import EVENT_STREAM, GRAPHQL_JSON, JSON, coding, media_type
from api.refusals import Refusal, new_request_id
from api.requests import BadRequest, Gate, Request, address_of
from api.settings import Edition
from api.sse import GraphQLOverSse
from api.statuses import status_of_answer, status_of_malformed
from api.texts import Language, preferred

_Headers = Mapping[bytes, bytes]

_READING = ("GET", "HEAD")
_CONTENT_TYPE = (b"content-type", JSON + b"; charset=utf-8")
_STRICT_CONTENT_TYPE = (b"content-type", GRAPHQL_JSON + b"; charset=utf-8")
_LISTS = frozenset((b"accept", b"accept-encoding", b"accept-language", b"if-none-match"))


@dataclass(slots=True)
class Call:
    """What the head of a request says.

    Parameters:
        media_type: of the answer; None where the client takes none that we have.
        coding: of the answer; None for plain.
        address: of the client.
        request_id: names the request in logs and errors.
    """

    method: str
    headers: _Headers
    media_type: bytes | None
    coding: bytes | None
    language: Language
    address: str | None
    request_id: str = ""

    @classmethod
    def of(cls, scope: Scope) -> "Call":
        """The call that ASGI describes."""
        headers = _headers(scope["headers"])
        accept, codings = headers.get(b"accept"), headers.get(b"accept-encoding")
        return cls(
            scope["method"],
            headers,
            JSON if accept is None else media_type(accept),
            None if codings is None else coding(codings),
            preferred(_text(headers, b"accept-language")),
            address_of(scope),
        )


@dataclass(slots=True)
class Reply:
    """What goes back.

    Parameters:
        body: None for none.
        retry_after: seconds.
        kept: headers that say to a GET's client whether it may keep the answer.
    """

    status: int
    body: dict[str, Any] | None
    retry_after: int | None = None
    fields: tuple[tuple[bytes, bytes], ...] = ()
    kept: tuple[tuple[bytes, bytes], ...] = KEPT


@dataclass(frozen=True)
class GraphQLOverHttp:
    """Answers each request; whatever its bytes are, never with a 500 for them.

    Parameters:
        events: answers who would rather have server-sent events.
        edition: of the specification, for statuses.
    """

    gate: Gate
    events: GraphQLOverSse
    edition: Edition = Edition.BEFORE_2026

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        call = Call.of(scope)
        try:
            grant, request = await self._request(call, scope, receive)
            # The head of a stream would be open as long as the stream.
            if call.media_type == EVENT_STREAM and call.method != "HEAD":
                context = self.gate.context(grant, call.language, call.address)
                await self.events(grant, context, request, call.headers, receive, timed(send))
                return
            reply = await self._reply(call, grant, request)
        except Gone:
            return
        except InvalidToken:
            reply = _refused(call, Refusal("UNAUTHENTICATED", 401))
        except Refusal as reason:
            reply = _refused(call, reason)
        except BadRequest as error:
            status = status_of_malformed(error, call.media_type, self.edition)
            reply = _refused(call, Refusal("BAD_REQUEST", status, reason=str(error)))
        await _send(reply, call, send)

    async def _request(self, call: Call, scope: Scope, receive: Receive) -> tuple[Grant, Request]:
        """Raises: Gone, InvalidToken, Refusal, BadRequest."""
        if call.media_type is None:
            raise Refusal("BAD_REQUEST", 406, reason="Accept: application/json")
        reading = call.method in _READING
        if not reading and call.method != "POST":
            raise Refusal("METHOD_NOT_ALLOWED", 405)
        grant = self.gate.admit(bearer(_text(call.headers, b"authorization")))
        if reading:
            return grant, request_in(scope["query_string"])
        return grant, Request.of(await json_body(call.headers, receive))

    async def _reply(self, call: Call, grant: Grant, request: Request) -> Reply:
        """Raises: BadRequest."""
        context = self.gate.context(grant, call.language, call.address)
        call.request_id = context.request_id
        answer = await answered(request, context, planned=self.gate.planned)
        status = status_of_answer(answer, call.media_type or JSON, self.edition)
        reply = Reply(status, answer.body, answer.retry_after)
        if context.disclosures.for_a_purpose:
            reply.kept = NOT_KEPT
            return reply
        return _unless_known(reply, call) if request.read_only else reply


def server_time() -> tuple[bytes, bytes]:
    """The header that a client can set its clock by: times in answers are by ours."""
    second, millisecond = divmod(time.time_ns() // 1_000_000, 1000)
    return b"x-server-time", b"%s.%03d+00:00" % (_to_the_second(second), millisecond)


@lru_cache(maxsize=1)
def _to_the_second(second: int) -> bytes:
    """ISO 8601 without the zone; written once a second, for it takes longer than the rest."""
    return datetime.fromtimestamp(second, UTC).isoformat()[:19].encode()


def timed(send: Send) -> Send:
    """The same, with our time on the answer."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), server_time()]}
        await send(message)

    return sent


def _headers(given: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Of several headers of one name the first holds; lists are one list (RFC 9110, 5.3)."""
    headers = dict(reversed(given))
    if len(headers) != len(given):
        for name in _LISTS & headers.keys():
            headers[name] = b", ".join(value for key, value in given if key == name)
    return headers


def _unless_known(reply: Reply, call: Call) -> Reply:
    """The reply to a GET, or that the client has it already."""
    tag = entity_tag(reply.body) if reply.body and reply.status == 200 else None
    if tag is None:
        return reply
    reply.fields = ((b"etag", tag),)
    if matches(call.headers.get(b"if-none-match", b""), tag):
        reply.status, reply.body = 304, None
    return reply


def _refused(call: Call, reason: Refusal) -> Reply:
    call.request_id = new_request_id()
    body = reason.body(call.language, call.request_id)
    return Reply(reason.status, body, reason.retry_after)


async def _send(reply: Reply, call: Call, send: Send) -> None:
    fields = [server_time(), (b"x-request-id", call.request_id.encode()), *reply.fields]
    if call.method in _READING:
        fields += reply.kept
    if reply.status != 200:
        fields += _explaining(reply, call)
    content = b""
    if reply.body is not None:
        content = orjson.dumps(reply.body)
        if call.coding and len(content) >= MIN_BYTES:
            content = compressed(content, call.coding)
            fields.append((b"content-encoding", call.coding))
        strict = call.media_type == GRAPHQL_JSON
        fields.append(_STRICT_CONTENT_TYPE if strict else _CONTENT_TYPE)
        fields.append((b"content-length", b"%d" % len(content)))
    await send({"type": "http.response.start", "status": reply.status, "headers": fields})
    await send({"type": "http.response.body", "body": content})


def _explaining(reply: Reply, call: Call) -> list[tuple[bytes, bytes]]:
    """Headers that HTTP asks for beside a status."""
    fields: list[tuple[bytes, bytes]] = []
    if reply.status == 401:
        fields.append((b"www-authenticate", b"Bearer"))
    if reply.status == 405:
        # Of a method that is allowed, it is the mutation that isn't.
        fields.append((b"allow", b"POST" if call.method in _READING else b"GET, HEAD, POST"))
    if reply.retry_after is not None:
        fields.append((b"retry-after", b"%d" % reply.retry_after))
    return fields


def _text(headers: _Headers, name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")
