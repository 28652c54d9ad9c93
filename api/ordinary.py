"""Ordinary execution: graphql-core's executor, Strawberry's resolvers, our loaders.

graphql-core's own ``execute`` would look for the operation and coerce the variables once more.
"""

from collections.abc import AsyncGenerator
from functools import cached_property
from typing import Any, cast

from graphql import ExecutionResult, MiddlewareManager, VariableValues, execution
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable

from api.context import Context
from api.operations import Operation
from api.plan.selection import Picked
from api.schema import core, schema

# The context's type is a parameter that graphql-core's annotations leave open in many places.
_graphql: Any = execution
_Executor: Any = cast(Any, schema).execution_context_class


class Ordinary:
    """Executes one operation for one request.

    Parameters:
        variables: from ``operation.coerced``.
    """

    def __init__(self, operation: Operation, variables: VariableValues, context: Context) -> None:
        self.operation = operation
        self.variables = variables
        self._context = context
        self._resolved: dict[str, tuple[Any, Exception | None]] = {}

    @cached_property
    def _executor(self) -> Any:
        """Where a plan makes the answer, none is needed."""
        operation = self.operation
        return _Executor(
            core,
            operation.fragments,
            operation.details,
            None,
            self._context,
            operation.node,
            self.variables,
            _graphql.default_field_resolver,
            _graphql.default_type_resolver,
            _graphql.default_field_resolver,
            is_awaitable=optimized_is_awaitable,
        )

    async def result(self) -> ExecutionResult:
        """Of a query or a mutation."""
        return await _settled(self._executor.execute_operation())

    async def resolve(self, picked: Picked) -> Any:
        """Run the resolver of a root field, once: executed later, the field has the same value, or
        the same error."""
        executor, key = self._executor, picked.key
        nodes, path = [one.node for one in picked.details], Path(None, key, picked.parent.name)
        info = executor.build_resolve_info(picked.field, nodes, picked.parent, path)
        arguments = get_argument_values(picked.field, nodes[0], executor.variable_values)
        executor.middleware_manager = MiddlewareManager(self._known())
        try:
            resolver: Any = picked.field.resolve
            value = await _settled(resolver(executor.root_value, info, **arguments))
        except Exception as error:
            self._resolved[key] = (None, error)
            raise
        self._resolved[key] = (value, None)
        return value

    def _known(self) -> Any:
        """A middleware that knows what has been resolved. A function: graphql-core passes over
        methods."""

        def resolved(resolver: Any, source: Any, info: Any, **arguments: Any) -> Any:
            if info.path.prev is not None or info.path.key not in self._resolved:
                return resolver(source, info, **arguments)
            value, error = self._resolved[info.path.key]
            if error is not None:
                raise error
            return value

        return resolved

    async def events(self) -> AsyncGenerator[Any, None] | ExecutionResult:
        """A subscription's events, to be closed; or the errors for which there are none."""
        return await _settled(_graphql.create_source_event_stream(self._executor))

    async def result_of(self, event: Any) -> ExecutionResult:
        """What a subscription delivers for one of its events."""
        executor = self._executor.build_per_event_executor(event)
        return await _settled(_graphql.execute_subscription_event(executor))


async def _settled(value: Any) -> Any:
    return await value if optimized_is_awaitable(value) else value
