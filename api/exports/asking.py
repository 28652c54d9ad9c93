"""From what a client asks for to what is to be exported."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from api.asked_fields import declared_fields
from api.context import Context
from api.exports.listing import listing_in
from api.exports.pages import length
from api.own_documents import declared, handed_in
from api.plan.shapes import Computed
from domain.errors import InvalidInput
from domain.exports.asked import Asked
from domain.exports.service import Wanted
from domain.reasons import Reason

if TYPE_CHECKING:
    from api.exports.mutations import ExportStartInput


async def wanted(context: Context, given: "ExportStartInput") -> Wanted:
    """The list, looked at as it will be read: whatever refuses a page is refused at once.

    Raises: InvalidInput, also for what is shown for a purpose: a file has none, and no moment at
        which it is read; QueryTooLarge where a single row is more than one request may ask for.
    """
    listing = listing_in(handed_in(context, given.query, given.document_id), given.operation_name)
    if revealed := list(_revealed(listing.text)):
        raise InvalidInput("query", reason=Reason.FOR_A_PURPOSE, fields=", ".join(revealed))
    variables = declared(listing.declared(), given.variables or {})
    listing.check(variables)
    listing.page_size(variables)
    return Wanted(
        asked=Asked(listing.text, variables).sealed(context.vault),
        list_name=listing.name,
        expected_rows=await length(listing, variables, _ours(context)),
        language=context.language.value,
    )


def _revealed(text: str) -> Iterator[str]:
    """Fields that are shown for a purpose only."""
    for name, field in declared_fields(text):
        if isinstance(field, Computed) and field.named is not None:
            yield name


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
