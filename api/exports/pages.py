"""The rows of a list, page by page, as its owner may see them at that moment."""

from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from api.context import Context
from api.execution import answered
from api.exports.listing import AFTER, FIRST, Listing
from api.requests import Request
from domain.errors import InvalidInput
from domain.reasons import Reason

_AWAY = "UNAVAILABLE"
_DEFECT = "INTERNAL"


class Refused(Exception):
    """A page was answered with an error: its code and its message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message

    @property
    def is_defect(self) -> bool:
        """Whether the fault is ours."""
        return self.code == _DEFECT


class Away(Exception):
    """The database is away: the same page may be had later."""


class Contexts(Protocol):
    """Makes a context for each page: a moment, loaders and masks of its own."""

    def __call__(self) -> Context: ...


@dataclass(frozen=True)
class Page:
    """Rows as lines of JSON.

    Parameters:
        cursor: where the list goes on.
        masked: fields that are null for lack of a permission.
        last: whether the list ends here.
    """

    lines: bytes
    rows: int
    cursor: str | None
    masked: frozenset[str]
    last: bool


@dataclass(frozen=True)
class Reader:
    """Reads a list to its end.

    Parameters:
        size: rows of a page.
    """

    listing: Listing
    variables: dict[str, Any]
    size: int
    context: Contexts

    async def page(self, cursor: str | None) -> Page:
        """The rows after a cursor; the first ones after None.

        Raises: Refused; Away.
        """
        variables = {**self.variables, FIRST: self.size, AFTER: cursor}
        body = await _body(self.listing.page, variables, self.context())
        shown = body["data"][self.listing.key]
        rows, end = shown["nodes"], shown["pageInfo"]
        return Page(
            lines=b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows),
            rows=len(rows),
            cursor=end["endCursor"] or cursor,
            masked=frozenset(_masked(body)),
            last=not end["hasNextPage"],
        )


async def length(listing: Listing, variables: dict[str, Any], context: Context) -> int:
    """How many rows the list has for the actor now.

    Raises: InvalidInput for arguments that the list does not take.
    """
    try:
        body = await _body(listing.count, variables, context)
    except Refused as refused:
        if refused.is_defect:
            raise
        raise InvalidInput("query", reason=Reason.DOCUMENT, detail=refused.message) from refused
    return body["data"][listing.key]["totalCount"]


async def _body(text: str, variables: dict[str, Any], context: Context) -> dict[str, Any]:
    answer = await answered(Request(text, variables), context)
    errors = answer.body.get("errors")
    if not errors:
        return answer.body
    code = errors[0]["extensions"]["code"]
    if code == _AWAY:
        raise Away
    raise Refused(code, errors[0]["message"])


def _masked(body: dict[str, Any]) -> list[str]:
    """Names of fields below a row, ``contacts.phone``, that the role may not read."""
    return [
        ".".join(part for part in masked["path"][2:] if isinstance(part, str))
        for masked in body.get("extensions", {}).get("masked", ())
        if masked["reason"] == "NOT_PERMITTED"
    ]
