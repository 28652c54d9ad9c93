"""The one way from a request to its answer, whatever brought it and whoever executes it.

Here alone a document is prepared, its size is bounded and its variables are coerced: whoever
executes the operation, ordinarily or by a plan, has nothing left to check.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

from graphql import ExecutionResult, GraphQLError, OperationType, VariableValues

from api.auth.scopes import OWN_DOCUMENTS
from api.context import Context
from api.cost import NEW_TEXT, TEXTS_AT_ONCE, Charge
from api.documents import WHICH_OPERATION, Document, NoSuchOperation, known, prepared
from api.errors import RETRY_AFTER_S, as_internal, busy, formatted
from api.limits import excessive, too_large
from api.operations import Operation
from api.ordinary import Ordinary
from api.planned import data_by_plan, delivery_by_plan
from api.refusals import Refusal, unknown_document
from api.requests import BadRequest, Request
from domain.access import Permission
from domain.errors import PermissionDenied, QueryTooLarge

_UNAVAILABLE = 503


@dataclass(frozen=True, slots=True)
class Answer:
    """A response's JSON, and how it came about.

    Parameters:
        planned: by a plan, not ordinarily.
        ran: False for a request that was refused before it was executed; it has no ``data``.
        status: over HTTP, where it is not that of any answer, or refusal, of its kind.
        retry_after: seconds until another try may succeed; None where it would not.
    """

    body: dict[str, Any]
    planned: bool = False
    ran: bool = True
    status: int | None = None
    retry_after: int | None = None


class _Refused(Exception):
    """The request is not executed."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        self.errors = errors


async def answered(request: Request, context: Context, *, planned: bool = True) -> Answer:
    """Execute a query or a mutation.

    Parameters:
        planned: by a plan where there can be one; False to execute ordinarily.
    Raises: BadRequest for a subscription, which has more than one answer.
    """
    try:
        operation = await _chosen(request, context)
        if operation.kind is OperationType.SUBSCRIPTION:
            raise BadRequest("subscriptions go over a WebSocket, or with Accept: text/event-stream")
        answer = await _executed(operation, request, context, planned)
        await context.write_disclosures()
        return answer
    except BadRequest:
        raise
    except Exception as error:
        return _not_executed(error, context)


async def streamed(
    request: Request, context: Context, *, planned: bool = True, counted: bool = False
) -> AsyncGenerator[Answer, None]:
    """Execute an operation of any kind: one answer, or a subscription's as they come.

    A subscription leaves its socket's turn once it has started: it may last for days.

    Parameters:
        planned: as for ``answered``.
        counted: events are only counted: nobody is told of them, and their answers are empty.
    """
    try:
        operation = await _chosen(request, context)
        if operation.kind is not OperationType.SUBSCRIPTION:
            yield await answered(request, context, planned=planned)
            return
        ordinary, events = await _started(operation, request, context)
    except Exception as error:
        yield _not_executed(error, context)
        return
    if context.turn:
        context.turn.leave()
    try:
        async with aclosing(events):
            async for event in events:
                if counted:
                    yield Answer({})
                    continue
                answer = await _delivered(ordinary, event, context, planned)
                await context.write_disclosures()
                yield _explained(answer, operation, request, context)
    except Exception as error:
        yield _response(ExecutionResult(None, [_error(error)]), context)


def errors_of(errors: list[GraphQLError], context: Context) -> list[dict[str, Any]]:
    """Errors with their codes and texts."""
    return [formatted(error, context) for error in errors]


async def _chosen(request: Request, context: Context) -> Operation:
    """Raises: _Refused, Refusal, BadRequest."""
    await _pay_for_text(request, context)
    document = _document(request, context)
    if document.errors:
        raise _Refused(document.errors)
    try:
        operation = document.operation(request.operation_name)
    except NoSuchOperation as error:
        raise _Refused([GraphQLError(WHICH_OPERATION)]) from error
    if request.read_only and operation.kind is not OperationType.QUERY:
        raise Refusal("METHOD_NOT_ALLOWED", 405)
    return operation


