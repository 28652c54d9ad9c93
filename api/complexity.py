"""What an operation may cost, before anything is read for it: the objects that it may answer with,
each at its price.

Each fragment is counted once for each size of page that it stands in. Without a bound five short
levels of lists would keep a process busy for minutes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple, cast

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

from api.plan.shapes import USUAL_LENGTH, Many, declared_types, unwrapped
from api.prices import price_of
from api.relay import MAX_PAGE
from domain.health.series import MOST as MOST_POINTS

SIZES: Final = {"first": MAX_PAGE, "last": MAX_PAGE, "points": MOST_POINTS}
"""Arguments that say how many rows the lists right below a field hold, and how many at most."""

_SIZED = ("Connection", "Page", "Series")
"""How types are called whose lists are as long as was asked for."""


class Objects(NamedTuple):
    """The objects of a field; of a scalar there are none.

    Parameters:
        kind: their type.
        number: how many there may be.
        points: what each costs.
        page: the size of pages below.
    """

    kind: Any
    number: int
    points: int
    page: int


@dataclass
class Measure:
    """Adds up the points of one operation.

    Parameters:
        fragments: the document's, by name.
        pages: sizes of pages that variables give, by the variables' names; None for none.

    Attributes:
        visited: how many selections have been looked at.
    """

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    pages: Mapping[str, int | None]
    visited: int = 0
    _known: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])

    def of(self, operation: OperationDefinitionNode) -> int:
        """What the operation may cost."""
        root = self.schema.get_root_type(operation.operation)
        return self.below(operation, root, 1)

    def below(self, node: Any, parent: Any, page: int) -> int:
        """The same of what is selected below a node.

        Parameters:
            parent: the type that it is selected of.
            page: how many rows the lists of a connection hold here.
        """
        return sum(self.of_selection(one, parent, page) for one in selections_of(node))

    def of_selection(self, selection: Any, parent: Any, page: int) -> int:
        """The same of a field, or of a fragment's fields; parameters as for ``below``."""
        self.visited += 1
        if isinstance(selection, FieldNode):
            found = self.objects_of(selection, parent, page)
            if not found.number:
                return 0
            return found.number * (found.points + self.below(selection, found.kind, found.page))
        if isinstance(selection, FragmentSpreadNode):
            return self._of_fragment(selection.name.value, page)
        return self.below(selection, parent_within(self.schema, selection, parent), page)

    def _of_fragment(self, name: str, page: int) -> int:
        known = self._known.get((name, page))
        if known is None:
            fragment = self.fragments[name]
            within = parent_within(self.schema, fragment, None)
            known = self._known[name, page] = self.below(fragment, within, page)
        return known

    def objects_of(self, node: FieldNode, parent: Any, page: int) -> Objects:
        """The objects of a field; parameters as for ``below``."""
        definition: Any = self.schema.get_field(parent, node.name.value) if parent else None
        named = cast(Any, get_named_type(definition.type)) if definition else None
        if not is_composite_type(named):
            return Objects(None, 0, 0, page)
        rows = 1
        if _is_list(definition.type):
            sized = parent.name.endswith(_SIZED)
            rows = page if sized else _length(parent.name, node.name.value)
        below = self._page_size(node, definition) if SIZES.keys() & definition.args.keys() else page
        return Objects(named, rows, price_of(definition), below)

    def _page_size(self, node: FieldNode, definition: Any) -> int:
        for name, value in _sizes_asked(node):
            if isinstance(value, IntValueNode):
                return _of_a_page(int(value.value), SIZES[name])
            if isinstance(value, VariableNode):
                given = self.pages[value.name.value]
                if given is not None:
                    return min(given, SIZES[name])
        return next(_usual_size(name, definition) for name in SIZES if name in definition.args)


def selections_of(node: Any) -> Sequence[Any]:
    """What is selected below a node."""
    selections: SelectionSetNode | None = getattr(node, "selection_set", None)
    return selections.selections if selections else ()


def parent_within(schema: GraphQLSchema, node: Any, parent: Any) -> Any:
    """The type whose fields a fragment selects.

    Parameters:
        node: a fragment, named or not.
        parent: the type where it stands, which a fragment without a condition goes by.
    """
    condition = node.type_condition
    return schema.get_type(condition.name.value) if condition else parent


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
        name: _of_a_page(value, max(SIZES.values())) if isinstance(value, int) else None
        for name, value in given.items()
    }


def _asked_by_variables(
    definitions: Sequence[OperationDefinitionNode | FragmentDefinitionNode],
) -> Iterator[str]:
    waiting: list[Any] = list(definitions)
    while waiting:
        node = waiting.pop()
        waiting += selections_of(node)
        if isinstance(node, FieldNode):
            for _, value in _sizes_asked(node):
                if isinstance(value, VariableNode):
                    yield value.name.value


def _sizes_asked(node: FieldNode) -> Iterator[tuple[str, Any]]:
    for argument in node.arguments or ():
        if argument.name.value in SIZES:
            yield argument.name.value, argument.value


def _usual_size(name: str, definition: Any) -> int:
    """What an argument means that nobody gives."""
    usual = definition.args[name].default_value
    return usual if isinstance(usual, int) else SIZES[name]


def _of_a_page(asked: int, most: int) -> int:
    """Rows of a page. A negative size is refused later; here it must not make up for others."""
    return max(0, min(asked, most))


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
        for name, given in row_type.fields.items()
        if isinstance(declaration := unwrapped(given), Many)
    }
