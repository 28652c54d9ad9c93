"""What a document must keep to beside GraphQL's own rules."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_operation_ast,
)
from graphql.language.ast import Node
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from api.complexity import Measure
from domain.errors import QueryTooLarge

MAX_OBJECTS = 20_000
"""Objects that an answer may hold, by the sizes that the document asks for."""

MAX_LEVELS = 25
MAX_FRAGMENTS = 30
MAX_REPEATS = 10
"""How often one selection set may name the same response key: comparing them is quadratic."""

MAX_DIGITS = 40

WHICH_OPERATION = "operationName must name one of the document's operations"


class NamedOperation(SchemaExtension):
    """Of several operations the request names one; Strawberry alone would run the first.

    Comes after the ValidationCache, whose list of errors is shared and stays as it is.
    """

    def on_validate(self) -> Iterator[None]:
        """Refuse before execution."""
        if not self.execution_context.pre_execution_errors and self._is_ambiguous():
            self.execution_context.pre_execution_errors = [GraphQLError(WHICH_OPERATION)]
        yield

    def _is_ambiguous(self) -> bool:
        context = self.execution_context
        # The public operation_name falls back to the first operation's.
        named = context._provided_operation_name  # pyright: ignore[reportPrivateUsage]
        if named is not None or context.graphql_document is None:
            return False
        definitions = context.graphql_document.definitions
        return sum(isinstance(each, OperationDefinitionNode) for each in definitions) > 1


class CheckedDocument(SchemaExtension):
    """GraphQL's validation, kept for a thousand documents; first what makes it take too long."""

    def on_validate(self) -> Iterator[None]:
        """Check, or recall."""
        context = self.execution_context
        assert context.graphql_document is not None
        context.pre_execution_errors = _checked(
            context.schema._schema,  # pyright: ignore[reportPrivateUsage]  # as Strawberry's own
            context.graphql_document,
            context.validation_rules,
        )
        yield


class BoundedAnswer(SchemaExtension):
    """Refuses a document that asks for more than a process can answer in a moment.

    Comes after CheckedDocument: it trusts the document to be valid.
    """

    def on_validate(self) -> Iterator[None]:
        """Refuse before execution."""
        context = self.execution_context
        if not context.pre_execution_errors and (reason := self._excess()):
            context.pre_execution_errors = [_refusal(reason)]
        yield

    def _excess(self) -> str | None:
        context = self.execution_context
        assert context.graphql_document is not None
        operation = get_operation_ast(context.graphql_document, context.operation_name)
        if operation is None:
            return None
        definitions = context.graphql_document.definitions
        fragments = {
            one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)
        }
        schema = context.schema._schema  # pyright: ignore[reportPrivateUsage]  # as Strawberry's own
        objects, levels = Measure(schema, fragments, context.variables or {}).of(operation)
        if levels > MAX_LEVELS:
            return f"{levels} levels, at most {MAX_LEVELS}"
        if objects > MAX_OBJECTS:
            return f"up to {objects} objects, at most {MAX_OBJECTS}"
        return None


@lru_cache(maxsize=1000)
def _checked(
    schema: GraphQLSchema, document: DocumentNode, rules: tuple[Any, ...]
) -> list[GraphQLError]:
    reason = _unreasonable(document)
    return [_refusal(reason)] if reason else validate_document(schema, document, rules)


def _unreasonable(document: DocumentNode) -> str | None:
    fragments = sum(isinstance(one, FragmentDefinitionNode) for one in document.definitions)
    if fragments > MAX_FRAGMENTS:
        return f"{fragments} fragments, at most {MAX_FRAGMENTS}"
    for node in _nodes(document):
        if isinstance(node, SelectionSetNode) and _most_repeats(node) > MAX_REPEATS:
            return f"a field named more than {MAX_REPEATS} times side by side"
        if isinstance(node, IntValueNode) and len(node.value) > MAX_DIGITS:
            return f"a number of more than {MAX_DIGITS} digits"
    return None


def _nodes(document: DocumentNode) -> Iterator[Node]:
    """Every node; no recursion, for a document may be as deep as it is long."""
    waiting: list[Node] = [document]
    while waiting:
        node = waiting.pop()
        yield node
        for key in node.keys:
            value: Any = getattr(node, key, None)
            parts = cast(Sequence[Any], value if isinstance(value, tuple | list) else (value,))
            waiting += [part for part in parts if isinstance(part, Node)]


def _most_repeats(selections: SelectionSetNode) -> int:
    keys = Counter(
        (one.alias or one.name).value for one in selections.selections if isinstance(one, FieldNode)
    )
    return max(keys.values(), default=0)


def _refusal(reason: str) -> GraphQLError:
    return GraphQLError(reason, original_error=QueryTooLarge(reason=reason))
