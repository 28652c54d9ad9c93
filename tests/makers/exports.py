"""Exports as they lie in the database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.access import Actor
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.exports.file import packed
from domain.exports.lifecycle import KEPT, ExportState
from domain.exports.models import Export, ExportPiece
from domain.ids import public_id


async def make_export(database: Database, actor: Actor, **values: Any) -> UUID:
    """An export of an actor's that no worker knows of; its key.

    Parameters:
        values: other columns.
    """
    given = {
        "account_id": actor.id,
        "role": actor.role,
        "region_code": actor.region,
        "language": "en",
        "list_name": "regions",
        "expected_rows": 1,
        **values,
    }
    async with database.transaction("test") as session:
        export = Export(**given)
        session.add(export)
        await session.flush()
        return export.id


async def make_file(
    database: Database, vault: Vault, actor: Actor, pieces: Sequence[bytes], **values: Any
) -> str:
    """A finished export with these pieces; its global id."""
    size = sum(map(len, pieces))
    done = {"state": ExportState.DONE, "finished_at": now(), "expires_at": now() + KEPT}
    key = await make_export(database, actor, byte_count=size, **{**done, **values})
    starts_at = 0
    for lines in pieces:
        body = packed(vault, key, starts_at, lines)
        piece = ExportPiece(export_id=key, starts_at=starts_at, size=len(lines), body=body)
        async with database.transaction("test") as session:
            session.add(piece)
        starts_at += len(lines)
    return public_id("export", key)
