"""GraphQL over HTTP: POST of JSON, one operation, its response."""

from typing import Any

import orjson
from graphql import GraphQLError
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from api.auth.tokens import InvalidToken, bearer
from api.execution import BadRequest, Gate, Request, refusal, response_of
from api.limits import WHICH_OPERATION
from api.schema import schema
from api.texts import Language, preferred

MAX_BODY_BYTES = 256 * 1024

_GRAPHQL_JSON = "application/graphql-response+json"
_QUERIES_AND_MUTATIONS = [OperationType.QUERY, OperationType.MUTATION]


class TooLarge(Exception):
    """The body is larger than 256 KiB."""


async def graphql_over_http(request: HttpRequest, gate: Gate) -> Response:
    """Answer one HTTP request; whatever its bytes are, never with a 500 for them."""
    language = preferred(request.headers.get("accept-language"))
    accept = request.headers.get("accept", "*/*")
    try:
        grant = gate.admit(bearer(request.headers.get("authorization")))
        asked = Request.of(await _json_body(request))
    except InvalidToken:
        response = _json(refusal("UNAUTHENTICATED", language), 401, accept)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    except TooLarge:
        return _bad(413, f"at most {MAX_BODY_BYTES // 1024} KiB", language, accept)
    except BadRequest as error:
        return _bad(400, str(error), language, accept)
    context = gate.context(grant, language)
    try:
        result = await schema.execute(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation_name,
            allowed_operation_types=_QUERIES_AND_MUTATIONS,
        )
    except InvalidOperationTypeError:
        return _bad(400, "subscriptions go over a WebSocket", language, accept)
    except (CannotGetOperationTypeError, MissingQueryError):
        result = PreExecutionError(data=None, errors=[GraphQLError(WHICH_OPERATION)])
    never_ran = isinstance(result, PreExecutionError)
    status = 400 if never_ran and _GRAPHQL_JSON in accept else 200
    return _json(response_of(result, context), status, accept)


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
