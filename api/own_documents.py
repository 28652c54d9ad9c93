"""Documents that clients hand in to have them executed later, by us: for exports and webhooks."""

from collections.abc import Mapping
from typing import Any

import orjson
from graphql import print_ast, separate_operations

from api.auth.scopes import OWN_DOCUMENTS
from api.context import Context
from api.documents import Document, NoSuchOperation, prepared
from api.operations import Operation
from api.refusals import Refusal
from api.requests import MAX_DOCUMENT, BadRequest, Request
from api.texts import error_text
from domain.errors import InvalidInput
from domain.reasons import Reason

MOST_VARIABLES = 16 * 1024
"""Characters of variables as JSON: they are stored."""


def handed_in(context: Context, query: str | None, document_id: str | None) -> Document:
    """What the client may have executed here, by its text or its id.

    Raises: InvalidInput("query" or "document_id").
    """
    if (query is None) == (document_id is None):
        raise InvalidInput("query", reason=Reason.QUERY_OR_DOCUMENT_ID)
    if query is not None and len(query) > MAX_DOCUMENT:
        raise InvalidInput("query", reason=Reason.TOO_LONG, most=MAX_DOCUMENT)
    if context.documents is None:
        return prepared(query or "")
    asked = Request(query or "", document_id=document_id)
    try:
        return context.documents.of(asked, own=context.allows(OWN_DOCUMENTS))
    except (Refusal, BadRequest) as error:
        field = "query" if document_id is None else "document_id"
        facts = error.facts if isinstance(error, Refusal) else {"reason": str(error)}
        code = error.code if isinstance(error, Refusal) else "BAD_REQUEST"
        detail = error_text(code, facts, context.language)
        raise InvalidInput(field, reason=Reason.DOCUMENT, detail=detail) from error


def names_declared(operation: Operation) -> frozenset[str]:
    """Names of the variables that an operation declares."""
    definitions = operation.node.variable_definitions or ()
    return frozenset(one.variable.name.value for one in definitions)


def declared(names: frozenset[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """What an operation asks for of what the client sends: the rest is nothing to be stored.

    Parameters:
        names: of the variables that it declares.
    Raises: InvalidInput("variables") for more than is stored of them.
    """
    variables = {name: value for name, value in given.items() if name in names}
    if len(orjson.dumps(variables).decode()) > MOST_VARIABLES:
        raise InvalidInput("variables", reason=Reason.TOO_LONG, most=MOST_VARIABLES)
    return variables


def chosen(document: Document, name: str | None) -> tuple[Operation, str]:
    """One of a document's operations, and its text, alone with its fragments.

    Parameters:
        name: of the operation; None for the only one.
    Raises: InvalidInput("query" or "operation_name").
    """
    if document.errors or document.node is None:
        raise invalid(document)
    try:
        operation = document.operation(name)
    except NoSuchOperation as error:
        raise InvalidInput("operation_name", reason=Reason.WHICH_OPERATION) from error
    own_name = operation.node.name.value if operation.node.name else ""
    return operation, print_ast(separate_operations(document.node)[own_name])


def check_variables(operation: Operation, variables: Mapping[str, Any]) -> None:
    """Whether the variables are those that an operation declares. Raises:
    InvalidInput("variables")."""
    wrong = operation.coerced(variables)
    if isinstance(wrong, list):
        raise InvalidInput("variables", reason=Reason.DOCUMENT, detail=wrong[0].message)


def invalid(document: Document) -> InvalidInput:
    """Why a document with errors is not taken."""
    # What a wrong name might have been is for those who may see the schema.
    detail = document.errors[0].message.split(" Did you mean")[0]
    return InvalidInput("query", reason=Reason.DOCUMENT, detail=detail)
