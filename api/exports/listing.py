"""A query of one list, as a client would show it, becomes queries of its pages and of its length.

The client leaves the paging to us: ``{ elders(filter: {…}) { nodes { id name } } }``. What is asked
for each page is an operation like any other, so it is bounded, planned and masked like any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    parse,
    print_ast,
)

from api.documents import Document, prepared
from api.limits import excessive
from api.operations import Operation
from api.own_documents import check_variables, chosen, invalid, names_declared
from api.plan.quick_arguments import variables_in
from api.relay import MAX_PAGE
from api.schema import core
from domain.errors import InvalidInput, QueryTooLarge
from domain.reasons import Reason

FIRST, AFTER = "exportFirst", "exportAfter"
"""Our variables, beside the client's."""

_PAGING = frozenset({"first", "after", "last", "before"})

_SIZES = (MAX_PAGE, 100, 50, 20, 10, 5, 1)
"""Rows of a page, from many to one: what is long itself comes few at a time."""

_PAGE = parse(
    f"query (${FIRST}: Int, ${AFTER}: String) {{ list(first: ${FIRST}, after: ${AFTER})"
    " { pageInfo { hasNextPage endCursor } } }"
)
_COUNT = parse("{ list(first: 0) { totalCount } }")


@dataclass(frozen=True)
class Listing:
    """A list that can be exported.

    Parameters:
        name: the list's field.
        key: its place in an answer.
        text: the client's operation, alone.
        page: the query of a page.
        count: the query of its length.
    """

    name: str
    key: str
    text: str
    page: str
    count: str

    def page_size(self, variables: Mapping[str, Any]) -> int:
        """How many rows to ask for at a time.

        Raises: QueryTooLarge where a single row holds more than one request may ask for.
        """
        operation = self.operation()
        reason = None
        for size in _SIZES:
            reason = excessive(operation.points({**variables, FIRST: size}))
            if reason is None:
                return size
        raise QueryTooLarge("query", reason=reason)

    def check(self, variables: Mapping[str, Any]) -> None:
        """Whether the variables are those that the client's operation declares.

        Raises: InvalidInput("variables").
        """
        check_variables(self.operation(), variables)

    def declared(self) -> frozenset[str]:
        """Names of the variables that the client's operation declares."""
        return names_declared(self.operation()) - {FIRST, AFTER}

    def operation(self) -> Operation:
        """What is asked for each page. Raises: InvalidInput("query")."""
        document = prepared(self.page)
        if document.errors:
            raise invalid(document)
        return document.operation(None)


def listing_in(document: Document, name: str | None) -> Listing:
    """The list that an operation asks for.

    Parameters:
        name: of the operation; None for the only one.
    Raises: InvalidInput("query" or "operationName") for anything but a query of one list and its
        rows.
    """
    _, text = chosen(document, name)
    listing = listing_of(text)
    listing.operation()  # its errors are the client's
    return listing


def field_names(text: str) -> frozenset[str]:
    """The names of all fields in a document."""
    names: set[str] = set()
    waiting: list[Any] = [parse(text)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, FieldNode):
            names.add(node.name.value)
        waiting += getattr(node, "definitions", None) or ()
        chosen = getattr(node, "selection_set", None)
        waiting += chosen.selections if chosen else ()
    return frozenset(names)


@lru_cache(maxsize=256)
def listing_of(text: str) -> Listing:
    """The same for the text of one operation and its fragments.

    Raises: InvalidInput("query").
    """
    document = parse(text)
    (operation,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    field = _list_in(operation)
    key = (field.alias or field.name).value
    page = print_ast(_paged(document, operation, field))
    count = print_ast(_counted(operation, field))
    return Listing(field.name.value, key, text, page, count)


def _list_in(operation: OperationDefinitionNode) -> FieldNode:
    """The root field, if it is a list of which nothing but the rows are asked for."""
    (field, *more) = operation.selection_set.selections
    if (
        operation.operation is not OperationType.QUERY
        or operation.directives
        or more
        or not isinstance(field, FieldNode)
        or field.directives
        or not _is_list(field.name.value)
        or any(argument.name.value in _PAGING for argument in field.arguments or ())
    ):
        raise _no_list()
    (rows, *more) = field.selection_set.selections if field.selection_set else (None,)
    plain = isinstance(rows, FieldNode) and rows.name.value == "nodes" and not rows.directives
    if more or not plain or (cast(FieldNode, rows).alias is not None):
        raise _no_list()
    return field


def _is_list(name: str) -> bool:
    """Whether a root field is a connection."""
    assert core.query_type is not None
    field = core.query_type.fields.get(name)
    if field is None or not field.args.keys() >= _PAGING:
        return False
    kind = cast(Any, get_named_type(field.type))  # pyright: ignore[reportUnknownMemberType]
    return "nodes" in kind.fields


def _paged(
    document: DocumentNode, operation: OperationDefinitionNode, field: FieldNode
) -> DocumentNode:
    ours, our_field = _parts(_PAGE)
    assert field.selection_set is not None
    assert our_field.selection_set is not None
    rows = field.selection_set.selections + our_field.selection_set.selections
    paged = _with(
        field,
        arguments=(*(field.arguments or ()), *(our_field.arguments or ())),
        selection_set=_with(field.selection_set, selections=rows),
    )
    variables = (*(operation.variable_definitions or ()), *(ours.variable_definitions or ()))
    changed = _operation(operation, paged, variables)
    fragments = [one for one in document.definitions if one is not operation]
    return DocumentNode(definitions=(changed, *fragments))


def _counted(operation: OperationDefinitionNode, field: FieldNode) -> DocumentNode:
    _, our_field = _parts(_COUNT)
    counted = _with(
        field,
        arguments=(*(field.arguments or ()), *(our_field.arguments or ())),
        selection_set=our_field.selection_set,
    )
    used = {name for one in field.arguments or () for name in variables_in(one)}
    definitions = operation.variable_definitions or ()
    variables = tuple(one for one in definitions if one.variable.name.value in used)
    return DocumentNode(definitions=(_operation(operation, counted, variables),))


def _parts(document: DocumentNode) -> tuple[OperationDefinitionNode, FieldNode]:
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    (field,) = operation.selection_set.selections
    assert isinstance(field, FieldNode)
    return operation, field


def _operation(operation: OperationDefinitionNode, field: FieldNode, variables: Any) -> Any:
    selected = _with(operation.selection_set, selections=(field,))
    return _with(operation, selection_set=selected, variable_definitions=variables)


def _with(node: Any, **changes: Any) -> Any:
    """The node with other parts: nodes are shared, so none is changed."""
    return type(node)(**{**{key: getattr(node, key, None) for key in node.keys}, **changes})


def _no_list() -> InvalidInput:
    return InvalidInput("query", reason=Reason.EXPORTABLE)
