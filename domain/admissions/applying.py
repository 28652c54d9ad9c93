"""Applications and their rows' locks: the elder's first, so that of all that concerns one elder one
thing happens at a time."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.admissions.lifecycle import PERMISSION_FOR, AdmissionAction
from domain.admissions.models import AdmissionApplication
from domain.admissions.visibility import admission_application_visible
from domain.beds.locks import lock_beds
from domain.beds.models import BedStay
from domain.elders.locks import lock_elder
from domain.errors import NotFound, PermissionDenied
from domain.versions import check_version


async def application_for_update(
    session: AsyncSession,
    actor: Actor,
    application_id: UUID,
    action: AdmissionAction,
    expected_version: int | None = None,
) -> AdmissionApplication:
    """The application, locked, and its elder.

    Parameters:
        action: what the actor is about to do with it.
        expected_version: the application's when the actor decided; None for whatever it is now.

    Raises: NotFound(id), PermissionDenied, VersionConflict.
    """
    visible = (
        col(AdmissionApplication.id) == application_id,
        admission_application_visible(actor),
    )
    elder_id = await session.scalar(select(col(AdmissionApplication.elder_id)).where(*visible))
    if elder_id is None:
        raise NotFound("id")
    await lock_elder(session, elder_id)
    mine = select(AdmissionApplication).where(*visible)
    application = await session.scalar(mine.with_for_update(of=AdmissionApplication))
    if application is None:
        raise NotFound("id")
    if not actor.may(PERMISSION_FOR[action]):
        raise PermissionDenied(action=action.value)
    check_version(application, expected_version)
    return application


async def stay_of(session: AsyncSession, application: AdmissionApplication) -> BedStay:
    """The stay that an application was offered, locked with its bed.

    Parameters:
        application: locked, and its elder; in a state in which it has one.
    """
    theirs = col(BedStay.id) == application.stay_id
    bed_id = (await session.scalars(select(col(BedStay.bed_id)).where(theirs))).one()
    await lock_beds(session, [bed_id])
    stay = select(BedStay).where(theirs).with_for_update(of=BedStay)
    return (await session.scalars(stay)).one()
