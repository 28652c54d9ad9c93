"""What a document must keep to beside GraphQL's own rules."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, cast

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    IntValueNode,
    SelectionSetNode,
)
from graphql.language.ast import Node

from api.complexity import Size
from domain.errors import QueryTooLarge

MAX_OBJECTS = 20_000
"""Objects that an answer may hold, by the sizes that the document asks for."""

MAX_LEVELS = 25
MAX_FIELDS = 2000
MAX_ALIASES = 200
MAX_DIRECTIVES = 100
MAX_MUTATIONS = 10
MAX_FRAGMENTS = 30
MAX_REPEATS = 10
"""How often one selection set may name the same response key: comparing them is quadratic."""

MAX_DIGITS = 40


def too_large(reason: str) -> GraphQLError:
    """The refusal of a document for what it asks."""
    return GraphQLError(reason, original_error=QueryTooLarge(reason=reason))


def excessive(size: Size, *, mutates: bool) -> str | None:
    """Why an operation of that size asks for more than a process can answer in a moment; None if
    it does not.

    Parameters:
        mutates: whether the operation is a mutation.
    """
    if mutates and size.side_by_side > MAX_MUTATIONS:
        return f"{size.side_by_side} mutations, at most {MAX_MUTATIONS}"
    bounds = (
        (size.levels, MAX_LEVELS, "levels"),
        (size.fields, MAX_FIELDS, "fields"),
        (size.aliases, MAX_ALIASES, "aliases"),
        (size.directives, MAX_DIRECTIVES, "directives"),
        (size.objects, MAX_OBJECTS, "objects"),
    )
    for asked, most, what in bounds:
        if asked > most:
            return f"{asked} {what}, at most {most}"
    return None


def unreasonable(document: DocumentNode) -> str | None:
    """Why validation of the document would take too long; None where it would not."""
    fragments = sum(isinstance(one, FragmentDefinitionNode) for one in document.definitions)
    if fragments > MAX_FRAGMENTS:
        return f"{fragments} fragments, at most {MAX_FRAGMENTS}"
    directives = 0
    for node in _nodes(document):
        if isinstance(node, DirectiveNode):
            directives += 1
        if isinstance(node, SelectionSetNode) and _most_repeats(node) > MAX_REPEATS:
            return f"a field named more than {MAX_REPEATS} times side by side"
        if isinstance(node, IntValueNode) and len(node.value) > MAX_DIGITS:
            return f"a number of more than {MAX_DIGITS} digits"
    if directives > MAX_DIRECTIVES:
        return f"{directives} directives, at most {MAX_DIRECTIVES}"
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
