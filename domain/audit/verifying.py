"""Walks the sealed audit trail from its beginning and finds the first row that is not as it was."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import asyncpg

from domain.audit.chain import BEGINNING, TEXT, Head, chained

_AT_A_TIME = 5000
"""Rows that are held at once."""

_WALK = f"""
    SELECT chain.seq, chain.entry_id, chain.hash, {TEXT} AS text
    FROM audit_chain AS chain LEFT JOIN audit_entry AS entry ON entry.id = chain.entry_id
    ORDER BY chain.seq
"""
_UNCHAINED = """
    SELECT min(id) FROM audit_entry AS entry
    WHERE NOT EXISTS (SELECT FROM audit_chain WHERE entry_id = entry.id)
    AND NOT EXISTS (SELECT FROM audit_unsealed WHERE entry_id = entry.id)
"""
_VANISHED = """
    SELECT min(entry_id) FROM audit_unsealed
    WHERE NOT EXISTS (SELECT FROM audit_entry WHERE id = entry_id)
"""


class Tampering(StrEnum):
    """What was done to the trail."""

    CHANGED = "CHANGED"
    """An entry, or its hash, is not what it was."""
    DELETED = "DELETED"
    """An entry is gone that the chain has."""
    UNLINKED = "UNLINKED"
    """A link of the chain is gone."""
    INSERTED = "INSERTED"
    """An entry came in past the service: it was never to be sealed."""
    VANISHED = "VANISHED"
    """An entry is gone that was yet to be sealed."""
    REWRITTEN = "REWRITTEN"
    """The chain fits together, but it is not the one that the log outside knows."""
    CUT = "CUT"
    """The log outside knows entries at the end that are gone."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The first row that is not as it was.

    Parameters:
        seq: its place in the chain; None for what has none. Of a chain that was made anew the
            place after the last head that is the log's.
        entry_id: the entry; None where nobody can say which it was.
    """

    tampering: Tampering
    seq: int | None
    entry_id: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk has found.

    Parameters:
        walked: sealed entries that were as they had been.
        waiting: entries that are yet to be sealed.
        finding: None where all is well.
        known: up to which place the log outside has the same chain; 0 without a log.
    """

    walked: int
    waiting: int
    finding: Finding | None
    known: int


async def verify(
    connection: asyncpg.Connection,
    heads: Iterator[Head],
    progress: Callable[[int, int], None],
) -> Verdict:
    """Walk the trail as it is at one moment.

    Parameters:
        heads: those that the log outside had before that moment, in its order.
        progress: called with the rows done and all rows.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        total = await connection.fetchval("SELECT count(*) FROM audit_chain")
        walk = _Walk(connection, heads)
        async for row in connection.cursor(_WALK, prefetch=_AT_A_TIME):
            finding = await walk.step(row)
            if finding is not None:
                break
            if walk.last.seq % _AT_A_TIME == 0:
                progress(walk.last.seq, total)
        else:
            finding = walk.missing() or await _past_the_chain(connection)
        waiting = await connection.fetchval("SELECT count(*) FROM audit_unsealed")
    return Verdict(walk.last.seq, waiting, finding, walk.agreed)


class _Walk:
    """Where a walk has got to, in the chain and in the log."""

    def __init__(self, connection: asyncpg.Connection, heads: Iterator[Head]) -> None:
        self._connection = connection
        self._heads = heads
        self._known = next(heads, None)
        self.agreed = BEGINNING.seq
        self.last = BEGINNING

    async def step(self, row: Any) -> Finding | None:
        """The next link."""
        seq, entry_id = row["seq"], row["entry_id"]
        if seq != self.last.seq + 1:
            return Finding(Tampering.UNLINKED, self.last.seq + 1, None)
        if row["text"] is None:
            return Finding(Tampering.DELETED, seq, entry_id)
        if chained(self.last.hash, row["text"]) != row["hash"]:
            return Finding(Tampering.CHANGED, seq, entry_id)
        head = Head(seq, row["hash"])
        while self._known is not None and self._known.seq <= seq:
            if self._known != head and not await self._was(self._known):
                return Finding(Tampering.REWRITTEN, self.agreed + 1, None)
            self.agreed = max(self.agreed, self._known.seq)
            self._known = next(self._heads, None)
        self.last = head
        return None

    def missing(self) -> Finding | None:
        """What the log knows beyond the chain's end."""
        cut = self._known is not None and self._known.seq > self.last.seq
        return Finding(Tampering.CUT, self.last.seq + 1, None) if cut else None

    async def _was(self, head: Head) -> bool:
        """Whether the chain has a head that stands behind a later one in the log: two sealers
        wrote it one after the other, or a tail that was cut has grown anew."""
        statement = "SELECT hash FROM audit_chain WHERE seq = $1"
        return await self._connection.fetchval(statement, head.seq) == head.hash


async def _past_the_chain(connection: asyncpg.Connection) -> Finding | None:
    for tampering, statement in (
        (Tampering.INSERTED, _UNCHAINED),
        (Tampering.VANISHED, _VANISHED),
    ):
        entry_id = await connection.fetchval(statement)
        if entry_id is not None:
            return Finding(tampering, None, entry_id)
    return None
