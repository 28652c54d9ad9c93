"""What may happen to an application: the family applies and decides, the home assesses and offers.

An offer is a stay that is held on a named bed until a moment; where the stay goes, the application
follows (``following``).
"""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import lines
from domain.access import Actor, Permission
from domain.admissions.applying import application_for_update, stay_of
from domain.admissions.following import end
from domain.admissions.lifecycle import (
    ADMISSION_LIFECYCLE,
    OVER,
    PERMISSION_FOR,
    AdmissionAction,
    AdmissionState,
)
from domain.admissions.log import note_change
from domain.admissions.models import AdmissionApplication
from domain.admissions.visibility import applicant_visible
from domain.beds import holding
from domain.beds import service as beds
from domain.beds.days import MAX_DAYS_AHEAD
from domain.beds.models import Bed, BedKind
from domain.calendar import now, today
from domain.elders.locks import lock_visible_elder
from domain.errors import AlreadyExists, InvalidInput, NotFound, PermissionDenied
from domain.ids import public_id
from domain.reasons import Reason
from domain.stations.models import Station
from domain.stations.visibility import station_visible


async def create(
    session: AsyncSession,
    actor: Actor,
    *,
    elder_id: UUID,
    station_id: UUID,
    kind: BedKind,
    nursing: bool | None = None,
    wanted_from: date | None = None,
) -> AdmissionApplication:
    """Begin an application for a bed in a home; one elder may have one for each.

    Parameters:
        nursing: whether it must be a nursing bed, or must be none; None where it does not matter.
        wanted_from: before which day the elder cannot come, a year ahead at most; None for at once.

    Raises: NotFound, PermissionDenied, InvalidInput(kind) where the home has no such bed, or
        (wanted_from), AlreadyExists(station_id), which names the application that is under way.
    """
    await lock_visible_elder(session, actor, elder_id, visible=applicant_visible)
    home = select(Station).where(col(Station.id) == station_id, station_visible(actor))
    station = await session.scalar(home)
    if station is None:
        raise NotFound("station_id")
    if not actor.may(Permission.ADMISSION_APPLY):
        raise PermissionDenied(action=AdmissionAction.CREATE.value)
    _refuse_far(wanted_from)
    await _refuse_senseless(session, elder_id, station_id, kind)
    application = AdmissionApplication(
        elder_id=elder_id,
        station_id=station_id,
        region_code=station.region_code,
        kind=kind,
        nursing=nursing,
        wanted_from=wanted_from,
        state=AdmissionState.DRAFT,
        created_by=actor.id,
    )
    session.add(application)
    await session.flush()
    note_change(session, application, AdmissionAction.CREATE, actor)
    return application


async def submit(
    session: AsyncSession, actor: Actor, application_id: UUID, note: str | None = None
) -> AdmissionApplication:
    """Send a draft to the home; its date is that of the application.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(note).
    """
    application = await _moved(session, actor, application_id, AdmissionAction.SUBMIT, note)
    application.submitted_at = now()
    return application


async def assess(
    session: AsyncSession, actor: Actor, application_id: UUID, note: str | None = None
) -> AdmissionApplication:
    """The home begins to look at what the elder needs.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(note).
    """
    return await _moved(session, actor, application_id, AdmissionAction.ASSESS, note)


async def waitlist(
    session: AsyncSession, actor: Actor, application_id: UUID, note: str | None = None
) -> AdmissionApplication:
    """Nothing is free for the elder now: the application waits for its turn; also one whose offer
    has run out.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(note).
    """
    return await _moved(session, actor, application_id, AdmissionAction.WAITLIST, note)


async def reject(
    session: AsyncSession,
    actor: Actor,
    application_id: UUID,
    reason: str,
    expected_version: int | None = None,
) -> AdmissionApplication:
    """The home cannot take the elder; another application may be made.

    Parameters:
        reason: 1 to 2000 characters, not all of them blank; also the note in the history.
        expected_version: the application's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed),
        InvalidInput(reason).
    """
    application = await application_for_update(
        session, actor, application_id, AdmissionAction.REJECT, expected_version
    )
    following = ADMISSION_LIFECYCLE.next(application.state, AdmissionAction.REJECT)
    application.state, application.reject_reason = following, lines.reason(reason)
    note_change(session, application, AdmissionAction.REJECT, actor, reason)
    return application


