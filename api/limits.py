"""What a document must keep to beside GraphQL's own rules."""

from collections.abc import Iterator

from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension


class NamedOperation(SchemaExtension):
    """Of several operations the request names one; Strawberry alone would run the first."""

    def on_validate(self) -> Iterator[None]:
        """Refuse after the ordinary rules; their cached list of errors stays as it is."""
        yield
        context = self.execution_context
        document = context.graphql_document
        # The public operation_name falls back to the first operation's.
        named = context._provided_operation_name  # pyright: ignore[reportPrivateUsage]
        if context.pre_execution_errors or document is None or named is not None:
            return
        operations = [
            definition
            for definition in document.definitions
            if isinstance(definition, OperationDefinitionNode)
        ]
        if len(operations) > 1:
            message = "operationName must name one of the document's operations"
            context.pre_execution_errors = [GraphQLError(message)]