async def _pay_for_text(request: Request, context: Context) -> None:
    """Charge a text that is new here before it is looked at: to refuse one takes as long as to
    answer many. Raises: Refusal."""
    purse, text = context.purse, request.query
    if purse is None or not text or known(text) is not None:
        return
    if context.documents is None or not context.documents.trusts(text):
        await purse.take(max(1, min(NEW_TEXT, purse.size // TEXTS_AT_ONCE)))


def _document(request: Request, context: Context) -> Document:
    if context.documents is not None:
        return context.documents.of(request, own=context.allows(OWN_DOCUMENTS))
    if request.document_id is not None and not request.query:
        raise unknown_document()
    return prepared(request.query)


async def _admitted(
    operation: Operation, request: Request, context: Context
) -> tuple[VariableValues, Charge]:
    """An operation's variables, and what it has been charged: nothing else keeps it from being
    executed. Raises: _Refused, Refusal."""
    points = operation.points(request.variables)
    if reason := excessive(points):
        raise _Refused([too_large(reason)])
    if operation.introspects and not context.may_introspect:
        raise _Refused([as_internal(PermissionDenied())])
    variables = operation.coerced(request.variables)
    if isinstance(variables, list):
        raise _Refused(variables)
    try:
        return variables, await Charge.of(points, context.purse)
    except QueryTooLarge as error:
        raise _Refused([as_internal(error)]) from error


async def _executed(
    operation: Operation, request: Request, context: Context, planned: bool
) -> Answer:
    variables, charge = await _admitted(operation, request, context)
    ordinary = Ordinary(operation, variables, context)
    data = None
    if planned:
        data = await data_by_plan(operation, variables, context, ordinary.resolve)
    made = data is not None
    result = ExecutionResult(data, None) if made else await ordinary.result()
    answer = _response(result, context, planned=made)
    used = charge.settle(None if result.errors else result.data, operation.count)
    # The same document asked for by its id has the same answer, to the byte.
    told = context.purse is not None and context.purse.is_told and request.document_id is None
    if request.cost or told:
        answer.body.setdefault("extensions", {})["cost"] = charge.report(used)
    return _explained(answer, operation, request, context)


async def _started(
    operation: Operation, request: Request, context: Context
) -> tuple[Ordinary, AsyncGenerator[Any, None]]:
    """What executes each event of a subscription, and the events.

    A subscription is charged once, when it starts: no delivery is ever kept back.
    """
    variables, _ = await _admitted(operation, request, context)
    ordinary = Ordinary(operation, variables, context)
    events = await ordinary.events()
    if isinstance(events, ExecutionResult):
        raise _Refused(events.errors or [])
    return ordinary, events


async def _delivered(ordinary: Ordinary, event: Any, context: Context, planned: bool) -> Answer:
    """The answer for one event of a subscription."""
    if planned:
        data = await delivery_by_plan(ordinary.operation, ordinary.variables, context, event)
        if data is not None:
            answer = _response(ExecutionResult(data, None), context, planned=True)
            return _late(answer, context)
    return _late(_response(await ordinary.result_of(event), context), context)


def _late(answer: Answer, context: Context) -> Answer:
    """The answer, and that it comes late where the subscriber does not know yet."""
    if context.gap:
        answer.body.setdefault("extensions", {})["gap"] = context.gap
    return answer


def _response(result: ExecutionResult, context: Context, *, planned: bool = False) -> Answer:
    body: dict[str, Any] = {}
    if result.errors:
        body["errors"] = errors_of(result.errors, context)
    body["data"] = result.data
    if context.masked:
        # In the order of the answer, not in that in which rows happened to be read.
        body["extensions"] = {"masked": sorted(context.masked, key=_place)}
    return _answer(body, planned=planned)


def _explained(answer: Answer, operation: Operation, request: Request, context: Context) -> Answer:
    """The answer, and for whoever asks and may know it, how it was made."""
    if not request.explain or not context.actor.may(Permission.EXPLAIN):
        return answer
    explained = {
        "execution": "PLANNED" if answer.planned else "ORDINARY",
        "reason": context.unplanned,
        "statementCount": len(context.statements) + context.loaders.statement_count,
        "statements": [*context.statements, *context.loaders.statements],
        "batches": context.loaders.batches,
        "costs": operation.costs(request.variables),
    }
    extensions = answer.body.setdefault("extensions", {})
    extensions["explain"] = explained
    return answer


def _not_executed(error: Exception, context: Context) -> Answer:
    """The answer to a request that came to nothing."""
    match error:
        case Refusal():
            return _turned_away(error, context)
        case BadRequest():
            return _turned_away(Refusal("BAD_REQUEST", 400, reason=str(error)), context)
        case _:
            errors = error.errors if isinstance(error, _Refused) else [_error(error)]
            return _answer({"errors": errors_of(errors, context)}, ran=False)


def _answer(body: dict[str, Any], *, planned: bool = False, ran: bool = True) -> Answer:
    """The answer; one that has nothing because the database is away says so to HTTP as well."""
    errors, data = body.get("errors"), cast(dict[str, Any], body.get("data") or {})
    if not errors or any(one is not None for one in data.values()):
        return Answer(body, planned, ran)
    away = busy(errors)
    status, retry_after = (_UNAVAILABLE, RETRY_AFTER_S) if away else (None, None)
    return Answer(body, planned, ran, status, retry_after)


def _turned_away(refusal: Refusal, context: Context) -> Answer:
    return Answer(
        refusal.body(context.language, context.request_id),
        ran=False,
        status=refusal.status,
        retry_after=refusal.retry_after,
    )


def _error(error: Exception) -> GraphQLError:
    return error if isinstance(error, GraphQLError) else as_internal(error)


def _place(masked: dict[str, Any]) -> list[int | str]:
    # Paths part below the same object or list: there are two names, or two numbers, to compare.
    return masked["path"]
