"""Which HTTP status an answer has."""

from api.bodies import NotJson
from api.execution import Answer
from api.negotiation import GRAPHQL_JSON
from api.requests import BadRequest
from api.settings import Edition

_OK, _BAD_REQUEST, _UNPROCESSABLE, _PARTIAL = 200, 400, 422, 294
_OF_CODES = {"PARSE_FAILED": _BAD_REQUEST, "PERMISSION_DENIED": 403, "INTERNAL": 500}


def status_of_answer(answer: Answer, media_type: bytes, edition: Edition) -> int:
    """The status of a well-formed request's answer."""
    if answer.status is not None:
        return answer.status
    if media_type != GRAPHQL_JSON:
        return _OK
    if answer.ran:
        partial = edition is Edition.OF_2026 and "errors" in answer.body
        return _PARTIAL if partial else _OK
    code = answer.body["errors"][0]["extensions"]["code"]
    return _OF_CODES.get(code) or _unfit(edition)


def status_of_malformed(error: BadRequest, media_type: bytes | None, edition: Edition) -> int:
    """The status for what is no GraphQL request at all."""
    if media_type != GRAPHQL_JSON or isinstance(error, NotJson):
        return _BAD_REQUEST
    return _unfit(edition)


def _unfit(edition: Edition) -> int:
    return _UNPROCESSABLE if edition is Edition.OF_2026 else _BAD_REQUEST
