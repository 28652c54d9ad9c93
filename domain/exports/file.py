"""An export's file as its owner fetches it: read piece by piece, sealed piece by piece."""

import asyncio
import zlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from domain.access import Actor
from domain.crypto import Vault, place
from domain.database import Database
from domain.exports.lifecycle import ExportState
from domain.exports.models import Export, ExportPiece
from domain.exports.visibility import export_visible, owner_stands

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


def packed(vault: Vault, export_id: UUID, starts_at: int, lines: bytes) -> bytes:
    """Lines as they lie in the database: what is sealed there stays sealed, and in its place."""
    return vault.seal_bytes(zlib.compress(lines, _FAST), _place(export_id, starts_at))


async def owned(database: Database, actor: Actor, export_id: UUID) -> Export | None:
    """An export of the actor's; None where there is none, or where they may no longer have what is
    in it."""
    statement = select(Export).where(
        col(Export.id) == export_id, export_visible(actor), owner_stands()
    )
    async with database.reading(primary=True) as connection:
        row = (await connection.execute(statement)).mappings().first()
    return Export(**row) if row else None


async def part_at(
    database: Database, vault: Vault, actor: Actor, export_id: UUID, offset: int
) -> Part | None:
    """The piece that holds the byte at an offset; None where the actor may have none (any more)."""
    statement = (
        select(col(ExportPiece.starts_at), col(ExportPiece.body))
        .join(Export, col(Export.id) == col(ExportPiece.export_id))
        .where(
            col(Export.id) == export_id,
            export_visible(actor),
            owner_stands(),
            col(Export.state) == ExportState.DONE,
            col(Export.expires_at) > func.now(),
            col(ExportPiece.starts_at) <= offset,
        )
        .order_by(col(ExportPiece.starts_at).desc())
        .limit(1)
    )
    rows = await database.fetch(statement, primary=True)
    if not rows:
        return None
    starts_at, body = rows[0]
    # Half a megabyte to decompress: others are waiting for this process, too.
    return await asyncio.to_thread(opened, vault, export_id, starts_at, body)


def opened(vault: Vault, export_id: UUID, starts_at: int, body: bytes) -> Part:
    """A piece as it was before ``packed``."""
    return Part(starts_at, zlib.decompress(vault.open_bytes(body, _place(export_id, starts_at))))


def _place(export_id: UUID, starts_at: int) -> str:
    """A piece that is moved, to another place or another file, does not open."""
    return place("export_piece.body", export_id, starts_at)
