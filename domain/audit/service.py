"""Adds to the audit trail, in the transaction of what it speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import Actor
from domain.audit.models import AuditEntry


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


async def record(
    session: AsyncSession, actor: Actor | None, source: Source, acts: Sequence[Act]
) -> None:
    """Write acts into the trail; they are there if, and only if, the transaction commits.

    Parameters:
        actor: who; None for nobody we know, and for parts of the system.
    """
    if not acts:
        return
    who = {"actor_id": actor and actor.id, "role": actor and actor.role}
    whence = {"request_id": source.request_id, "address": source.address}
    rows = [
        {
            **who,
            **whence,
            "action": act.action,
            "object_type": act.object_type,
            "object_id": act.object_id,
            "elder_id": act.elder_id,
            "fields": list(act.fields),
            "purpose": act.purpose,
        }
        for act in acts
    ]
    await session.execute(insert(AuditEntry), rows)
