"""What the schema says of itself, asked once."""

from collections import defaultdict
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_composite_type,
)

from api.schema import schema

SCHEMA = schema._schema  # pyright: ignore[reportPrivateUsage]  # the one that executes


def named(name: str) -> Any:
    """A type of the schema."""
    return SCHEMA.type_map[name]


def node_of(parent: str, field: str) -> str:
    """The name of a field's type, whatever lists are around it."""
    return get_named_type(named(parent).fields[field].type).name


@cache
def leaves(parent: str) -> list[str]:
    """The fields of a type that have no selections."""
    return [name for name in named(parent).fields if not _is_branch(parent, name)]


@cache
def branches(parent: str) -> list[str]:
    """The fields of a type that have selections."""
    return [name for name in named(parent).fields if _is_branch(parent, name)]


def _is_branch(parent: str, field: str) -> bool:
    return is_composite_type(named(node_of(parent, field)))


@cache
def conditions(parent: str) -> list[str]:
    """What a fragment may be on, where a type is selected from: one of an interface's types twice
    as often as the interface itself."""
    kind = named(parent)
    if isinstance(kind, GraphQLInterfaceType):
        possible = [one.name for one in SCHEMA.get_possible_types(kind)]
        return [*possible, *possible, parent]
    return [parent, parent, *(one.name for one in kind.interfaces)]


@cache
def ambiguous() -> frozenset[str]:
    """Names of fields that are of one type here and of another there: below an interface they
    must not share a response key."""
    types: dict[str, set[str]] = defaultdict(set)
    for kind in SCHEMA.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                types[name].add(str(field.type))
    return frozenset(name for name, found in types.items() if len(found) > 1)


@cache
def _targets(parent: str) -> list[tuple[str, list[str]]]:
    """The fields with selections, and the types that these may be on."""
    found: list[tuple[str, list[str]]] = []
    for name in branches(parent):
        kind = node_of(parent, name)
        abstract = isinstance(named(kind), GraphQLInterfaceType)
        found.append((name, conditions(kind)[:-1] if abstract else [kind]))
    return found


def soonest(parent: str, known: AbstractSet[tuple[str, str]], steps: int) -> list[str]:
    """The fields of a type that are not known, or else those that lead to one in the fewest steps.

    Parameters:
        known: type and name of each field that is not looked for.
        steps: how many there may be; if it takes more there is no such field.
    """
    ways = {parent: set(named(parent).fields)}
    passed: set[str] = set()
    for _ in range(1 + steps):
        here = [
            kind for kind in ways if any((kind, name) not in known for name in named(kind).fields)
        ]
        if parent in here:
            return [name for name in named(parent).fields if (parent, name) not in known]
        if here:
            return sorted(set[str]().union(*(ways[kind] for kind in here)))
        passed |= {*ways}
        further: dict[str, set[str]] = defaultdict(set)
        for kind, firsts in ways.items():
            for name, targets in _targets(kind):
                for target in set(targets) - passed:
                    further[target] |= {name} if kind == parent else firsts
        ways = further
    return []


def reachable(root: str) -> set[tuple[str, str]]:
    """Every field that can be selected below a type."""
    found: set[tuple[str, str]] = set()
    waiting = [root]
    while waiting:
        parent = waiting.pop()
        if isinstance(named(parent), GraphQLInterfaceType):
            waiting += [one for one in set(conditions(parent)) if one != parent]
        for name in named(parent).fields:
            if (parent, name) not in found:
                found.add((parent, name))
                below = node_of(parent, name)
                waiting += [below] if _is_branch(parent, name) else []
    return found
