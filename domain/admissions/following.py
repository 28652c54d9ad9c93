"""An application goes where its stay goes, whoever moves the stay."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.admissions.lifecycle import (
    ADMISSION_LIFECYCLE,
    UNDECIDED_STATES,
    AdmissionAction,
    AdmissionState,
)
from domain.admissions.log import note_change
from domain.admissions.models import AdmissionApplication
from domain.beds.leaving import give_back
from domain.beds.lifecycle import StayState
from domain.beds.models import BedStay

_FOLLOWS = {
    (AdmissionState.OFFERED, StayState.RESERVED): AdmissionAction.ACCEPT,
    (AdmissionState.OFFERED, StayState.OCCUPIED): AdmissionAction.ADMIT,
    (AdmissionState.OFFERED, StayState.CLOSED): AdmissionAction.EXPIRE,
    (AdmissionState.ACCEPTED, StayState.OCCUPIED): AdmissionAction.ADMIT,
    (AdmissionState.ACCEPTED, StayState.CLOSED): AdmissionAction.WITHDRAW,
    (AdmissionState.ADMITTED, StayState.CLEANING): AdmissionAction.DISCHARGE,
}
"""What becomes of an application whose stay has come to a state."""

_DECIDED = (AdmissionAction.ACCEPT, AdmissionAction.ADMIT)


async def follow(
    session: AsyncSession, stay: BedStay, actor: Actor | None, note: str | None = None
) -> AdmissionApplication | None:
    """Bring the application of a stay where the stay is; with an offer that is accepted, all of the
    elder's other applications are withdrawn.

    Parameters:
        stay: locked with its elder, in its new state.
        actor: who moved it; None for time.

    Returns: the application; None where the stay has none, or nothing follows.
    """
    await session.flush()
    theirs = select(AdmissionApplication).where(col(AdmissionApplication.stay_id) == stay.id)
    application = await session.scalar(theirs.with_for_update(of=AdmissionApplication))
    if application is None:
        return None
    action = _FOLLOWS.get((application.state, stay.state))
    if action is None:
        return None
    was_undecided = application.state in UNDECIDED_STATES
    application.state = ADMISSION_LIFECYCLE.next(application.state, action)
    if stay.state is StayState.CLOSED:
        application.stay_id = None
    note_change(session, application, action, actor, note)
    if was_undecided and action in _DECIDED:
        await _withdraw_others(session, application, actor)
    return application


async def moved(session: AsyncSession, old_stay: UUID, new_stay: UUID) -> None:
    """The elder has moved into another bed: the application, if there is one, goes along."""
    await session.execute(
        update(AdmissionApplication)
        .where(col(AdmissionApplication.stay_id) == old_stay)
        .values(stay_id=new_stay)
    )


async def _withdraw_others(
    session: AsyncSession, accepted: AdmissionApplication, actor: Actor | None
) -> None:
    """Whoever goes to one home waits for no other: its beds are free for the next."""
    others = (
        select(AdmissionApplication)
        .where(
            col(AdmissionApplication.elder_id) == accepted.elder_id,
            col(AdmissionApplication.id) != accepted.id,
            col(AdmissionApplication.state).in_(UNDECIDED_STATES),
        )
        .order_by(col(AdmissionApplication.id))
    )
    found = (await session.scalars(others.with_for_update(of=AdmissionApplication))).all()
    for application in found:
        await end(session, application, AdmissionAction.WITHDRAW, actor)


async def end(
    session: AsyncSession,
    application: AdmissionApplication,
    action: AdmissionAction,
    actor: Actor | None,
    note: str | None = None,
) -> None:
    """End an application, and give the bed back that was kept for it.

    Parameters:
        application: locked, and its elder.

    Raises: IllegalTransition(from, to, allowed), InvalidInput(note).
    """
    application.state = ADMISSION_LIFECYCLE.next(application.state, action)
    stay_id, application.stay_id = application.stay_id, None
    note_change(session, application, action, actor, note)
    if stay_id is not None:
        kept = select(BedStay).where(col(BedStay.id) == stay_id).with_for_update(of=BedStay)
        give_back(session, (await session.scalars(kept)).one(), actor)
