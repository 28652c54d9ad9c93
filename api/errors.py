"""Domain errors and GraphQL's own, as clients see them: a stable code and a text to show."""

import logging
import re
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.utils.str_converters import to_camel_case

from api.context import Context
from api.describe import enumeration, output
from api.texts import error_text
from domain.constraints import domain_error
from domain.errors import DomainError, ErrorCode
from domain.outage import cause_of, passes

log = logging.getLogger("yiyang.errors")

RETRY_AFTER_S = 2
"""When to come back to a database that is busy or away."""

UNSPOKEN = {
    "PARSE_FAILED": "The document is no GraphQL; in GraphQL's own words, which are English.",
    "VALIDATION_FAILED": "The document does not fit the schema; in GraphQL's own words.",
}
"""Codes of mistakes that those who write a client make, and no one else reads of."""

_VARIABLE = re.compile(
    r"Variable '\$(\w+)' has invalid value(?: at ((?:\.\w+|\[\d+\])+))?: (.*)", re.DOTALL
)
"""What GraphQL says of a variable's value: the variable, the place within it, and why."""

enumeration(
    ErrorCode,
    "Why something was refused.",
    NOT_FOUND="There is none, or none that you may see.",
    PERMISSION_DENIED="Your role may not do this.",
    ILLEGAL_TRANSITION="The object's state does not allow it.",
    INVALID_INPUT="A value is not admitted.",
    ALREADY_EXISTS="There can be only one.",
    ALARM_ALREADY_OPEN="The elder has an open alarm of this type.",
    STILL_REFERENCED="A related row is missing, or others still need this one.",
    CURSOR_EXPIRED="The stream no longer holds what came after the cursor.",
    BED_UNAVAILABLE="Another stay has the bed on one of these days, or it is not clean yet.",
    ELDER_HAS_BED="The elder has another bed on one of these days.",
    ALREADY_CLAIMED="Another volunteer was faster.",
    TIMES_OVERLAP="Something else is arranged for that time: another visit, or another shift.",
    CONFLICT_OF_INTEREST="Who asked for it, or did it, does not decide about it.",
    QUOTE_INVALID="No quote of ours, or none for you.",
    QUOTE_EXPIRED="The quote is no longer good: ask for another.",
    SUBSIDY_USED="The subsidised meal of the day has been ordered since: ask for another quote.",
    ORDERING_CLOSED="The meal can no longer be ordered or cancelled.",
    CASE_ALREADY_OPEN="The elder has a case of this kind that has not ended.",
    QUERY_TOO_LARGE="More is asked for at once than one request may.",
    TOO_MANY_EXPORTS="You have as many exports under way or kept, or asked for within an hour, as "
    "you may.",
    MERGE_BLOCKED="Both entries have what one may have once: end it in one of them first.",
    TOO_MANY_IMPORTS="You have as many imports that have not ended as you may.",
    TOO_MANY_WEBHOOKS="You have as many webhooks as you may.",
    VERSION_CONFLICT="It has changed since the version that you expected: read it again.",
    IDEMPOTENCY_KEY_REUSED="You have used this idempotency key for another mutation or input.",
    TOO_MANY_ATTEMPTS="You have tried this too often: wait.",
    TOO_MANY_KEYS="You have used as many idempotency keys within a day as are remembered.",
    ROLE_HELD="The person holds this role at this place at some time of that period.",
    INSUFFICIENT_BALANCE="The account has less, or has set it aside.",
    CERTIFICATE_MISSING="It takes a certificate that you, or whoever is to do it, have not.",
    CERTIFICATE_EXPIRED="A certificate that it takes is not good on the day: see `blockers`.",
    GONE="There was one, and it is good no more.",
    NOT_CLEARED="Your background has not been checked, or too long ago: ask your station.",
    CLEARANCE_ENDS="You are cleared today, but no more on the day of the visit: hand in the next "
    "certificate.",
    VOLUNTEER_SUSPENDED="You are not to visit anybody for now: your `history` says why.",
    ALLOTTED_LATER="Nobody claims it: apply by `visitApply` until its window closes.",
    SKILLS_MISSING="The visit asks for skills that you have not named as yours.",
)


