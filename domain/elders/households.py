"""Elders who live together: each in one household at a time, from a day until a day."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.calendar import today
from domain.elders.entries import note
from domain.elders.models import Elder, ElderField, Household, HouseholdMember
from domain.elders.registry import registered
from domain.elders.tagging import first_day
from domain.errors import InvalidInput
from domain.periods import holding
from domain.reasons import Reason


def lives_there_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a member lives in the household on a day.

    Parameters:
        day: the day; SQL of a value to come will do as well.
    """
    return holding(HouseholdMember, day)


async def join(
    session: AsyncSession,
    actor: Actor,
    elder_id: UUID,
    other_id: UUID,
    since: date | None = None,
) -> Elder:
    """Say that an elder lives with another, in the household where that one lives, a new one if
    there is none.

    Parameters:
        since: the first day, today or a past one, on which both were born; today if None.

    Raises: NotFound(id or other_id), PermissionDenied, InvalidInput(other_id or since),
        AlreadyExists for an elder who lives in a household on one of these days.
    """
    if elder_id == other_id:
        raise InvalidInput("other_id", reason=Reason.SOMEBODY_ELSE)
    since = _past(since, "since")
    await registered(session, actor, elder_id, lock=False)
    # In the order of their keys, so that nobody waits for one who waits for them.
    named = sorted([(elder_id, "id"), (other_id, "other_id")])
    elders = {key: await registered(session, actor, key, name) for key, name in named}
    for elder in elders.values():
        first_day(since, elder.birth_date)
    household_id = await _household_of(session, elders[other_id], since)
    session.add(HouseholdMember(household_id=household_id, elder_id=elder_id, since=since))
    session.add(note(elder_id, actor.id, ElderField.HOUSEHOLD, None, elders[other_id].name))
    await session.flush()
    return elders[elder_id]


async def leave(
    session: AsyncSession, actor: Actor, elder_id: UUID, until: date | None = None
) -> Elder:
    """Say that an elder lives in their household no longer.

    Parameters:
        until: the first day no more, today or a past one; today if None.

    Raises: NotFound, PermissionDenied, InvalidInput(id) for one who lives in none, or (until).
    """
    elder = await registered(session, actor, elder_id)
    until = _past(until, "until")
    theirs = select(HouseholdMember).where(
        col(HouseholdMember.elder_id) == elder.id, col(HouseholdMember.until).is_(None)
    )
    member = await session.scalar(theirs.with_for_update())
    if member is None:
        raise InvalidInput("id", reason=Reason.NO_HOUSEHOLD)
    member.until = until
    session.add(note(elder.id, actor.id, ElderField.HOUSEHOLD, str(member.since), str(until)))
    await session.flush()
    return elder


def _past(day: date | None, field: str) -> date:
    """Raises: InvalidInput for a day to come."""
    if day is not None and day > today():
        raise InvalidInput(field, reason=Reason.NOT_TO_COME)
    return day or today()


async def _household_of(session: AsyncSession, elder: Elder, day: date) -> UUID:
    """Where an elder lives on a day; in a household of their own from then on, if in none."""
    theirs = select(col(HouseholdMember.household_id)).where(
        col(HouseholdMember.elder_id) == elder.id, lives_there_on(day)
    )
    known = await session.scalar(theirs)
    if known is not None:
        return known
    household = Household()
    session.add(household)
    await session.flush()
    session.add(HouseholdMember(household_id=household.id, elder_id=elder.id, since=day))
    await session.flush()
    return household.id
