"""What a document must keep to beside GraphQL's own rules."""

from collections.abc import Iterator

from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension

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
