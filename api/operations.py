"""A validated operation: how much it asks for, and its variables."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    VariableValues,
)
from graphql.execution.collect_fields import FragmentDetails

from api.complexity import Measure, given_pages, page_variables
from api.limits import excessive
from api.plan.selection import variables_in_directives
from api.schema import core
from api.variables import Variables

if TYPE_CHECKING:
    from api.documents import Document

MEASURES = 64
"""How many measures an operation keeps, of pages of different sizes."""


class Operation:
    """One operation of a valid document, as old as the document's place in the memory.

    Parameters:
        fragments: the document's, by name.

    Attributes:
        kind: query, mutation or subscription.
        details: the fragments once more, as graphql-core's executor wants them.
        deciding: the names of the variables that decide which fields are asked for.
        plans: what the planner has made of the operation, by keys of its own.
    """

    def __init__(
        self,
        document: "Document",
        node: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        self.document = document
        self.node = node
        self.kind: OperationType = node.operation
        self.fragments = dict(fragments)
        self.details = {name: FragmentDetails(one) for name, one in fragments.items()}
        self.deciding = variables_in_directives(node, self.fragments)
        self.plans: dict[Any, Any] = {}
        self._variables = Variables(core, node.variable_definitions)
        self._pages = page_variables(node, self.fragments)
        self._measured: dict[tuple[int | None, ...], str | None] = {}

    def excess(self, variables: Mapping[str, Any] | None) -> str | None:
        """Why the operation asks for more than a process can answer in a moment; None if not."""
        pages = given_pages(self._pages, variables or {})
        key = tuple(pages.values())
        if key not in self._measured:
            if len(self._measured) >= MEASURES:
                del self._measured[next(iter(self._measured))]
            measure = Measure(core, self.fragments, pages)
            self._measured[key] = excessive(*measure.of(self.node))
        return self._measured[key]

    def coerced(self, variables: Mapping[str, Any] | None) -> VariableValues | list[GraphQLError]:
        """The variables as resolvers get them, or what is wrong with them."""
        return self._variables.coerced(variables or {})
