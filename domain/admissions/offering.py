"""A home offers a bed: to the first who waits for such a one, or says why not.

Offers of one home are made one after the other (its row is locked first), so that the first who
waits is the first whoever asks at once.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.admissions.applying import application_for_update
from domain.admissions.lifecycle import ADMISSION_LIFECYCLE, AdmissionAction
from domain.admissions.log import note_change
from domain.admissions.models import AdmissionApplication
from domain.admissions.order import first_who_fits
from domain.authority import require
from domain.beds.holding import keep
from domain.beds.locks import bed_for_update
from domain.beds.models import Bed
from domain.beds.occupancy import Days
from domain.calendar import today
from domain.elders.locks import lock_elder
from domain.errors import InvalidInput, NotFound
from domain.lines import MAX_NOTE
from domain.reasons import Reason
from domain.stations.models import Station


async def offer(
    session: AsyncSession,
    actor: Actor,
    application_id: UUID,
    *,
    bed_id: UUID,
    held_until: datetime,
    starts_on: date | None = None,
    out_of_turn: str | None = None,
    expected_version: int | None = None,
) -> AdmissionApplication:
    """Keep a named bed for the elder until a moment by which they must have decided.

    Parameters:
        held_until: 14 days ahead at most.
        starts_on: from which day the bed is kept; today if None.
        out_of_turn: why this one is offered the bed although another waits for such a one and is
            before them; at most 2000 characters. It stays in the history.
        expected_version: the application's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, IllegalTransition(from, to, allowed),
        InvalidInput(bed_id) for a bed that is not of this home, or not what was applied for,
        InvalidInput(out_of_turn) where another is before them, InvalidInput(held_until or
        starts_on), BedUnavailable.
    """
    await _lock_home(session, bed_id)
    application = await application_for_update(
        session, actor, application_id, AdmissionAction.OFFER, expected_version
    )
    bed, region_code = await bed_for_update(session, actor, bed_id)
    following = ADMISSION_LIFECYCLE.next(application.state, AdmissionAction.OFFER)
    _refuse_unfit(application, bed)
    day = starts_on or today()
    first = await first_who_fits(session, bed, region_code, day)
    passes_over = first is not None and first.application_id != application.id
    says_why = out_of_turn is not None and 0 < len(out_of_turn.strip()) <= MAX_NOTE
    if passes_over and not says_why:
        raise InvalidInput("out_of_turn", reason=Reason.OUT_OF_TURN)
    stay = await keep(session, actor, bed, region_code, application.elder_id, Days(day), held_until)
    application.state, application.stay_id = following, stay.id
    note = out_of_turn if passes_over else None
    note_change(session, application, AdmissionAction.OFFER, actor, note)
    return application


async def offer_next(
    session: AsyncSession,
    actor: Actor,
    *,
    bed_id: UUID,
    held_until: datetime,
    starts_on: date | None = None,
) -> AdmissionApplication:
    """The same for whoever is the first of those who wait for such a bed.

    Raises: NotFound, PermissionDenied, InvalidInput(bed_id) where nobody waits for it,
        InvalidInput(held_until or starts_on), BedUnavailable.
    """
    bed, region_code = await _lock_home(session, bed_id)
    require(actor, Permission.ADMISSION_DECIDE, region_code, action=AdmissionAction.OFFER.value)
    found: UUID | None = None
    while first := await first_who_fits(session, bed, region_code, starts_on or today()):
        if first.application_id == found:
            break
        # While the elder's row was waited for, they may have gone to another home.
        await lock_elder(session, first.elder_id)
        found = first.application_id
    if first is None:
        raise InvalidInput("bed_id", reason=Reason.NOBODY_WAITS)
    return await offer(
        session,
        actor,
        first.application_id,
        bed_id=bed_id,
        held_until=held_until,
        starts_on=starts_on,
    )


async def _lock_home(session: AsyncSession, bed_id: UUID) -> tuple[Bed, str]:
    """The bed, and its station's region; the station is locked.

    Raises: NotFound(bed_id).
    """
    home = (
        select(Bed, col(Station.region_code))
        .join(Station, col(Station.id) == col(Bed.station_id))
        .where(col(Bed.id) == bed_id)
    )
    # Not the bed: its turn is after the elder's.
    locked = home.with_for_update(of=Station, key_share=True)
    found = (await session.execute(locked)).one_or_none()
    if found is None:
        raise NotFound("bed_id")
    return found[0], found[1]


def _refuse_unfit(application: AdmissionApplication, bed: Bed) -> None:
    as_wanted = application.nursing in (None, bed.nursing) and application.kind is bed.kind
    if application.station_id != bed.station_id or not as_wanted:
        raise InvalidInput("bed_id", reason=Reason.NOT_AS_APPLIED)
