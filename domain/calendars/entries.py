"""What stands in a calendar: when and in which community, and nobody's name or door.

Whoever has the address reads it, an app's server perhaps; so it says less than its reader may see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor
from domain.accounts.models import Account
from domain.accounts.periods import is_in_force
from domain.calendars.models import CalendarLink
from domain.database import Database
from domain.ids import public_id
from domain.regions.models import Region
from domain.rosters.models import OnCallShift
from domain.secrets import hashed
from domain.visits.lifecycle import VisitState
from domain.visits.models import VisitKind, VisitTask
from domain.visits.visibility import visit_task_visible

PAST: Final = timedelta(days=31)
"""How long a calendar shows what is over."""

MOST: Final = 500
"""Visits, and shifts, in a calendar."""

_SHOWN = (
    VisitState.CLAIMED,
    VisitState.CHECKED_IN,
    VisitState.DONE,
    VisitState.VERIFIED,
    VisitState.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One time that is taken.

    Parameters:
        id: stays the same however the entry changes.
        kind: of the visit; None for a time on call.
        region: the name of the division where it is.
        changed_at: when it was last changed, as far as is known.
        cancelled: whether it is not to be after all.
        sequence: how often it has been changed.
    """

    id: str
    kind: VisitKind | None
    region: str
    since: datetime
    until: datetime
    changed_at: datetime
    cancelled: bool
    sequence: int


async def calendar_of(database: Database, secret: str, moment: datetime) -> list[Entry] | None:
    """The entries behind an address, as its owner sees them now, the earliest first; None where it
    leads nowhere (any more), and where the owner's account is over.

    Parameters:
        secret: the address's.
        moment: now.
    """
    owner = (
        select(col(Account.id), col(Account.role), col(Account.region_code))
        .join(CalendarLink, col(CalendarLink.account_id) == col(Account.id))
        .where(
            col(CalendarLink.token_hash) == hashed(secret),
            col(CalendarLink.revoked_at).is_(None),
            is_in_force(),
        )
    )
    found = await database.fetch(owner, primary=True)
    if not found:
        return None
    actor = Actor(*found[0])
    visits = await _visits(database, actor, moment)
    shifts = await _shifts(database, actor.id, moment)
    return sorted([*visits, *shifts], key=lambda entry: (entry.since, entry.id))


async def _visits(database: Database, actor: Actor, moment: datetime) -> Sequence[Entry]:
    """The visits that somebody has claimed."""
    task = VisitTask
    rows = await database.fetch(
        select(
            *(col(task.id), col(task.kind), col(task.state), col(task.version)),
            *(col(task.scheduled_from), col(task.scheduled_to), col(Region.name)),
            *(col(task.claimed_at), col(task.check_in_recorded_at)),
            *(col(task.check_out_recorded_at), col(task.verified_at)),
        )
        .join(Region, col(Region.code) == col(task.region_code))
        .where(
            col(task.claimed_by) == actor.id,
            col(task.state).in_(_SHOWN),
            col(task.scheduled_from) > moment - PAST,
            visit_task_visible(actor),
        )
        .order_by(col(task.scheduled_from).desc(), col(task.id))
        .limit(MOST)
    )
    return [
        Entry(
            id=public_id("visit_task", row.id),
            kind=row.kind,
            region=row.name,
            since=row.scheduled_from,
            until=row.scheduled_to,
            changed_at=_latest(row[-4:], row.scheduled_from),
            cancelled=row.state is VisitState.CANCELLED,
            sequence=row.version,
        )
        for row in rows
    ]


async def _shifts(database: Database, account_id: UUID, moment: datetime) -> Sequence[Entry]:
    """When somebody is on call."""
    shift = OnCallShift
    rows = await database.fetch(
        select(
            *(col(shift.id), col(shift.since), col(shift.until), col(shift.version)),
            col(Region.name),
        )
        .join(Region, col(Region.code) == col(shift.region_code))
        .where(
            col(shift.account_id) == account_id,
            col(shift.until) > moment - PAST,
            col(shift.until) > col(shift.since),
        )
        .order_by(col(shift.since).desc(), col(shift.id))
        .limit(MOST)
    )
    return [
        Entry(
            id=public_id("on_call_shift", row.id),
            kind=None,
            region=row.name,
            since=row.since,
            until=row.until,
            changed_at=row.since,
            cancelled=False,
            sequence=row.version,
        )
        for row in rows
    ]


def _latest(moments: Sequence[datetime | None], otherwise: datetime) -> datetime:
    return max((one for one in moments if one is not None), default=otherwise)
