"""The package of a home care bed (家庭养老床位): what is installed, and what is done each month.

Said anew from a day on; what was so before stays. How much of it was given is for orders to say.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.authority import require
from domain.beds.days import MAX_DAYS_AHEAD
from domain.beds.lifecycle import StayState
from domain.beds.models import Bed, BedKind, BedStay
from domain.beds.package_models import BedStayPackage, PackageItem
from domain.beds.visibility import bed_stay_visible
from domain.calendar import now, today
from domain.errors import InvalidInput, NotFound
from domain.reasons import Reason

MOST = 1_000
"""Of one item."""


async def set_package(
    session: AsyncSession,
    actor: Actor,
    stay_id: UUID,
    items: Mapping[PackageItem, int],
    since: date | None = None,
) -> BedStayPackage:
    """Say what comes with a home care bed from a day on, whatever was said for that day before.

    Parameters:
        items: how many of each, 1 to 1,000, a month unless it is installed; of none, nothing comes
            with it any more.
        since: today or a day of the stay to come, a year ahead at most; the first of these if None.

    Raises: NotFound(stay_id), PermissionDenied, InvalidInput(stay_id for a stay that is over or in
        no home care bed; since or items).
    """
    stay = await _stay(session, actor, stay_id)
    first, last = _days(stay)
    day = first if since is None else since
    if not first <= day <= last:
        raise InvalidInput("since", reason=Reason.RANGE, least=str(first), most=str(last))
    if not all(1 <= amount <= MOST for amount in items.values()):
        raise InvalidInput("items", reason=Reason.RANGE, least=1, most=MOST)
    amounts = {item.value: amount for item, amount in items.items()}
    said = {"items": amounts, "set_by": actor.id, "set_at": now()}
    new = insert(BedStayPackage).values(stay_id=stay_id, since=day, **said)
    stored = new.on_conflict_do_update(index_elements=["stay_id", "since"], set_=said)
    fresh = {"populate_existing": True}
    rows = await session.scalars(stored.returning(BedStayPackage), execution_options=fresh)
    return rows.one()


async def _stay(session: AsyncSession, actor: Actor, stay_id: UUID) -> BedStay:
    """A stay in a home care bed that is not over, locked."""
    seen = select(BedStay).where(col(BedStay.id) == stay_id, bed_stay_visible(actor))
    stay = await session.scalar(seen.with_for_update(of=BedStay))
    if stay is None:
        raise NotFound("stay_id")
    require(actor, Permission.BED_STAY_SET_PACKAGE, stay.region_code)
    if stay.state in (StayState.HELD, StayState.CLEANING, StayState.CLOSED):
        raise InvalidInput("stay_id", reason=Reason.STAY_OVER)
    kind = await session.scalar(select(col(Bed.kind)).where(col(Bed.id) == stay.bed_id))
    if kind is not BedKind.HOME:
        raise InvalidInput("stay_id", reason=Reason.HOME_BED)
    return stay


def _days(stay: BedStay) -> tuple[date, date]:
    """The first and the last day from which on something may be said of a stay."""
    first, ahead = max(today(), stay.starts_on), today() + timedelta(days=MAX_DAYS_AHEAD)
    if stay.ends_on is None:
        return first, ahead
    # Who has overstayed is there today.
    return first, max(first, min(ahead, stay.ends_on - timedelta(days=1)))
