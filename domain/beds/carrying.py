"""What was said for a stay goes along when the elder moves into another bed."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.beds.models import Bed, BedKind, BedStay, BedStayManager
from domain.beds.package_models import BedStayPackage
from domain.calendar import now


async def carry(session: AsyncSession, actor: Actor, old: BedStay, new: BedStay, bed: Bed) -> None:
    """Say for a stay what was said for the one before it: who answers for its sides, with their
    consents, and what comes with it. What was said for the promise of the new bed stands.

    Parameters:
        actor: who moves the elder.
        old, new: both written.
        bed: the new one's; only with a home care bed comes anything.
    """
    held = {one.role for one in await _managers(session, new.id)}
    for one in await _managers(session, old.id):
        if one.role not in held:
            session.add(_again(one, new.id))
    if bed.kind is BedKind.HOME and not await _packages(session, new.id):
        session.add_all(_said_again(actor, await _packages(session, old.id), new))
    await session.flush()


async def _managers(session: AsyncSession, stay_id: UUID) -> Sequence[BedStayManager]:
    """Who answers for a side of a stay."""
    live = col(BedStayManager.stay_id) == stay_id, col(BedStayManager.ended_at).is_(None)
    found = select(BedStayManager).where(*live).order_by(col(BedStayManager.id))
    return (await session.scalars(found)).all()


def _again(one: BedStayManager, stay_id: UUID) -> BedStayManager:
    return BedStayManager(
        stay_id=stay_id,
        role=one.role,
        account_id=one.account_id,
        named_by=one.named_by,
        named_at=one.named_at,
        consented_by=one.consented_by,
        consented_at=one.consented_at,
    )


async def _packages(session: AsyncSession, stay_id: UUID) -> Sequence[BedStayPackage]:
    """What was said of a stay, in the order of its days."""
    said = select(BedStayPackage).where(col(BedStayPackage.stay_id) == stay_id)
    return (await session.scalars(said.order_by(col(BedStayPackage.since)))).all()


def _said_again(
    actor: Actor, packages: Sequence[BedStayPackage], new: BedStay
) -> list[BedStayPackage]:
    """The one that counts on the new stay's first day, and those of its days to come."""
    first, end = new.starts_on, new.ends_on
    counting = [one for one in packages if one.since <= first][-1:]
    later = [one for one in packages if one.since > first and (end is None or one.since < end)]
    return [
        BedStayPackage(
            stay_id=new.id,
            since=max(one.since, first),
            items=one.items,
            set_by=actor.id,
            set_at=now(),
        )
        for one in [*counting, *later]
    ]
