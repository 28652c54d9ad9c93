"""Whoever is made a volunteer is entered into the register of those who visit."""

from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.accounts.models import Account
from domain.calendar import now
from domain.visits.models import Volunteer
from domain.volunteers.fitness import is_suspended
from domain.volunteers.lifecycle import VolunteerAction
from domain.volunteers.models import VolunteerLog
from domain.volunteers.places import locked_everywhere


async def register(session: AsyncSession, account: Account, region_code: str, day: date) -> None:
    """Enter a volunteer. Who is suspended in another place is so here as well, until somebody lets
    them go on here.

    Parameters:
        account: just made.
        region_code: where they will visit, until they say where they live.
        day: the first on which they may.
    """
    volunteer = Volunteer(
        id=account.id, name=account.name, region_code=region_code, registered_on=day
    )
    # Locked: a suspension that is just being written either is read here, or finds this row.
    elsewhere = await locked_everywhere(session, account.id)
    session.add(volunteer)
    stopped = max(filter(is_suspended, elsewhere), key=_end, default=None)
    if stopped is None:
        return
    volunteer.suspended_at, volunteer.suspended_by = stopped.suspended_at, stopped.suspended_by
    volunteer.suspended_until = stopped.suspended_until
    await session.flush()
    session.add(
        VolunteerLog(
            volunteer_id=account.id,
            at=now(),
            action=VolunteerAction.SUSPEND,
            account_id=stopped.suspended_by,
        )
    )


def _end(volunteer: Volunteer) -> datetime:
    """Of a suspension; one without an end is the longest."""
    return volunteer.suspended_until or datetime.max.replace(tzinfo=UTC)
