"""Whoever is made a volunteer is entered into the register of those who visit."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.accounts.models import Account
from domain.accounts.persons import one_person
from domain.calendar import now
from domain.visits.models import Volunteer
from domain.volunteers.fitness import suspended
from domain.volunteers.lifecycle import VolunteerAction
from domain.volunteers.models import VolunteerLog


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
    elsewhere = select(Volunteer).where(col(Volunteer.id).in_(one_person(account.id)), suspended())
    longest = elsewhere.order_by(col(Volunteer.suspended_until).desc().nulls_first()).limit(1)
    stopped = await session.scalar(longest)
    session.add(volunteer)
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
