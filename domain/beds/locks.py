"""The rows that verbs on stays lock, always in one order: the elder's, the beds' by their keys, the
stays' by theirs.

So two admissions never wait for each other in a circle, and each sees what the one before it did.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.beds.lifecycle import PERMISSION_FOR, StayAction
from domain.beds.models import Bed, BedStay
from domain.beds.visibility import bed_stay_visible, bed_visible
from domain.elders.locks import lock_elder
from domain.errors import NotFound, PermissionDenied
from domain.stations.models import Station


async def lock_beds(session: AsyncSession, bed_ids: Collection[UUID]) -> None:
    """The rows of some beds, in the order of their keys."""
    # FOR NO KEY UPDATE, here and below: what points at the row need not wait.
    statement = select(col(Bed.id)).where(col(Bed.id).in_(bed_ids)).order_by(col(Bed.id))
    await session.execute(statement.with_for_update(of=Bed, key_share=True))


async def bed_for_update(
    session: AsyncSession, actor: Actor, bed_id: UUID, field: str = "bed_id"
) -> tuple[Bed, str]:
    """The bed, locked, and its station's region.

    Parameters:
        field: the input's that names it.

    Raises: NotFound(field).
    """
    statement = (
        select(Bed, col(Station.region_code))
        .join(Station, col(Station.id) == col(Bed.station_id))
        .where(col(Bed.id) == bed_id, bed_visible(actor))
    )
    # What another has just changed in the row is read anew.
    locked = statement.with_for_update(of=Bed, key_share=True).execution_options(
        populate_existing=True
    )
    found = (await session.execute(locked)).one_or_none()
    if found is None:
        raise NotFound(field)
    return found[0], found[1]


async def stay_for_update(
    session: AsyncSession,
    actor: Actor,
    stay_id: UUID,
    action: StayAction,
    bed_id: UUID | None = None,
) -> BedStay:
    """The stay, locked with its elder and its bed.

    Parameters:
        action: what the actor is about to do with it.
        bed_id: another bed that is to be locked.

    Raises: NotFound(id), PermissionDenied.
    """
    visible = (col(BedStay.id) == stay_id, bed_stay_visible(actor))
    keys = select(col(BedStay.elder_id), col(BedStay.bed_id)).where(*visible)
    found = (await session.execute(keys)).one_or_none()
    if found is None:
        raise NotFound("id")
    await lock_elder(session, found.elder_id)
    await lock_beds(session, {found.bed_id, bed_id or found.bed_id})
    stay = await session.scalar(select(BedStay).where(*visible).with_for_update(of=BedStay))
    if stay is None:
        raise NotFound("id")
    if not actor.may(PERMISSION_FOR[action]):
        raise PermissionDenied(action=action.value)
    return stay
