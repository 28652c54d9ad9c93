"""Answers of the doors where tokens are given out: JSON that no cache keeps.

A refusal looks as OAuth's do (RFC 6749, 5.2): ``{"error": …, "error_description": …}``. The first
is a code of ours in lower case, the second a text to show, in the language of Accept-Language.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.bodies import Gone, form_body, json_body
from api.errors import RETRY_AFTER_S
from api.refusals import Refusal, new_request_id
from api.requests import BadRequest
from api.texts import error_text, preferred
from domain.errors import DomainError, ErrorCode
from domain.outage import cause_of, passes
from domain.reasons import Reason

log = logging.getLogger("yiyang.auth")

PRIVATE = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of whatever holds a token (RFC 6749, 5.1)."""

_STATUSES = {
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.PERMISSION_DENIED: 403,
    ErrorCode.ALREADY_EXISTS: 409,
}

Endpoint = Callable[[Request], Awaitable[Response]]


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON that no cache keeps."""
    fields = {**PRIVATE, **(headers or {})}
    return Response(orjson.dumps(body), status, fields, media_type="application/json")


def refused(request: Request, refusal: Refusal) -> Response:
    """What a refusal looks like."""
    headers: dict[str, str] = {}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    language = preferred(request.headers.get("accept-language"))
    text = error_text(refusal.code, refusal.facts, language)
    body = {"error": str(refusal.code).lower(), "error_description": text}
    return answer(body, refusal.status, headers)


def door(endpoint: Endpoint, said: Callable[[Request, Refusal], Response] = refused) -> Endpoint:
    """An endpoint whose refusals become answers, and for which an outage is a matter of seconds.

    Parameters:
        said: makes an answer of a refusal.
    """

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as refusal:
            return said(request, refusal)
        except DomainError as error:
            status = _STATUSES.get(error.code, 400)
            facts: dict[str, Any] = {"field": error.field or "", **error.facts}
            return said(request, Refusal(error.code, status, **facts))
        except BadRequest as error:
            return said(request, Refusal("BAD_REQUEST", 400, reason=str(error)))
        except Gone:
            return Response(status_code=400)
        except Exception as failure:
            return said(request, _failed(failure))

    return answered


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object of a POST. Raises: as ``json_body``; BadRequest."""
    body = await json_body(_headers(request), request.receive)
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body  # pyright: ignore[reportUnknownVariableType] # JSON's keys are texts


async def form_of(request: Request) -> dict[str, str]:
    """The form of a POST. Raises: as ``form_body``."""
    return await form_body(_headers(request), request.receive)


def text_in(body: Mapping[str, Any], name: str, most: int) -> str:
    """A text in a body.

    Parameters:
        most: characters.
    Raises: Refusal (400) where it is not there, empty, longer, or something else.
    """
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= most or "\0" in value:
        raise Refusal("INVALID_INPUT", 400, field=name, reason=Reason.LENGTH, least=1, most=most)
    return value


def text_or_none(body: Mapping[str, Any], name: str, most: int) -> str | None:
    """The same, where it need not be there."""
    return text_in(body, name, most) if body.get(name) is not None else None


def _headers(request: Request) -> dict[bytes, bytes]:
    """Of several of a name the first."""
    return dict(reversed(request.scope["headers"]))


def _failed(failure: Exception) -> Refusal:
    request_id = new_request_id()
    if passes(failure):
        log.warning("request %s was not answered: %s", request_id, cause_of(failure))
        return Refusal("UNAVAILABLE", 503, retry_after=RETRY_AFTER_S)
    log.error("request %s failed", request_id, exc_info=failure)
    return Refusal("INTERNAL", 500, request_id=request_id)
