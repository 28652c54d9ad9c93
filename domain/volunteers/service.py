"""What is entered and decided about volunteers."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import lines
from domain.access import Actor
from domain.accounts.persons import same_person
from domain.calendar import day_begins, now, today
from domain.errors import ConflictOfInterest, InvalidInput, NotFound, PermissionDenied
from domain.reasons import Reason
from domain.versions import check_version
from domain.visits.lifecycle import VisitReleaseCause
from domain.visits.models import Volunteer
from domain.visits.visibility import volunteer_visible
from domain.volunteers.availability import (
    Except,
    Weekly,
    checked_exceptions,
    checked_week,
)
from domain.volunteers.fitness import is_suspended
from domain.volunteers.giving_back import give_back
from domain.volunteers.lifecycle import (
    BY_OTHERS,
    BY_WHO_GOVERNS,
    CHECK_LIFECYCLE,
    DECIDES,
    PERMISSION_FOR,
    CheckState,
    VolunteerAction,
    VolunteerSkill,
)
from domain.volunteers.models import VolunteerLog
from domain.volunteers.places import locked_everywhere

CERTIFICATE_DAYS: Final = 92
"""How old a certificate of no criminal record may be when it is submitted: three months."""

CLEARED_DAYS: Final = 366
"""How long a volunteer is cleared at most before the next check."""


async def update(
    session: AsyncSession,
    actor: Actor,
    volunteer_id: UUID,
    skills: Collection[VolunteerSkill],
    expected_version: int | None = None,
) -> Volunteer:
    """Say what a volunteer can do.

    Parameters:
        expected_version: the volunteer's when the actor decided; None for whatever it is now; so
            below.
    Raises: NotFound, PermissionDenied, VersionConflict.
    """
    volunteer = await _for_update(session, actor, volunteer_id, VolunteerAction.UPDATE)
    check_version(volunteer, expected_version)
    volunteer.skills = [skill.value for skill in VolunteerSkill if skill in skills]
    _log(session, actor, volunteer, VolunteerAction.UPDATE)
    return volunteer


async def set_availability(
    session: AsyncSession,
    actor: Actor,
    volunteer_id: UUID,
    weekly: Sequence[Weekly],
    exceptions: Sequence[Except],
) -> Volunteer:
    """Say when a volunteer has time, whatever was said before.

    Raises: NotFound, PermissionDenied, InvalidInput(weekly or exceptions).
    """
    action = VolunteerAction.SET_AVAILABILITY
    volunteer = await _for_update(session, actor, volunteer_id, action)
    week, odd = checked_week(weekly), checked_exceptions(exceptions, now())
    volunteer.weekly_from = [time.begins for time in week]
    volunteer.weekly_to = [time.ends for time in week]
    volunteer.except_from = [time.begins for time in odd]
    volunteer.except_to = [time.ends for time in odd]
    volunteer.except_free = [time.free for time in odd]
    _log(session, actor, volunteer, action)
    return volunteer


async def submit_check(
    session: AsyncSession, actor: Actor, volunteer_id: UUID, certificate_on: date
) -> Volunteer:
    """Hand in a certificate of no criminal record (无犯罪记录证明); until it is decided about, the
    one before counts to its last day.

    Parameters:
        certificate_on: when it was issued; not more than three months ago.
    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed),
        InvalidInput(certificate_on).
    """
    action = VolunteerAction.SUBMIT_CHECK
    volunteer = await _for_update(session, actor, volunteer_id, action)
    following = CHECK_LIFECYCLE.next(volunteer.check_state, action)
    _check_day("certificate_on", certificate_on, today() - timedelta(CERTIFICATE_DAYS), today())
    volunteer.check_state, volunteer.certificate_on = following, certificate_on
    volunteer.submitted_by = actor.id
    _log(session, actor, volunteer, action)
    return volunteer


async def decide_check(
    session: AsyncSession,
    actor: Actor,
    volunteer_id: UUID,
    *,
    cleared_until: date | None,
    note: str | None = None,
) -> Volunteer:
    """Say whether a certificate is good.

    Parameters:
        cleared_until: the last day on which the volunteer may visit, at most 366 days ahead; None
            where the certificate is not accepted, and then they may not from now on.
        note: why, for the history.
    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed),
        ConflictOfInterest for one's own, and for whoever has handed it in, in whatever role,
        InvalidInput(cleared_until or note).
    """
    action = VolunteerAction.REJECT if cleared_until is None else VolunteerAction.CLEAR
    volunteer = await _for_update(session, actor, volunteer_id, action)
    following = CHECK_LIFECYCLE.next(volunteer.check_state, action)
    submitted_by = volunteer.submitted_by
    if submitted_by is not None and await same_person(session, actor, submitted_by):
        raise ConflictOfInterest("id")
    if cleared_until is not None:
        _check_day("cleared_until", cleared_until, today(), today() + timedelta(CLEARED_DAYS))
    volunteer.check_state, volunteer.cleared_until = following, cleared_until
    _log(session, actor, volunteer, action, lines.note(note))
    # Who is cleared for less than before has claimed what lies after it.
    since = cleared_until and day_begins(cleared_until + timedelta(1))
    await give_back(session, actor, volunteer, VisitReleaseCause.NOT_CLEARED, since=since)
    return volunteer


async def suspend(
    session: AsyncSession,
    actor: Actor,
    volunteer_id: UUID,
    reason: str,
    until: datetime | None = None,
) -> Volunteer:
    """A volunteer is not to visit anybody for now, in whichever place: the visits that they have
    claimed, and that would begin meanwhile, are open again. One that has begun goes on.

    Of somebody who visits in several places each lets them go on for itself, and nobody else does
    so by suspending them anew for less.

    Parameters:
        reason: 1 to 2000 characters, for the history, which the volunteer reads.
        until: a moment to come; None for until somebody reinstates them.
    Raises: NotFound, PermissionDenied, also for who does not work where they live and would let
        them go on sooner, ConflictOfInterest for oneself, InvalidInput(reason, until).
    """
    await locked_everywhere(session, volunteer_id)
    # Again: they may have been entered in another place while we waited for this one.
    everywhere = await locked_everywhere(session, volunteer_id)
    volunteer = await _for_update(session, actor, volunteer_id, VolunteerAction.SUSPEND)
    moment = now()
    if not reason.strip():
        raise InvalidInput("reason", reason=Reason.LENGTH, least=1, most=lines.MAX_NOTE)
    if until is not None and until <= moment:
        raise InvalidInput("until", reason=Reason.TO_COME)
    if _would_be_sooner(volunteer, until) and not actor.governs(volunteer.region_code):
        raise PermissionDenied(action=VolunteerAction.REINSTATE.value)
    for one in everywhere:
        if one is not volunteer and _would_be_sooner(one, until):
            continue
        _stop(one, actor, moment, until)
        _log(session, actor, one, VolunteerAction.SUSPEND, lines.note(reason, "reason"))
        await give_back(session, actor, one, VisitReleaseCause.SUSPENDED, until=until)
    return volunteer


async def reinstate(
    session: AsyncSession, actor: Actor, volunteer_id: UUID, note: str | None = None
) -> Volunteer:
    """A suspended volunteer may visit again; what was taken from them stays open to all.

    Raises: NotFound, PermissionDenied, ConflictOfInterest for oneself, InvalidInput(id) for one who
        is not suspended, InvalidInput(note).
    """
    action = VolunteerAction.REINSTATE
    volunteer = await _for_update(session, actor, volunteer_id, action)
    if not is_suspended(volunteer):
        raise InvalidInput("id", reason=Reason.NOT_SUSPENDED)
    volunteer.suspended_at = volunteer.suspended_by = volunteer.suspended_until = None
    _log(session, actor, volunteer, action, lines.note(note))
    return volunteer


def available_actions(
    actor: Actor,
    check: CheckState,
    *,
    suspended: bool,
    own: bool,
    submitted: bool,
    governed: bool,
) -> list[VolunteerAction]:
    """What the actor may do about a volunteer now, in the order of the enum.

    Parameters:
        own: whether they are the actor, in whatever role.
        submitted: whether the actor has handed in their certificate, in whatever role.
        governed: whether they live where the actor works.
    """
    possible = {
        VolunteerAction.UPDATE,
        VolunteerAction.SET_AVAILABILITY,
        VolunteerAction.SUSPEND,
        *CHECK_LIFECYCLE.actions(check),
        *([VolunteerAction.REINSTATE] if suspended else []),
    }
    return [
        action
        for action in VolunteerAction
        if action in possible
        and actor.may(PERMISSION_FOR[action])
        and not (own and action in BY_OTHERS)
        and not (submitted and action in DECIDES)
        and (governed or action not in BY_WHO_GOVERNS)
    ]


async def _for_update(
    session: AsyncSession, actor: Actor, volunteer_id: UUID, action: VolunteerAction
) -> Volunteer:
    """The volunteer, locked: their claims wait. Raises: NotFound, PermissionDenied,
    ConflictOfInterest."""
    statement = select(Volunteer).where(col(Volunteer.id) == volunteer_id, volunteer_visible(actor))
    # FOR NO KEY UPDATE: rows that point at the volunteer need not wait.
    locked = statement.with_for_update(of=Volunteer, key_share=True)
    volunteer = await session.scalar(locked)
    if volunteer is None:
        raise NotFound("id")
    if not actor.may(PERMISSION_FOR[action]):
        raise PermissionDenied(action=action.value)
    if action in BY_WHO_GOVERNS and not actor.governs(volunteer.region_code):
        raise PermissionDenied(action=action.value)
    if action in BY_OTHERS and await same_person(session, actor, volunteer_id):
        raise ConflictOfInterest("id")
    return volunteer


def _would_be_sooner(volunteer: Volunteer, until: datetime | None) -> bool:
    """Whether somebody who is suspended might go on before the moment that was said."""
    if until is None or not is_suspended(volunteer):
        return False
    return volunteer.suspended_until is None or until < volunteer.suspended_until


def _stop(volunteer: Volunteer, actor: Actor, moment: datetime, until: datetime | None) -> None:
    """Suspended since whenever they were first: what they enter late is judged by it."""
    if not is_suspended(volunteer, moment):
        volunteer.suspended_at = moment
    volunteer.suspended_by, volunteer.suspended_until = actor.id, until


def _check_day(field: str, day: date, least: date, most: date) -> None:
    if not least <= day <= most:
        raise InvalidInput(field, reason=Reason.RANGE, least=str(least), most=str(most))


def _log(
    session: AsyncSession,
    actor: Actor,
    volunteer: Volunteer,
    action: VolunteerAction,
    note: str | None = None,
) -> None:
    # Not the default, the transaction's beginning: it may have waited for the one logged before.
    session.add(
        VolunteerLog(
            volunteer_id=volunteer.id, at=now(), action=action, account_id=actor.id, note=note
        )
    )
