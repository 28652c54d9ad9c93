"""One answer in the making: what plans note while they write it."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from api.context import Context
from domain.outbox import HEAD

if TYPE_CHECKING:
    from api.plan.values import Reference

Path = Any
"""A place in the answer: None, or the pair of the place above and a key; flattened if needed."""


@dataclass(slots=True)
class Run:
    """One answer in the making.

    Parameters:
        hidden: what is null although there is something.
        disclosed: the sensitive data that the answer shows: of which table, whose, which field.
        position: of the stream of changes, where a page shows it.
        wanted: while Python values are looked through, the keys of the rows that they point to.
        rows: those rows.
    """

    context: Context
    hidden: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    disclosed: set[tuple[str, UUID, str]] = field(default_factory=set[tuple[str, UUID, str]])
    position: int | None = None
    wanted: "defaultdict[Reference, dict[Any, None]] | None" = None
    rows: "dict[Reference, Any]" = field(default_factory=dict[Any, Any])

    async def place(self) -> None:
        """Note where the stream stands, before what a page shows is read."""
        found = await self.context.rows(HEAD, (), once=True)
        # Another page may be read since its own look: to resume too early misses nothing.
        known = self.position
        self.position = found[0][0] if known is None else min(known, found[0][0])


def hide(run: Run, path: Path, reason: str) -> None:
    """Note why the value at a path is null."""
    run.hidden.append({"path": flat(path), "reason": reason})


def disclose(run: Run, table: str, key: UUID | None, name: str, value: Any) -> Any:
    """Note that sensitive data is shown; there is none where the value is null.

    Returns: the value.
    """
    if value is not None and key is not None:
        run.disclosed.add((table, key, name))
    return value


def flat(path: Path) -> list[str | int]:
    """A path as GraphQL shows it."""
    keys: list[str | int] = []
    while path is not None:
        path, key = path
        keys.append(key)
    return keys[::-1]
