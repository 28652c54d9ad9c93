"""From what a client asks for to what is to be exported."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from api.auth.scopes import OWN_DOCUMENTS
from api.context import Context
from api.documents import Document, prepared
from api.exports.listing import Listing, listing_in
from api.exports.pages import length
from api.refusals import Refusal
from api.requests import MAX_DOCUMENT, BadRequest, Request
from api.texts import error_text
from domain.errors import InvalidInput
from domain.exports.service import Wanted
from domain.reasons import Reason

if TYPE_CHECKING:
    from api.exports.mutations import ExportStartInput

MOST_VARIABLES = 16 * 1024
"""Characters of an export's variables as JSON."""


async def wanted(context: Context, given: "ExportStartInput") -> Wanted:
    """The list, looked at as it will be read: whatever refuses a page is refused at once.

    Raises: InvalidInput; QueryTooLarge where a single row is more than one request may ask for.
    """
    listing = listing_in(_document(context, given), given.operation_name)
    variables = _declared(listing, given.variables or {})
    listing.check(variables)
    listing.page_size(variables)
    return Wanted(
        document=listing.text,
        variables=variables,
        list_name=listing.name,
        expected_rows=await length(listing, variables, _ours(context)),
        language=context.language.value,
    )


def _declared(listing: Listing, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the operation asks for of what the client sends: the rest is nothing to be stored.

    Raises: InvalidInput("variables") for more than is stored of them.
    """
    declared = listing.declared()
    variables = {name: value for name, value in given.items() if name in declared}
    if len(orjson.dumps(variables).decode()) > MOST_VARIABLES:
        raise InvalidInput("variables", reason=Reason.TOO_LONG, most=MOST_VARIABLES)
    return variables


def _ours(context: Context) -> Context:
    """The same actor's, for a document that we have written: it is no client's to be trusted."""
    return Context(
        database=context.database,
        actor=context.actor,
        language=context.language,
        request_id=context.request_id,
        feed=context.feed,
        vault=context.vault,
        purse=context.purse,
    )


def _document(context: Context, given: "ExportStartInput") -> Document:
    """What the client may have executed here, it may have exported."""
    if (given.query is None) == (given.document_id is None):
        raise InvalidInput("query", reason=Reason.QUERY_OR_DOCUMENT_ID)
    if given.query is not None and len(given.query) > MAX_DOCUMENT:
        raise InvalidInput("query", reason=Reason.TOO_LONG, most=MAX_DOCUMENT)
    if context.documents is None:
        return prepared(given.query or "")
    asked = Request(given.query or "", document_id=given.document_id)
    try:
        return context.documents.of(asked, own=context.allows(OWN_DOCUMENTS))
    except (Refusal, BadRequest) as error:
        field = "query" if given.document_id is None else "document_id"
        facts = error.facts if isinstance(error, Refusal) else {"reason": str(error)}
        code = error.code if isinstance(error, Refusal) else "BAD_REQUEST"
        detail = error_text(code, facts, context.language)
        raise InvalidInput(field, reason=Reason.DOCUMENT, detail=detail) from error
