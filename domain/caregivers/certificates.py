"""Certificates are entered, renewed and withdrawn; what was believed before stays."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.access import Actor, Permission
from domain.authority import require
from domain.calendar import now
from domain.caregivers.keeping import worker
from domain.caregivers.models import Certificate, CertificateKind
from domain.caregivers.visibility import certificate_visible
from domain.crypto import Vault, masked_number, place
from domain.errors import InvalidInput, NotFound
from domain.lines import line
from domain.periods import holding
from domain.reasons import Reason

MAX_TEXT = 60
"""Characters of a certificate's number, and of who has issued it."""

MAX_BECAUSE = 200
"""Characters of why one is withdrawn."""

NUMBER = "certificate.number_cipher"


@dataclass(frozen=True, slots=True)
class Paper:
    """What a certificate says.

    Parameters:
        since, until: good from a day on until before another.
    """

    number: str
    issued_by: str
    since: date
    until: date


async def add(
    session: AsyncSession,
    vault: Vault,
    actor: Actor,
    account_id: UUID,
    kind: CertificateKind,
    grade: int | None,
    paper: Paper,
) -> Certificate:
    """Enter a certificate of somebody's.

    Parameters:
        grade: of caregivers' certificates, 1 (the best) to 5; None for any other.

    Raises: NotFound(account_id), PermissionDenied, InvalidInput(account_id, grade, number,
        issued_by or until), AlreadyExists where they hold one of the kind on one of these days.
    """
    account, region_code = await worker(session, actor, Permission.CERTIFICATE_KEEP, account_id)
    if (kind is CertificateKind.CAREGIVER) != (grade is not None) or not 1 <= (grade or 1) <= 5:
        raise InvalidInput("grade", reason=Reason.GRADE)
    if paper.until <= paper.since:
        raise InvalidInput("until", reason=Reason.AFTER_SINCE)
    number = line("number", paper.number, MAX_TEXT)
    certificate = Certificate(
        region_code=region_code,
        account_id=account.id,
        kind=kind,
        grade=grade,
        number_masked=masked_number(number),
        number_cipher=vault.seal(number, place(NUMBER, account.id)),
        issued_by=line("issued_by", paper.issued_by, MAX_TEXT),
        since=paper.since,
        until=paper.until,
        # Not the default, the transaction's beginning: it may have waited for another.
        recorded_at=now(),
        recorded_by=actor.id,
    )
    session.add(certificate)
    await session.flush()
    return certificate


async def renew(
    session: AsyncSession, vault: Vault, actor: Actor, certificate_id: UUID, paper: Paper
) -> Certificate:
    """Enter the certificate that follows another of the same kind and grade.

    Returns: the new one; the other stays good until its last day.

    Raises: NotFound, InvalidInput(id) for one that is withdrawn, InvalidInput(since) for one that
        begins before the other ends, and as for ``add``.
    """
    known = await _kept(session, actor, certificate_id, lock=False)
    # The worker first, as wherever else papers and assignments wait for each other.
    await worker(session, actor, Permission.CERTIFICATE_KEEP, known.account_id)
    before = await _kept(session, actor, certificate_id)
    if paper.since < before.until:
        last = before.until - timedelta(days=1)
        raise InvalidInput("since", reason=Reason.NOT_BEFORE, earliest=str(last))
    return await add(session, vault, actor, before.account_id, before.kind, before.grade, paper)


async def withdraw(
    session: AsyncSession, actor: Actor, certificate_id: UUID, because: str
) -> Certificate:
    """Say that a certificate is not good: it was revoked, or never was. What was done while it was
    believed stays; assignments that need it lapse.

    Raises: NotFound, PermissionDenied, InvalidInput(id) for one that is withdrawn, or (because).
    """
    certificate = await _kept(session, actor, certificate_id)
    certificate.withdrawn_because = line("because", because, MAX_BECAUSE)
    certificate.withdrawn_at, certificate.withdrawn_by = now(), actor.id
    return certificate


def good_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a certificate is good on a day, as is believed now.

    Parameters:
        day: the day; SQL of a value to come will do as well.
    """
    return and_(col(Certificate.withdrawn_at).is_(None), holding(Certificate, day))


def renewed(actor: Actor) -> ColumnElement[bool]:
    """Whether another certificate of the kind follows it, that the actor sees."""
    later = aliased(Certificate)
    seen = select(col(Certificate.id)).where(certificate_visible(actor)).correlate(None)
    follows = select(col(later.id)).where(
        col(later.account_id) == col(Certificate.account_id),
        col(later.kind) == col(Certificate.kind),
        col(later.until) > col(Certificate.until),
        col(later.withdrawn_at).is_(None),
        col(later.id).in_(seen),
    )
    return follows.correlate(Certificate).exists()


async def _kept(
    session: AsyncSession, actor: Actor, certificate_id: UUID, *, lock: bool = True
) -> Certificate:
    """A certificate that the actor keeps and that is believed, as it is now."""
    seen = select(Certificate).where(
        col(Certificate.id) == certificate_id, certificate_visible(actor)
    )
    seen = seen.execution_options(populate_existing=True)
    certificate = await session.scalar(seen.with_for_update(of=Certificate) if lock else seen)
    if certificate is None:
        raise NotFound("id")
    require(actor, Permission.CERTIFICATE_KEEP, certificate.region_code)
    if certificate.withdrawn_at is not None:
        raise InvalidInput("id", reason=Reason.WITHDRAWN_ALREADY)
    return certificate
