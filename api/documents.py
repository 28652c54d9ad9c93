"""A document's text becomes operations that may run: parsed, checked and validated once.

Whoever executes an operation, ordinarily or by a plan, takes it from here, so both keep to the
same rules and limits.
"""

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)

from api.limits import too_large, unreasonable
from api.operations import Operation
from api.schema import core

MAX_DOCUMENTS = 1000
"""How many are kept."""

MAX_TOKENS = 2000

MAX_ERRORS = 5
"""How many errors of one document are told: to find all of a bad one takes as long as to answer
hundreds."""

WHICH_OPERATION = "operationName must name one of the document's operations"


class NoSuchOperation(Exception):
    """The document has no operation of that name, or several where none is named."""


class Document:
    """A document: its errors, or its operations.

    Parameters:
        node: None where the text could not be parsed.
        errors: shared by all requests, so never changed; none for a document that may run.
    """

    def __init__(self, node: DocumentNode | None, errors: list[GraphQLError]) -> None:
        self.node = node
        self.errors = errors
        definitions = node.definitions if node and not errors else ()
        fragments = {
            one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)
        }
        self._operations = {
            one.name.value if one.name else None: Operation(self, one, fragments)
            for one in definitions
            if isinstance(one, OperationDefinitionNode)
        }

    def operation(self, name: str | None) -> Operation:
        """The operation of that name; without a name the only one.

        Raises: NoSuchOperation.
        """
        if name is None and len(self._operations) == 1:
            return next(iter(self._operations.values()))
        if name is None or name not in self._operations:
            raise NoSuchOperation
        return self._operations[name]


_kept: dict[str, Document] = {}
"""By their texts; the one that was asked for last stands last."""


def known(query: str) -> Document | None:
    """The document of a text that has been prepared lately."""
    document = _kept.pop(query, None)
    if document is not None:
        _kept[query] = document
    return document


def prepared(query: str) -> Document:
    """The document of a text, kept for whoever sends the text again, unless it has errors."""
    document = known(query) or compiled(query)
    if not document.errors:
        if len(_kept) >= MAX_DOCUMENTS:
            del _kept[next(iter(_kept))]
        _kept[query] = document
    return document


def forget() -> None:
    """Forget all documents."""
    _kept.clear()


def compiled(query: str) -> Document:
    """The document of a text, made anew."""
    if not query:
        return Document(None, [GraphQLError(WHICH_OPERATION)])
    try:
        node = parse(query, max_tokens=MAX_TOKENS)
    except GraphQLError as error:
        return Document(None, [error])
    return Document(node, _errors(node))


def _errors(node: DocumentNode) -> list[GraphQLError]:
    if not any(isinstance(one, OperationDefinitionNode) for one in node.definitions):
        return [GraphQLError(WHICH_OPERATION)]
    # Before GraphQL's own rules: they could take too long.
    if reason := unreasonable(node):
        return [too_large(reason)]
    return validate(core, node, specified_rules, max_errors=MAX_ERRORS)
