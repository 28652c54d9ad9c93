"""The audit trail as it lies in the database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from domain.audit.models import AuditEntry
from domain.database import Database
from domain.ids import public_id


async def trail(database: Database, **wanted: Any) -> Sequence[AuditEntry]:
    """The entries with some values, oldest first."""
    named = [col(getattr(AuditEntry, name)) == value for name, value in wanted.items()]
    statement = select(AuditEntry).where(*named).order_by(col(AuditEntry.id))
    async with database.transaction("test") as session:
        return (await session.execute(statement)).scalars().all()


async def actions(database: Database) -> list[str]:
    """What was done, oldest first."""
    return [entry.action for entry in await trail(database)]


def object_of(entry: AuditEntry) -> str:
    """The global id of what an entry speaks of."""
    assert entry.object_type is not None
    assert entry.object_id is not None
    return public_id(entry.object_type, entry.object_id)