@output
class UserError:
    """A refusal that the person who asked can do something about."""

    code: ErrorCode
    """What to branch on."""
    field: str | None
    """The input's field at fault."""
    message: str
    """A text to show, in the language of Accept-Language."""
    blockers: list[strawberry.ID]
    """Global ids of what stands in the way; empty where nothing does that you may see."""


_VALUE = re.compile(
    r"(cannot represent[^:]*):.*|, found:? .*|(?<=Value) (['\"]).*\2(?= does not exist)", re.DOTALL
)
"""What graphql-core's messages quote of a client's values: apps write errors to their logs."""

_SUGGESTION = " Did you mean"
"""Where graphql-core begins to tell what the schema has, at the end of a message."""


def user_error(error: DomainError, context: Context) -> UserError:
    """A domain error in a mutation's payload."""
    field = to_camel_case(error.field) if error.field else None
    return UserError(
        code=error.code,
        field=field,
        message=error_text(error.code, {**error.facts, "field": field or ""}, context.language),
        blockers=[strawberry.ID(blocker) for blocker in error.blockers],
    )


def formatted(error: GraphQLError, context: Context) -> dict[str, Any]:
    """An error in a response's ``errors``, with its code and the request's id.

    What is nobody's business is logged under the request's id and shown as INTERNAL.
    """
    code, message, details = _explained(error, context)
    shown: dict[str, Any] = {"message": message}
    if error.locations:
        shown["locations"] = [location.formatted for location in error.locations]
    if error.path:
        shown["path"] = error.path
    shown["extensions"] = {"code": code, "requestId": context.request_id, **details}
    return shown


def as_internal(error: Exception) -> GraphQLError:
    """An exception that no resolver raised, to be formatted like those that one did."""
    return GraphQLError(str(error), original_error=error)


def busy(errors: list[dict[str, Any]]) -> bool:
    """Whether one of these, as formatted, passes by itself."""
    return any(error["extensions"]["code"] == "UNAVAILABLE" for error in errors)


_Explained = tuple[str, str, dict[str, Any]]
"""Code, message, and what else stands in ``extensions``."""


def _explained(error: GraphQLError, context: Context) -> _Explained:
    original = error.original_error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    if original is None or isinstance(original, GraphQLError):
        return _of_graphql(error, original, context)
    refusal = original if isinstance(original, DomainError) else domain_error(original)
    if refusal is not None:
        field = {"field": to_camel_case(refusal.field)} if refusal.field else {}
        facts = {"field": "", **refusal.facts, **field}
        return refusal.code, error_text(refusal.code, facts, context.language), field
    if passes(original):
        log.warning("request %s was not answered: %s", context.request_id, cause_of(original))
        message = error_text("UNAVAILABLE", {}, context.language)
        return "UNAVAILABLE", message, {"retryAfter": RETRY_AFTER_S}
    log.error("request %s failed", context.request_id, exc_info=original)
    facts = {"request_id": context.request_id}
    return "INTERNAL", error_text("INTERNAL", facts, context.language), {}


def _of_graphql(error: GraphQLError, original: GraphQLError | None, context: Context) -> _Explained:
    """What a document or its variables have against the schema."""
    text = error.message if context.may_introspect else error.message.split(_SUGGESTION)[0]
    text = _VALUE.sub(r"\1", text)
    if found := _VARIABLE.fullmatch(text):
        name, inside, reason = found[1], found[2] or "", found[3]
        place: list[str | int] = [name]
        place += [int(key) if key.isdecimal() else key for key in re.findall(r"\w+", inside)]
        facts = {"variable": f"${name}{inside}", "reason": reason}
        message = error_text("INVALID_VARIABLE", facts, context.language)
        return "INVALID_VARIABLE", message, {"variable": place}
    unparsed = isinstance(error, GraphQLSyntaxError) or isinstance(original, GraphQLSyntaxError)
    return "PARSE_FAILED" if unparsed else "VALIDATION_FAILED", text, {}


__all__ = ["UserError", "formatted", "user_error"]
