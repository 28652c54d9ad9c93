"""Relay's conventions: global ids, keyset connections, opaque cursors."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
import strawberry

from api.describe import output
from domain.errors import InvalidInput
from domain.ids import parse_public_id
from domain.reasons import Reason

T = TypeVar("T")

MAX_PAGE = 200


@strawberry.interface(description="Anything with a global id, to be had again by `node`.")
class Node:
    """Anything with a global id."""

    id: strawberry.ID = strawberry.field(description="Global id: the type's prefix and a key.")


@output
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool
    """Whether more follows `endCursor`."""
    has_previous_page: bool
    """Whether something precedes `startCursor`."""
    start_cursor: str | None
    """Cursor of the page's first row."""
    end_cursor: str | None
    """Cursor of the page's last row."""


@output
class Edge(Generic[T]):
    """A row of a page and its place in the list."""

    cursor: str
    """Opaque place in the list; stable while rows come and go."""
    node: T
    """The row."""


@output
class Connection(Generic[T]):
    """A page of a list in a stable order."""

    edges: list[Edge[T]]
    """The page's rows with their cursors."""
    nodes: list[T]
    """The page's rows."""
    page_info: PageInfo
    """Where the page lies."""
    total_count: int
    """How many rows the whole list has for you; counted only when asked for."""


@dataclass(frozen=True)
class Page:
    """What a connection's fields read from."""

    nodes: list[Any]
    cursors: list[str]
    page_info: PageInfo
    count: Callable[[], Awaitable[int]]
    stream_position: int = 0

    @property
    def edges(self) -> list[Edge[Any]]:
        """Rows with their cursors."""
        pairs = zip(self.cursors, self.nodes, strict=True)
        return [Edge[Any](cursor=cursor, node=node) for cursor, node in pairs]

    @property
    def total_count(self) -> Awaitable[int]:
        """Counted when the field is resolved, not before."""
        return self.count()


@dataclass(frozen=True)
class PageArguments:
    """Which page; exactly one of ``first`` and ``last``.

    Raises: InvalidInput for none or both, or a size outside 0 to 200.
    """

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        if (self.first is None) == (self.last is None):
            raise InvalidInput("first", reason=Reason.FIRST_OR_LAST)
        if not 0 <= self.size <= MAX_PAGE:
            name = "first" if self.last is None else "last"
            raise InvalidInput(name, reason=Reason.RANGE, least=0, most=MAX_PAGE)

    @property
    def backward(self) -> bool:
        """Whether the page is the end of the list rather than its beginning."""
        return self.last is not None

    @property
    def size(self) -> int:
        """How many rows at most."""
        return self.first if self.last is None else self.last  # pyright: ignore[reportReturnType]


def encode_cursor(values: Sequence[Any]) -> str:
    """An opaque cursor for the values of a row's order columns."""
    plain = [value.hex if isinstance(value, UUID) else value for value in values]
    return base64.urlsafe_b64encode(orjson.dumps(plain)).decode().rstrip("=")


def cursor_of_key(key: str) -> str:
    """The same for rows in the order of their keys, five times as fast.

    Parameters:
        key: as 32 hex digits: of these and their brackets base64 makes neither ``=`` nor the two
            signs in which the alphabet for URLs differs.
    """
    return binascii.b2a_base64(f'["{key}"]'.encode(), newline=False).decode()


def decode_cursor(cursor: str, kinds: Sequence[type], argument: str = "after") -> list[Any]:
    """The values in a cursor.

    Parameters:
        kinds: the Python types of the order columns.
        argument: the name to refuse it by.
    Raises: InvalidInput for a text that is no cursor of this list.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = orjson.loads(base64.urlsafe_b64decode(padded.encode()))
        return [_typed(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (ValueError, TypeError, binascii.Error) as error:
        raise InvalidInput(argument, reason=Reason.NO_CURSOR) from error


def _typed(value: Any, kind: type) -> Any:
    if kind in (UUID, datetime, date) and not isinstance(value, str):
        raise TypeError
    if kind is UUID:
        return UUID(hex=value)
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    if type(value) is not kind:
        raise TypeError
    return value


def key_of(global_id: str, prefix: str, field: str = "id") -> UUID:
    """The key in a global id of one type.

    Parameters:
        field: the input's field that holds it, for the error.

    Raises: InvalidInput for an id of another type or none at all.
    """
    parsed = parse_public_id(global_id)
    if parsed is None or parsed[0] != prefix:
        raise InvalidInput(field, reason=Reason.ID_OF, prefix=f"{prefix}_")
    return parsed[1]


First = Annotated[
    int | None, strawberry.argument(description="How many rows from the beginning, at most 200.")
]
After = Annotated[str | None, strawberry.argument(description="Only rows after this cursor.")]
Last = Annotated[
    int | None, strawberry.argument(description="How many rows from the end, at most 200.")
]
Before = Annotated[str | None, strawberry.argument(description="Only rows before this cursor.")]
