"""An export's file, for its owner."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlmodel import col

from domain.access import Actor
from domain.crypto import Vault
from domain.database import Database
from domain.exports.lifecycle import ExportState
from domain.exports.models import Export, ExportPiece
from domain.exports.visibility import export_visible, owner_stands
from domain.pieces import Part, Pieces

_PIECES = Pieces(ExportPiece, ExportPiece.export_id)

packed = _PIECES.packed
"""Lines of a file as they lie in the database."""


async def owned(database: Database, actor: Actor, export_id: UUID) -> Export | None:
    """An export of the actor's; None where there is none, or where they may no longer have what is
    in it."""
    statement = select(Export).where(_own(actor, export_id))
    async with database.reading(primary=True) as connection:
        row = (await connection.execute(statement)).mappings().first()
    return Export(**row) if row else None


async def part_at(
    database: Database, vault: Vault, actor: Actor, export_id: UUID, offset: int
) -> Part | None:
    """The piece that holds the byte at an offset; None where the actor may have none (any more)."""
    theirs = exists().where(
        _own(actor, export_id),
        col(Export.state) == ExportState.DONE,
        col(Export.expires_at) > func.now(),
    )
    return await _PIECES.part_at(database, vault, export_id, offset, theirs)


def _own(actor: Actor, export_id: UUID) -> ColumnElement[bool]:
    return and_(col(Export.id) == export_id, export_visible(actor), owner_stands())
