"""GraphQL's types, taken apart."""

from typing import Any

from graphql import GraphQLList, GraphQLNonNull

Kind = Any
"""A GraphQL type; graphql-core's annotations of its wrappers leave open what they wrap."""


def is_required(kind: Kind) -> bool:
    """Whether null is not one of its values."""
    return isinstance(kind, GraphQLNonNull)


def is_list(kind: Kind) -> bool:
    """Whether its values are lists, null aside."""
    return isinstance(nullable(kind), GraphQLList)


def nullable(kind: Kind) -> Kind:
    """The same type, or null."""
    return kind.of_type if is_required(kind) else kind


def element(kind: Kind) -> Kind:
    """The type of a list's elements."""
    return nullable(kind).of_type


def innermost(kind: Kind) -> Kind:
    """The type without its wrappers."""
    inner = nullable(kind)
    return innermost(inner.of_type) if is_list(inner) else inner
