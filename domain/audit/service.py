"""Adds to the audit trail, in the transaction of what it speaks of."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import Actor
from domain.audit.models import Outcome

if TYPE_CHECKING:
    from domain.database import Database

WRITE = """
    entry AS (
        INSERT INTO audit_entry (
            actor_id, role, action, outcome, object_type, object_id, elder_id, fields, purpose,
            request_id, address
        )
        SELECT
            actor_id, role, action, outcome, object_type, object_id, elder_id, fields, purpose,
            request_id, address
        FROM jsonb_to_recordset(CAST({acts} AS jsonb)) AS act (
            actor_id uuid, role text, action text, outcome text, object_type text, object_id uuid,
            elder_id uuid, fields text[], purpose text, request_id text, address text
        )
        RETURNING id
    ), unsealed AS (
        INSERT INTO audit_unsealed (entry_id) SELECT id FROM entry
    )
"""
"""What writes any number of rows, and has them sealed: the beginning of a statement."""

_ALONE = "WITH " + WRITE.format(acts="$1") + "SELECT 1"

_PENDING = "acts"


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
        outcome: whether it was done, or refused.
    """

    action: str
    object_type: str | None = None
    object_id: UUID | None = None
    elder_id: UUID | None = None
    fields: Sequence[str] = ()
    purpose: str | None = None
    outcome: Outcome = Outcome.DONE


def record(session: AsyncSession, actor: Actor | None, source: Source, acts: Sequence[Act]) -> None:
    """Have acts written into the trail with the transaction's last statement; they are there if,
    and only if, it commits.

    Parameters:
        session: of ``Database.transaction``.
        actor: who; None for nobody we know, and for parts of the system.
    """
    session.info.setdefault(_PENDING, []).extend(_rows(actor, source, acts))


def take_recorded(session: AsyncSession) -> str | None:
    """What is to be written with the transaction, as JSON; None for nothing."""
    rows = session.info.pop(_PENDING, None)
    return json.dumps(rows) if rows else None


async def record_alone(
    database: "Database", actor: Actor | None, source: Source, acts: Sequence[Act]
) -> None:
    """Write acts into the trail in a transaction of their own, committed when this returns.

    Parameters:
        actor: as for ``record``.
    Raises: asyncpg's errors.
    """
    await database.run(_ALONE, (json.dumps(_rows(actor, source, acts)),))


def _rows(actor: Actor | None, source: Source, acts: Sequence[Act]) -> list[dict[str, Any]]:
    """Acts as rows of the trail, in JSON's types."""
    who = {"actor_id": actor and actor.id.hex, "role": actor and actor.role}
    whence = {"request_id": source.request_id, "address": source.address}
    return [{**who, **whence, **_row(act)} for act in acts]


def _row(act: Act) -> dict[str, Any]:
    return {
        "action": act.action,
        "outcome": act.outcome,
        "object_type": act.object_type,
        "object_id": act.object_id and act.object_id.hex,
        "elder_id": act.elder_id and act.elder_id.hex,
        "fields": list(act.fields),
        "purpose": act.purpose,
    }
