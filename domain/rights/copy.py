"""A copy of all that is known about an elder, as one JSON object (PIPL, article 45)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    RowMapping,
    Table,
    and_,
    delete,
    exists,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.accounts.periods import still_is
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.metadata import METADATA
from domain.pieces import Part, Pieces
from domain.rights.holdings import HOLDINGS
from domain.rights.lifecycle import RequestState
from domain.rights.models import DataRequest, DataRequestPiece
from domain.rights.reach import rows_about
from domain.rights.visibility import data_request_visible
from domain.rotation import sealed_columns

PIECE_BYTES = 512 * 1024
_PIECES = Pieces(DataRequestPiece, DataRequestPiece.request_id)
_ROWS = 500
_CIPHER, _MASKED = "_cipher", "_masked"
_SEALED = {str(column): column for column in sealed_columns(METADATA)}


async def write_copy(session: AsyncSession, vault: Vault, request: DataRequest) -> int:
    """Write the pieces of a request's copy. Returns: bytes, as they will be read."""
    written, waiting = 0, bytearray()
    async for chunk in _json(session, vault, request.elder_id):
        waiting += chunk
        if len(waiting) >= PIECE_BYTES:
            written += await _add(session, vault, request.id, written, bytes(waiting))
            waiting.clear()
    return written + await _add(session, vault, request.id, written, bytes(waiting))


async def owned(database: Database, actor: Actor, request_id: UUID) -> DataRequest | None:
    """A request whose copy the actor may fetch now; None where there is none."""
    statement = select(DataRequest).where(_own(actor, request_id))
    async with database.reading(primary=True) as connection:
        row = (await connection.execute(statement)).mappings().first()
    return DataRequest(**row) if row else None


async def part_at(
    database: Database, vault: Vault, actor: Actor, request_id: UUID, offset: int
) -> Part | None:
    """The piece that holds the byte at an offset; None where the actor may have none (any more)."""
    theirs = exists().where(_own(actor, request_id))
    return await _PIECES.part_at(database, vault, request_id, offset, theirs)


async def drop_copy(session: AsyncSession, request_id: UUID) -> None:
    """Have no copy any more."""
    pieces = delete(DataRequestPiece).where(col(DataRequestPiece.request_id) == request_id)
    await session.execute(pieces)


def _own(actor: Actor, request_id: UUID) -> ColumnElement[bool]:
    """Whether a request is the actor's, who still is what the token says, and has a copy now."""
    return and_(
        col(DataRequest.id) == request_id,
        col(DataRequest.asked_by) == actor.id,
        data_request_visible(actor),
        still_is(actor),
        col(DataRequest.state) == RequestState.DONE,
        col(DataRequest.expires_at) > func.now(),
    )


async def _json(session: AsyncSession, vault: Vault, elder_id: UUID) -> AsyncIterator[bytes]:
    yield b'{"made_at":%s' % orjson.dumps(now())
    connection = await session.connection()
    for table in METADATA.sorted_tables:
        if table.name not in HOLDINGS:
            continue
        yield b',"%s":[' % table.name.encode()
        rows = select(*_shown(table)).where(rows_about(table.name, elder_id))
        between = b""
        async with connection.stream(rows.order_by(*table.primary_key.columns)) as found:
            async for part in found.mappings().partitions(_ROWS):
                yield between + b",".join(_row(vault, table, row) for row in part)
                between = b","
        yield b"]"
    yield b"}"


def _shown(table: Table) -> list[Column[Any]]:
    """Columns that tell something: no hashes, and no masks of what stands there in full."""
    hidden = HOLDINGS[table.name].hidden
    return [column for column in table.columns if column.name not in hidden and _tells(column)]


def _tells(column: Column[Any]) -> bool:
    if isinstance(column.type, LargeBinary):
        return f"{column.table.name}.{column.name}" in _SEALED
    whole = column.name.removesuffix(_MASKED) + _CIPHER
    return not (column.name.endswith(_MASKED) and whole in column.table.columns)


def _row(vault: Vault, table: Table, row: RowMapping) -> bytes:
    shown = dict[str, Any]()
    for name, value in row.items():
        sealed = _SEALED.get(f"{table.name}.{name}")
        if sealed is None:
            shown[str(name)] = value
        else:
            opened = None if value is None else vault.open(value, sealed.place(row))
            shown[str(name).removesuffix(_CIPHER)] = opened
    return orjson.dumps(shown, default=str, option=orjson.OPT_UTC_Z)


async def _add(
    session: AsyncSession, vault: Vault, request_id: UUID, starts_at: int, plain: bytes
) -> int:
    if plain:
        body = await asyncio.to_thread(_PIECES.packed, vault, request_id, starts_at, plain)
        session.add(DataRequestPiece(request_id=request_id, starts_at=starts_at, body=body))
        await session.flush()
    return len(plain)
