"""How much a document asks for, before anything is read for it.

Without this, five short levels of lists would keep a process busy for minutes: what is bounded is
the number of objects that an answer can hold, counted from the sizes that the document asks for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)
from strawberry.utils.str_converters import to_camel_case

from api.plan.shapes import USUAL_LENGTH, Many, declared_types
from api.relay import MAX_PAGE


@dataclass
class Measure:
    """Counts the objects that one operation may answer with.

    Parameters:
        fragments: the document's, by name.
        pages: sizes of pages that variables give, by the variables' names; None for none.
    """

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    pages: Mapping[str, int | None]
    _known: dict[tuple[str, int], tuple[int, int]] = field(
        default_factory=dict[tuple[str, int], tuple[int, int]]
    )

    def of(self, operation: OperationDefinitionNode) -> tuple[int, int]:
        """Objects, and levels of fields."""
        root = self.schema.get_root_type(operation.operation)
        return self._of_selections(operation.selection_set, root, 1)

    def _of_selections(
        self, selections: SelectionSetNode | None, parent: Any, page: int
    ) -> tuple[int, int]:
        measured = [self._of_selection(one, parent, page) for one in _children(selections)]
        return sum(objects for objects, _ in measured), max(
            (deep for _, deep in measured), default=0
        )

    def _of_selection(self, selection: Any, parent: Any, page: int) -> tuple[int, int]:
        if isinstance(selection, FieldNode):
            return self._of_field(selection, parent, page)
        if isinstance(selection, FragmentSpreadNode):
            return self._of_fragment(selection.name.value, page)
        condition = selection.type_condition
        within = self.schema.get_type(condition.name.value) if condition else parent
        return self._of_selections(selection.selection_set, within, page)

    def _of_fragment(self, name: str, page: int) -> tuple[int, int]:
        known = self._known.get((name, page))
        if known is None:
            fragment = self.fragments[name]
            within = self.schema.get_type(fragment.type_condition.name.value)
            known = self._of_selections(fragment.selection_set, within, page)
            self._known[name, page] = known
        return known

    def _of_field(self, node: FieldNode, parent: Any, page: int) -> tuple[int, int]:
        definition: Any = getattr(parent, "fields", {}).get(node.name.value)
        named = cast(Any, get_named_type(definition.type)) if definition else None
        if not is_composite_type(named):
            return 0, 1
        size = self._page_size(node) if "first" in definition.args else page
        below, deep = self._of_selections(node.selection_set, named, size)
        length = 1
        if _is_list(definition.type):
            in_page = parent.name.endswith(("Connection", "Page"))
            length = page if in_page else _length(parent.name, node.name.value)
        return length * (1 + below), deep + 1

    def _page_size(self, node: FieldNode) -> int:
        for value in _sizes_asked(node):
            if isinstance(value, IntValueNode):
                return _within_a_page(int(value.value))
            if isinstance(value, VariableNode):
                given = self.pages[value.name.value]
                if given is not None:
                    return given
        return MAX_PAGE


def page_variables(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> dict[str, Any]:
    """Variables that a measure may look at, with their defaults; None for none that is a size."""
    definitions = {one.variable.name.value: one for one in operation.variable_definitions or ()}
    found: dict[str, Any] = {}
    for name in _asked_by_variables([operation, *fragments.values()]):
        # A fragment of the document may be another operation's.
        if name in definitions:
            default = definitions[name].default_value
            found[name] = int(default.value) if isinstance(default, IntValueNode) else None
    return found


def given_pages(names: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, int | None]:
    """Sizes of pages by variables' names, as a measure takes them.

    Parameters:
        names: from ``page_variables``.
        variables: as the request gave them.
    """
    given = {name: variables.get(name, default) for name, default in names.items()}
    return {
        name: _within_a_page(value) if isinstance(value, int) else None
        for name, value in given.items()
    }


def _asked_by_variables(
    definitions: Sequence[OperationDefinitionNode | FragmentDefinitionNode],
) -> Iterator[str]:
    waiting: list[Any] = list(definitions)
    while waiting:
        node = waiting.pop()
        waiting += _children(getattr(node, "selection_set", None))
        if isinstance(node, FieldNode):
            for value in _sizes_asked(node):
                if isinstance(value, VariableNode):
                    yield value.name.value


def _sizes_asked(node: FieldNode) -> Iterator[Any]:
    for argument in node.arguments or ():
        if argument.name.value in ("first", "last"):
            yield argument.value


def _within_a_page(asked: int) -> int:
    """Rows that are read for a page: one more tells whether the list goes on. A negative size is
    refused later; here it must not make up for others."""
    return max(0, min(asked, MAX_PAGE)) + 1


def _children(selections: SelectionSetNode | None) -> Iterator[Any]:
    yield from selections.selections if selections else ()


def _is_list(kind: Any) -> bool:
    # A non-null type's name ends with "!", a list's then with "]".
    return str(kind).rstrip("!").endswith("]")


def _length(type_name: str, field_name: str) -> int:
    """How many rows a list usually holds that cannot be paged."""
    if field_name == "nodes":
        return MAX_PAGE
    return _lengths().get((type_name, field_name), USUAL_LENGTH)


@cache
def _lengths() -> dict[tuple[str, str], int]:
    return {
        (row_type.cls.__name__, to_camel_case(name)): declaration.usual_length
        for row_type in declared_types()
        for name, declaration in row_type.fields.items()
        if isinstance(declaration, Many)
    }
