"""Who may assess: accounts of stations and of caregivers with a certificate that is good."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import periods
from domain.access import Actor, Permission, Role
from domain.accounts.models import Account
from domain.accounts.periods import in_force
from domain.accounts.persons import same_person
from domain.accounts.visibility import account_visible
from domain.assessments.models import Assessor
from domain.assessments.visibility import assessor_visible
from domain.authority import require
from domain.calendar import today
from domain.errors import (
    CertificateMissing,
    ConflictOfInterest,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from domain.lines import line
from domain.reasons import Reason
from domain.versions import check_version

MAX_CERTIFICATE = 60
"""Characters of a certificate's number."""

_ASSESSING: Final = frozenset({Role.CAREGIVER, Role.STATION})


@dataclass(frozen=True, slots=True)
class Appointment:
    """An assessor to be.

    Parameters:
        clinical: whether a doctor or a nurse, or whom else the division counts as clinical.
        certificate: its number.
        since, until: from a day on until before another.
    """

    account_id: UUID
    clinical: bool
    certificate: str
    since: date
    until: date


async def appoint(session: AsyncSession, actor: Actor, wish: Appointment) -> Assessor:
    """Enter somebody's certificate.

    Raises: NotFound(account_id), PermissionDenied, ConflictOfInterest(account_id) for one's own, in
        whatever role, InvalidInput, AlreadyExists where they have another one on one of these days.
    """
    if not actor.may(Permission.ASSESSOR_KEEP):
        raise PermissionDenied(action=Permission.ASSESSOR_KEEP.value)
    account = await _account(session, actor, wish.account_id)
    require(actor, Permission.ASSESSOR_KEEP, account.region_code or "")
    if await same_person(session, actor, account.id):
        raise ConflictOfInterest("account_id")
    if account.role not in _ASSESSING or not in_force(account) or account.region_code is None:
        raise InvalidInput("account_id", reason=Reason.ASSESSES)
    certificate = line("certificate", wish.certificate, MAX_CERTIFICATE)
    if wish.until <= max(today(), wish.since):
        raise InvalidInput("until", reason=Reason.TO_COME)
    assessor = Assessor(
        region_code=account.region_code,
        account_id=account.id,
        clinical=wish.clinical,
        certificate=certificate,
        since=wish.since,
        until=wish.until,
        set_by=actor.id,
    )
    session.add(assessor)
    await session.flush()
    return assessor


async def end(
    session: AsyncSession, actor: Actor, assessor_id: UUID, expected_version: int | None = None
) -> Assessor:
    """Let a certificate count no more from today on; what was signed with it stays.

    Parameters:
        expected_version: the row's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, InvalidInput(id) for one that is over.
    """
    seen = select(Assessor).where(col(Assessor.id) == assessor_id, assessor_visible(actor))
    assessor = await session.scalar(seen.with_for_update(of=Assessor))
    if assessor is None:
        raise NotFound("id")
    require(actor, Permission.ASSESSOR_KEEP, assessor.region_code)
    check_version(assessor, expected_version)
    periods.end(assessor)
    return assessor


async def certified(session: AsyncSession, actor: Actor) -> Assessor:
    """The actor's certificate that is good today. Raises: CertificateMissing."""
    good = select(Assessor).where(
        col(Assessor.account_id) == actor.id, periods.holding(Assessor, today())
    )
    # Not ended meanwhile: whoever ends it waits.
    assessor = await session.scalar(good.with_for_update(read=True))
    if assessor is None:
        raise CertificateMissing(certificates="ASSESSOR")
    return assessor


async def _account(session: AsyncSession, actor: Actor, account_id: UUID) -> Account:
    seen = select(Account).where(col(Account.id) == account_id, account_visible(actor))
    account = await session.scalar(seen)
    if account is None:
        raise NotFound("account_id")
    return account
