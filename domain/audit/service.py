"""Adds to the audit trail, in the transaction of what it speaks of."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import Actor
from domain.database import Database


@dataclass(frozen=True, slots=True)
class Source:
    """From where somebody acts.

    Parameters:
        request_id: names the operation in logs and errors.
        address: of the client, as text; None for parts of the system.
    """

    request_id: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did or was shown.

    Parameters:
        action: the verb, for example ``alarm_acknowledge`` or ``read``.
        object_type: the table of what it was done to.
        object_id: its key.
        elder_id: whom it concerns; None where no elder.
        fields: what was shown, or changed: names of GraphQL fields, never values.
        purpose: why, in the person's own words or as the purpose's name.
    """

    action: str
    object_type: str | None = None
    object_id: UUID | None = None
    elder_id: UUID | None = None
    fields: Sequence[str] = ()
    purpose: str | None = None


_WRITE = """
    INSERT INTO audit_entry (
        actor_id, role, action, object_type, object_id, elder_id, fields, purpose, request_id,
        address
    )
    SELECT
        actor_id, role, action, object_type, object_id, elder_id, fields, purpose, request_id,
        address
    FROM jsonb_to_recordset(CAST({acts} AS jsonb)) AS act (
        actor_id uuid, role text, action text, object_type text, object_id uuid, elder_id uuid,
        fields text[], purpose text, request_id text, address text
    )
"""
"""One statement for any number of rows; without the rows' keys, which nobody needs."""

_RECORD, _RECORD_ALONE = text(_WRITE.format(acts=":acts")), _WRITE.format(acts="$1")


async def record(
    session: AsyncSession, actor: Actor | None, source: Source, acts: Sequence[Act]
) -> None:
    """Write acts into the trail; they are there if, and only if, the transaction commits.

    Parameters:
        actor: who; None for nobody we know, and for parts of the system.
    """
    if acts:
        await session.execute(_RECORD, {"acts": _rows(actor, source, acts)})


async def record_alone(
    database: Database, actor: Actor | None, source: Source, acts: Sequence[Act]
) -> None:
    """The same in a transaction of their own, committed when this returns.

    Parameters:
        actor: as for ``record``.
    Raises: asyncpg's errors.
    """
    if acts:
        await database.run(_RECORD_ALONE, (_rows(actor, source, acts),))


def _rows(actor: Actor | None, source: Source, acts: Sequence[Act]) -> str:
    """The rows as JSON."""
    who = {"actor_id": actor and actor.id.hex, "role": actor and actor.role}
    whence = {"request_id": source.request_id, "address": source.address}
    return json.dumps(
        [
            {
                **who,
                **whence,
                "action": act.action,
                "object_type": act.object_type,
                "object_id": act.object_id and act.object_id.hex,
                "elder_id": act.elder_id and act.elder_id.hex,
                "fields": list(act.fields),
                "purpose": act.purpose,
            }
            for act in acts
        ]
    )
