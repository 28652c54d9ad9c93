"""A validated operation: how much it asks for, and its variables."""

from collections.abc import Mapping
from functools import cached_property
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
from api.cost import Count, costs_by_field, counter, shape_of
from api.extent import Survey
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
        self._measured: dict[tuple[int | None, ...], int] = {}

    @cached_property
    def count(self) -> Count:
        """Adds up the points of an answer."""
        return counter(shape_of(core, self.node, self.fragments))

    @cached_property
    def introspects(self) -> bool:
        """Whether the schema is asked about itself."""
        return Survey(self.fragments).of(self.node).introspects

    def points(self, variables: Mapping[str, Any] | None) -> int:
        """What it may cost at most, by the sizes of pages asked for."""
        pages = given_pages(self._pages, variables or {})
        key = tuple(pages.values())
        known = self._measured.get(key)
        if known is None:
            if len(self._measured) >= MEASURES:
                del self._measured[next(iter(self._measured))]
            known = self._measured[key] = Measure(core, self.fragments, pages).of(self.node)
        return known

    def costs(self, variables: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        """What each field costs at most."""
        pages = given_pages(self._pages, variables or {})
        return costs_by_field(Measure(core, self.fragments, pages), self.node)

    def coerced(self, variables: Mapping[str, Any] | None) -> VariableValues | list[GraphQLError]:
        """The variables as resolvers get them, or what is wrong with them."""
        return self._variables.coerced(variables or {})
