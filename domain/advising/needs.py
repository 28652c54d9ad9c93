"""What elders need is found, and is met, declined or withdrawn."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import lines
from domain.access import Actor, Permission
from domain.advising.lifecycle import (
    CARE_NEED_LIFECYCLE,
    PERMISSION_FOR,
    CareNeedAction,
    CareNeedState,
)
from domain.advising.models import CareNeed, CareNeedKind, CareNeedSource, CareNeedUrgency
from domain.advising.visibility import care_need_visible
from domain.calendar import now
from domain.crypto import Vault, place
from domain.elders.locks import lock_visible_elder
from domain.errors import NotFound, PermissionDenied

NOTE = "care_need.note_cipher"


@dataclass(frozen=True, slots=True)
class Found:
    """What somebody was found to need.

    Parameters:
        note: in words; None for none.
    """

    kind: CareNeedKind
    urgency: CareNeedUrgency
    source: CareNeedSource
    note: str | None = None


async def add(
    session: AsyncSession, vault: Vault, actor: Actor, elder_id: UUID, found: Found
) -> CareNeed:
    """Enter what an elder needs.

    Raises: NotFound(elder_id), PermissionDenied, InvalidInput(note), AlreadyExists where one of the
        kind is open.
    """
    await lock_visible_elder(session, actor, elder_id)
    if not actor.may(Permission.CARE_NEED_KEEP):
        raise PermissionDenied(action=Permission.CARE_NEED_KEEP.value)
    note = lines.note(found.note)
    need = CareNeed(
        elder_id=elder_id,
        kind=found.kind,
        urgency=found.urgency,
        source=found.source,
        note_cipher=None if note is None else vault.seal(note, place(NOTE, elder_id)),
        state=CareNeedState.OPEN,
        opened_by=actor.id,
        opened_at=now(),
    )
    session.add(need)
    await session.flush()
    return need


async def close(
    session: AsyncSession, actor: Actor, need_id: UUID, action: CareNeedAction
) -> CareNeed:
    """Say what has become of a need.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    seen = select(CareNeed).where(col(CareNeed.id) == need_id, care_need_visible(actor))
    need = await session.scalar(seen.with_for_update(of=CareNeed))
    if need is None:
        raise NotFound("id")
    if not actor.may(PERMISSION_FOR[action]):
        raise PermissionDenied(action=action.value)
    need.state = CARE_NEED_LIFECYCLE.next(need.state, action)
    need.closed_by, need.closed_at = actor.id, now()
    return need


def available_actions(actor: Actor, state: CareNeedState) -> list[CareNeedAction]:
    """What the actor may do with a need in a state, in the lifecycle's order."""
    return [
        action for action in CARE_NEED_LIFECYCLE.actions(state) if actor.may(PERMISSION_FOR[action])
    ]
