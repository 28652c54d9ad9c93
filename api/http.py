"""GraphQL over HTTP: POST of JSON, one operation, its response."""

from typing import Any

import orjson
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.auth.tokens import InvalidToken, bearer
from api.execution import answered
from api.requests import BadRequest, Gate, Request, refusal
from api.texts import Language, preferred

MAX_BODY_BYTES = 256 * 1024

_GRAPHQL_JSON = "application/graphql-response+json"


class TooLarge(Exception):
    """The body is larger than 256 KiB."""


async def graphql_over_http(request: HttpRequest, gate: Gate) -> Response:
    """Answer one HTTP request; whatever its bytes are, never with a 500 for them."""
    language = preferred(request.headers.get("accept-language"))
    accept = request.headers.get("accept", "*/*")
    try:
        grant = gate.admit(bearer(request.headers.get("authorization")))
        asked = Request.of(await _json_body(request))
        answer = await answered(asked, gate.context(grant, language))
    except InvalidToken:
        response = _json(refusal("UNAUTHENTICATED", language), 401, accept)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    except TooLarge:
        return _bad(413, f"at most {MAX_BODY_BYTES // 1024} KiB", language, accept)
    except BadRequest as error:
        return _bad(400, str(error), language, accept)
    status = 200 if answer.ran or _GRAPHQL_JSON not in accept else 400
    return _json(answer.body, status, accept)


async def _json_body(request: HttpRequest) -> Any:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise BadRequest("the content type must be application/json")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest("the body is not JSON") from error


def _bad(status: int, reason: str, language: Language, accept: str) -> Response:
    return _json(refusal("BAD_REQUEST", language, reason=reason), status, accept)


def _json(body: dict[str, Any], status: int, accept: str) -> Response:
    media_type = _GRAPHQL_JSON if _GRAPHQL_JSON in accept else "application/json"
    return Response(orjson.dumps(body), status, media_type=f"{media_type}; charset=utf-8")
