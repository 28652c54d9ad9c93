"""What an operation selects, as GraphQL's execution would collect it: fragments and directives are
resolved and fields of one response key merged."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
)
from graphql.execution.collect_fields import (  # the executor's own, so fields merge as there
    FieldDetailsList,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues
from graphql.language.ast import Node
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from api.plan.kinds import Kind, innermost
from api.plan.shapes import declaration_of


class Unplanned(Exception):
    """The planner leaves this operation, or this answer, to ordinary execution; its text says
    why."""


@dataclass(frozen=True)
class Collector:
    """Collects the fields of one operation.

    Parameters:
        variables: coerced; only those in directives change what is collected.
    """

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    variables: VariableValues

    def root(self) -> "list[Picked]":
        """The operation's own fields."""
        root = self.schema.get_root_type(self.operation.operation)
        assert root is not None
        collected = collect_fields(
            self.schema, self.fragments, self.variables, root, self.operation
        )
        return list(self._picked(root, collected.grouped_field_set))

    def below(self, parent: GraphQLObjectType, details: FieldDetailsList) -> "list[Picked]":
        """The fields below some nodes, where the value is of an object type."""
        collected = collect_subfields(
            self.schema, self.fragments, self.variables, self.operation, parent, details
        )
        return list(self._picked(parent, collected.grouped_field_set))

    def _picked(
        self, parent: GraphQLObjectType, grouped: dict[str, FieldDetailsList]
    ) -> "Iterator[Picked]":
        for key, details in grouped.items():
            name = details[0].node.name.value
            field = self.schema.get_field(parent, name)
            assert field is not None, "the document is valid"
            yield Picked(key, name, parent, field, details, self)


@dataclass(frozen=True, eq=False)
class Picked:
    """One field of a selection.

    Parameters:
        key: its place in the response.
        name: the field's name in the schema.
    """

    key: str
    name: str
    parent: GraphQLObjectType
    field: GraphQLField
    details: FieldDetailsList
    collector: Collector

    @property
    def strawberry(self) -> StrawberryField | None:
        """Strawberry's definition; None for the fields of introspection."""
        # Strawberry offers no other way back from graphql-core's field to its own.
        return self.field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)

    @property
    def declaration(self) -> Any:
        """Where the field comes from, if that was declared."""
        return declaration_of(self.strawberry) if self.strawberry else None

    @property
    def kind(self) -> Kind:
        """The field's type."""
        return cast(Kind, self.field).type

    def below(self, parent: GraphQLObjectType | None = None) -> "list[Picked]":
        """The fields selected below this one.

        Parameters:
            parent: the value's type, where the field's is an interface.
        """
        return self.collector.below(parent or innermost(self.kind), self.details)


def variables_in_directives(
    operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]
) -> tuple[str, ...]:
    """The names of the variables that decide what is collected."""
    names: set[str] = set()
    rest = dict(fragments)
    waiting: list[Node] = [operation]
    while waiting:
        node = waiting.pop()
        if isinstance(node, FragmentSpreadNode) and node.name.value in rest:
            waiting.append(rest.pop(node.name.value))
        for directive in getattr(node, "directives", None) or ():
            values = [argument.value for argument in directive.arguments or ()]
            names |= {one.name.value for one in values if isinstance(one, VariableNode)}
        selections = getattr(node, "selection_set", None)
        if selections is not None:
            waiting += cast(list[Node], list(selections.selections))
    return tuple(sorted(names))
