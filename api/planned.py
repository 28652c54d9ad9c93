"""Planned execution: an operation's answer by one plan, or none where ordinary execution must give
it."""

import logging
import traceback
from typing import Any

from graphql import GraphQLError, OperationType, VariableValues

from api.context import Context
from api.operations import Operation
from api.plan import metrics
from api.plan.operation import MAX_VARIANTS, PlannedOperation, Resolve
from api.plan.plans import Scope
from api.plan.running import Run
from api.plan.selection import Collector, Picked, Unplanned
from api.schema import core
from domain.errors import DomainError

log = logging.getLogger("yiyang.plan")


async def data_by_plan(
    operation: Operation, variables: VariableValues, context: Context, resolve: Resolve
) -> dict[str, Any] | None:
    """The data of an operation's answer; None where ordinary execution must give it, for example
    because it holds an error.

    Parameters:
        variables: from ``operation.coerced``.
        resolve: runs the resolver of a root field that is not declared. What it did, ordinary
            execution must not do again.
    """
    run = Run(context)
    try:
        data = await _compiled(operation, variables, Scope.of(context.actor)).answer(
            run, variables, resolve
        )
    except Exception as reason:
        _note(reason, context)
        return None
    context.masked += run.hidden
    for table, key, name in run.disclosed:
        context.disclose(key, name, table=table)
    metrics.PLANNED.add()
    metrics.STATEMENTS.value += len(context.statements)
    return data


async def delivery_by_plan(
    operation: Operation, variables: VariableValues, context: Context, event: Any
) -> dict[str, Any] | None:
    """The data of what a subscription delivers for one of its events; None as above."""

    async def happened(_: Picked) -> Any:
        return event

    return await data_by_plan(operation, variables, context, happened)


def _compiled(operation: Operation, variables: VariableValues, scope: Scope) -> PlannedOperation:
    deciding = operation.deciding
    key = (scope, *(variables.coerced.get(name) for name in deciding)) if deciding else scope
    known: PlannedOperation | str | None = operation.plans.get(key)
    if known is None:
        if len(operation.plans) >= MAX_VARIANTS:
            del operation.plans[next(iter(operation.plans))]
        known = operation.plans[key] = _planned(operation, variables, scope)
    if isinstance(known, str):
        # A new one each time: an exception that is kept keeps whoever raised it.
        raise Unplanned(known)
    return known


def _planned(
    operation: Operation, variables: VariableValues, scope: Scope
) -> PlannedOperation | str:
    """The plan, or why there is none."""
    given = {
        name: variables.coerced[name] for name in operation.deciding if name in variables.coerced
    }
    # Nothing else of the request: the plan outlives it.
    collector = Collector(core, operation.node, operation.details, VariableValues({}, given))
    try:
        if operation.kind is OperationType.MUTATION and len(collector.root()) > 1:
            raise Unplanned("several mutations")
        return PlannedOperation(collector, scope)
    except Unplanned as reason:
        return str(reason)


def _note(reason: Exception, context: Context) -> None:
    metrics.FALLBACKS.add()
    if isinstance(reason, Unplanned | DomainError):
        context.unplanned = str(reason)
        return
    # Not its text, which may hold what somebody has entered.
    context.unplanned = type(reason).__name__
    if not isinstance(reason, GraphQLError):
        (*_, where) = traceback.extract_tb(reason.__traceback__)
        place = f"{where.filename}:{where.lineno}"
        log.warning(
            "request %s had no plan: %s at %s", context.request_id, context.unplanned, place
        )