async def withdraw(
    session: AsyncSession, actor: Actor, application_id: UUID, note: str | None = None
) -> AdmissionApplication:
    """Take an application back, or decline what was offered: the bed is free for the next.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(note).
    """
    application = await application_for_update(
        session, actor, application_id, AdmissionAction.WITHDRAW
    )
    ADMISSION_LIFECYCLE.next(application.state, AdmissionAction.WITHDRAW)
    if application.stay_id is not None:
        await stay_of(session, application)
    await end(session, application, AdmissionAction.WITHDRAW, actor, note)
    return application


async def accept(
    session: AsyncSession,
    actor: Actor,
    application_id: UUID,
    expected_version: int | None = None,
) -> AdmissionApplication:
    """Take the bed that is offered: it is promised, and the elder's other applications are
    withdrawn in the same moment.

    Parameters:
        expected_version: the application's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed),
        InvalidInput(id) for an offer that has run out, ElderHasBed, which names the stay in
        another bed that is in the way.
    """
    application = await application_for_update(
        session, actor, application_id, AdmissionAction.ACCEPT, expected_version
    )
    ADMISSION_LIFECYCLE.next(application.state, AdmissionAction.ACCEPT)
    await holding.promise(session, actor, await stay_of(session, application))
    return application


async def admit(
    session: AsyncSession,
    actor: Actor,
    application_id: UUID,
    starts_on: date | None = None,
) -> AdmissionApplication:
    """The elder has come, and lies in the bed that was promised.

    Parameters:
        starts_on: the first day, up to 31 days ago; today if None.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed),
        InvalidInput(starts_on), BedUnavailable or ElderHasBed, which name what is in the way.
    """
    application = await application_for_update(
        session, actor, application_id, AdmissionAction.ADMIT
    )
    ADMISSION_LIFECYCLE.next(application.state, AdmissionAction.ADMIT)
    stay = await stay_of(session, application)
    await beds.let_in(session, actor, stay, starts_on or today())
    return application


def available_actions(actor: Actor, state: AdmissionState) -> list[AdmissionAction]:
    """What the actor may do with an application in a state, in the lifecycle's order."""
    return [
        action
        for action in ADMISSION_LIFECYCLE.actions(state)
        if action in PERMISSION_FOR and actor.may(PERMISSION_FOR[action])
    ]


async def _moved(
    session: AsyncSession,
    actor: Actor,
    application_id: UUID,
    action: AdmissionAction,
    note: str | None,
) -> AdmissionApplication:
    """The application, locked and moved along its lifecycle."""
    application = await application_for_update(session, actor, application_id, action)
    application.state = ADMISSION_LIFECYCLE.next(application.state, action)
    note_change(session, application, action, actor, note)
    return application


def _refuse_far(wanted_from: date | None) -> None:
    """Nobody is offered a bed for a later day: who waited so would be passed over for ever."""
    last = today() + timedelta(days=MAX_DAYS_AHEAD)
    if wanted_from is not None and wanted_from > last:
        raise InvalidInput("wanted_from", reason=Reason.AT_LATEST, most=str(last))


async def _refuse_senseless(
    session: AsyncSession, elder_id: UUID, station_id: UUID, kind: BedKind
) -> None:
    has_such = select(col(Bed.id)).where(
        col(Bed.station_id) == station_id, col(Bed.kind) == kind, col(Bed.closed_on).is_(None)
    )
    if await session.scalar(has_such.limit(1)) is None:
        raise InvalidInput("kind", reason=Reason.NO_SUCH_BED)
    # For the blocker's sake: that there is one under way, PostgreSQL sees to.
    under_way = select(col(AdmissionApplication.id)).where(
        col(AdmissionApplication.elder_id) == elder_id,
        col(AdmissionApplication.station_id) == station_id,
        col(AdmissionApplication.kind) == kind,
        col(AdmissionApplication.state).not_in(OVER),
    )
    found = await session.scalar(under_way)
    if found is not None:
        raise AlreadyExists("station_id", blockers=[public_id("admission_application", found)])
