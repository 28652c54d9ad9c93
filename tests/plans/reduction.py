"""Makes a document smaller for as long as what was wrong with its answers stays wrong."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

Wrong = Callable[[str], Awaitable[bool]]

_REMOVABLE = (
    OperationDefinitionNode,
    FieldNode,
    InlineFragmentNode,
    FragmentSpreadNode,
    DirectiveNode,
    ArgumentNode,
    ObjectFieldNode,
)


async def reduced(document: str, wrong: Wrong) -> str:
    """A document that is still wrong, and right with anything less.

    Parameters:
        wrong: whether a document shows what is to be shown.
    """
    try:
        node = parse(document, no_location=True)
    except GraphQLError:
        return document
    found = True
    while found:
        found = False
        for smaller in _smaller(node):
            if await wrong(print_ast(smaller)):
                node, found = smaller, True
                break
    return print_ast(node)


def _smaller(document: DocumentNode) -> Iterator[DocumentNode]:
    """With one thing less each, from the whole to the parts."""
    for target in _nodes(document):
        if isinstance(target, _REMOVABLE):
            yield _tidied(visit(document, _Without(target)))
        if isinstance(target, InlineFragmentNode):
            yield _tidied(visit(document, _Opened(target)))


class _Without(Visitor):
    def __init__(self, target: Node) -> None:
        super().__init__()
        self._target = target

    def enter(self, node: Node, *_: Any) -> Any:
        return REMOVE if node is self._target else None


class _Opened(Visitor):
    """The selections of an inline fragment in its place."""

    def __init__(self, target: InlineFragmentNode) -> None:
        super().__init__()
        self._target = target

    def enter_selection_set(self, node: Any, *_: Any) -> Any:
        if not any(one is self._target for one in node.selections):
            return None
        inner = self._target.selection_set.selections
        parts = [inner if one is self._target else (one,) for one in node.selections]
        return type(node)(selections=tuple(one for part in parts for one in part))


def _tidied(document: DocumentNode) -> DocumentNode:
    """Without fragments and variables that nothing uses any more."""
    nodes = list(_nodes(document))
    spread = {one.name.value for one in nodes if isinstance(one, FragmentSpreadNode)}
    declared = {id(one.variable) for one in nodes if isinstance(one, VariableDefinitionNode)}
    used = {
        one.name.value for one in nodes if isinstance(one, VariableNode) and id(one) not in declared
    }
    for one in nodes:
        unused = (isinstance(one, FragmentDefinitionNode) and one.name.value not in spread) or (
            isinstance(one, VariableDefinitionNode) and one.variable.name.value not in used
        )
        if unused:
            return _tidied(visit(document, _Without(one)))
    return document


def _nodes(document: DocumentNode) -> Iterator[Node]:
    """Those that lie higher come first."""
    level: list[Node] = [document]
    while level:
        yield from level
        parts = [getattr(node, key, None) for node in level for key in node.keys]
        flat = [one for part in parts for one in (part if isinstance(part, tuple) else (part,))]
        level = [one for one in flat if isinstance(one, Node)]
