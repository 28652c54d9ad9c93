"""Variables as resolvers get them: what graphql-core makes of them, faster where it is plain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLError,
    GraphQLID,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    VariableDefinitionNode,
    VariableValues,
    get_variable_values,
)
from graphql.execution.get_variable_signature import (  # graphql-core's coercion begins with it
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.execution.values import VariableValueSource

MAX_ERRORS = 50

_EXACT: dict[Any, type] = {
    GraphQLID: str,
    GraphQLString: str,
    GraphQLBoolean: bool,
    GraphQLInt: int,
}
"""Scalars, and the Python type whose values they leave as they are."""

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a variable before there are values.

    Parameters:
        exact: the type whose values are taken as they are; None where there is none.
        if_absent: what is coerced then, to be shared by requests; None if it is not that plain.
    """

    name: str
    signature: GraphQLVariableSignature
    exact: type | None
    nullable: bool
    if_absent: dict[str, Any] | None

    def leaves(self, value: Any) -> bool:
        """Whether the value stays as it is."""
        if value is None:
            return self.nullable
        if type(value) is not self.exact:
            return False
        return self.exact is not int or GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT


class Variables:
    """The variables of one operation of a valid document.

    Parameters:
        definitions: the operation's.
    """

    def __init__(
        self, schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode] | None
    ) -> None:
        self._schema = schema
        self._definitions = tuple(definitions or ())
        self._known = [_known(schema, one) for one in self._definitions]

    def coerced(self, given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """The values, or what is wrong with them."""
        return self._quickly(given) or get_variable_values(
            self._schema, self._definitions, dict(given), max_errors=MAX_ERRORS
        )

    def _quickly(self, given: Mapping[str, Any]) -> VariableValues | None:
        """The same, where no value needs to be looked into."""
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for one in self._known:
            value = given.get(one.name, _ABSENT)
            if value is _ABSENT and one.if_absent is not None:
                sources[one.name] = VariableValueSource(one.signature)
                coerced.update(one.if_absent)
            elif one.leaves(value):
                sources[one.name] = VariableValueSource(one.signature, value)
                coerced[one.name] = value
            else:
                return None
        return VariableValues(sources, coerced)


def _known(schema: GraphQLSchema, definition: VariableDefinitionNode) -> _Known:
    signature = get_variable_signature(schema, definition)
    assert not isinstance(signature, GraphQLError), "the document is valid"
    kind = cast(Any, signature).type
    nullable = not isinstance(kind, GraphQLNonNull)
    exact = _EXACT.get(kind if nullable else cast(Any, kind).of_type)
    return _Known(signature.name, signature, exact, nullable, _if_absent(schema, definition))


def _if_absent(schema: GraphQLSchema, definition: VariableDefinitionNode) -> dict[str, Any] | None:
    values = get_variable_values(schema, [definition], {})
    if isinstance(values, list):
        return None
    # Lists and objects of a default are each request's own.
    plain = all(isinstance(one, str | int | float | None) for one in values.coerced.values())
    return values.coerced if plain else None
