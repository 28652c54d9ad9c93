"""Files about people as the database keeps them: in pieces that lie one after the other, each
compressed, sealed, and bound to its place."""

import asyncio
import zlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from domain.crypto import Vault, place
from domain.database import Database

_FAST = 1
"""zlib's level: lines of JSON become a fifth of their size at any."""


@dataclass(frozen=True)
class Part:
    """Bytes of a file.

    Parameters:
        starts_at: the place of the first one.
    """

    starts_at: int
    content: bytes


@dataclass(frozen=True)
class Pieces:
    """Where the pieces of a file lie.

    Parameters:
        table: theirs; it has ``starts_at`` and ``body``.
        file: its column with the file's key.
    """

    table: Any
    file: Any

    def packed(self, vault: Vault, key: UUID, starts_at: int, content: bytes) -> bytes:
        """Bytes as they lie in the database: what is sealed there stays sealed, in its place."""
        return vault.seal_bytes(zlib.compress(content, _FAST), self._place(key, starts_at))

    async def part_at(
        self, database: Database, vault: Vault, key: UUID, offset: int, theirs: ColumnElement[bool]
    ) -> Part | None:
        """The piece of a file that holds the byte at an offset; None where it is not there to be
        had (any more).

        Parameters:
            theirs: whether the file is for whoever reads it, now.
        """
        held = self.file == key, self.table.starts_at <= offset
        piece = select(self.table.starts_at, self.table.body).where(*held, theirs)
        last = piece.order_by(self.table.starts_at.desc()).limit(1)
        rows = await database.fetch(last, primary=True)
        if not rows:
            return None
        starts_at, body = rows[0]
        # Half a megabyte to decompress: others are waiting for this process, too.
        return await asyncio.to_thread(self._opened, vault, key, starts_at, body)

    def _opened(self, vault: Vault, key: UUID, starts_at: int, body: bytes) -> Part:
        opened = vault.open_bytes(body, self._place(key, starts_at))
        return Part(starts_at, zlib.decompress(opened))

    def _place(self, key: UUID, starts_at: int) -> str:
        """A piece that is moved, to another place or another file, does not open."""
        return place(f"{self.table.__tablename__}.body", key, starts_at)
