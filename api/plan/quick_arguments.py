"""Arguments that are the document's own or variables: read without looking at the document again,
which takes several times as long."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputObjectType,
    ObjectValueNode,
    Undefined,
    VariableNode,
    utilities,
)
from graphql.execution.values import get_argument_values
from graphql.language.ast import Node

from api.plan.kinds import Kind, is_required, nullable

# graphql-core's annotations of wrapped types leave open what they wrap.
_coerce_literal: Any = cast(Any, utilities).coerce_input_literal

Reader = Callable[[Mapping[str, Any]], Any]
"""Coerced variables -> a value. Raises KeyError where it must be read at length."""


def quick_reader(field: GraphQLField, node: FieldNode) -> Reader:
    """What reads the arguments of a node of a valid document."""
    if not any(any(variables_in(one)) for one in node.arguments or ()):
        constant = get_argument_values(field, node)
        return lambda _: constant
    given = {one.name.value: one.value for one in node.arguments or ()}
    return _of_all(given, field.args)


def _reader(node: Any, kind: Kind) -> Reader:
    if isinstance(node, VariableNode):
        return _variable(node.name.value, required=is_required(kind))
    if not any(variables_in(node)):
        constant = _coerce_literal(node, kind)
        return _at_length if constant is Undefined else lambda _: constant
    inner = nullable(kind)
    if isinstance(node, ObjectValueNode) and isinstance(inner, GraphQLInputObjectType):
        return _of_all({one.name.value: one.value for one in node.fields}, inner.fields)
    return _at_length


def _variable(name: str, *, required: bool) -> Reader:
    def read(coerced: Mapping[str, Any]) -> Any:
        value = coerced[name]
        if value is None and required:
            raise KeyError(name)
        return value

    return read


def _of_all(given: Mapping[str, Any], declared: Mapping[str, Any]) -> Reader:
    """What reads named values: a field's arguments, or the fields of an input object."""
    if any(_has_default(one) for name, one in declared.items() if name not in given):
        return _at_length
    pairs = [(name, _reader(node, declared[name].type)) for name, node in given.items()]
    return lambda coerced: {name: read(coerced) for name, read in pairs}


def _has_default(declared: Any) -> bool:
    """Whether leaving it out means anything but null."""
    return declared.default is not None or declared.default_value not in (None, Undefined)


def _at_length(_: Mapping[str, Any]) -> Any:
    raise KeyError


def variables_in(node: Node) -> Iterator[str]:
    """Names of the variables in a value; no recursion, for it may be as deep as a document is
    long."""
    waiting: list[Node] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, VariableNode):
            yield one.name.value
            continue
        for key in one.keys:
            value: Any = getattr(one, key, None)
            parts: list[Any] = [*value] if isinstance(value, tuple | list) else [value]
            waiting += [part for part in parts if isinstance(part, Node)]
