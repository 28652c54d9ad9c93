"""Caregivers are assigned to elders, as far as their certificates go."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import periods
from domain.access import Actor, Permission, Role
from domain.authority import require
from domain.calendar import now, today
from domain.caregivers.certificates import good_on
from domain.caregivers.keeping import worker
from domain.caregivers.models import (
    CareAssignment,
    CareAssignmentKind,
    Certificate,
    CertificateKind,
)
from domain.caregivers.rules import NEEDS
from domain.caregivers.visibility import care_assignment_visible
from domain.database import Database
from domain.elders.locks import lock_visible_elder
from domain.errors import CertificateExpired, CertificateMissing, InvalidInput, NotFound
from domain.ids import public_id
from domain.reasons import Reason
from domain.versions import check_version

_CAREGIVERS = frozenset({Role.CAREGIVER})


@dataclass(frozen=True, slots=True)
class Wish:
    """An assignment to be.

    Parameters:
        since: the first day, 31 days back to a year ahead; today if None.
        until: the first day no more; None for one without an end.
    """

    elder_id: UUID
    account_id: UUID
    kind: CareAssignmentKind
    since: date | None = None
    until: date | None = None


async def add(session: AsyncSession, actor: Actor, wish: Wish) -> CareAssignment:
    """Assign a caregiver to an elder.

    Raises: NotFound(elder_id or account_id), PermissionDenied, InvalidInput(account_id, since or
        until), CertificateMissing(account_id) and CertificateExpired(account_id) where one that it
        takes is not good on the first day, AlreadyExists where they are assigned on one of these
        days.
    """
    await lock_visible_elder(session, actor, wish.elder_id)
    permission = Permission.CARE_ASSIGNMENT_KEEP
    caregiver, region_code = await worker(session, actor, permission, wish.account_id, _CAREGIVERS)
    since = periods.enterable(wish.since, "since")
    if wish.until is not None and wish.until <= since:
        raise InvalidInput("until", reason=Reason.AFTER_SINCE)
    await _check_certificates(session, caregiver.id, wish.kind, since)
    assignment = CareAssignment(
        elder_id=wish.elder_id,
        account_id=caregiver.id,
        region_code=region_code,
        kind=wish.kind,
        since=since,
        until=wish.until,
        set_by=actor.id,
        set_at=now(),
    )
    session.add(assignment)
    await session.flush()
    return assignment


async def end(
    session: AsyncSession, actor: Actor, assignment_id: UUID, expected_version: int | None = None
) -> CareAssignment:
    """Let an assignment end today; one that has not begun never does.

    Parameters:
        expected_version: the row's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, InvalidInput(id) for one that is over.
    """
    seen = select(CareAssignment).where(
        col(CareAssignment.id) == assignment_id, care_assignment_visible(actor)
    )
    assignment = await session.scalar(seen.with_for_update(of=CareAssignment))
    if assignment is None:
        raise NotFound("id")
    require(actor, Permission.CARE_ASSIGNMENT_KEEP, assignment.region_code)
    check_version(assignment, expected_version)
    periods.end(assignment)
    assignment.ended_by, assignment.ended_at = actor.id, now()
    return assignment


def holds_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether an assignment is in force on a day.

    Parameters:
        day: the day; SQL of a value to come will do as well, so below.
    """
    return periods.holding(CareAssignment, day)


def lapsed_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether an assignment in force on a day lacks a certificate that is good then."""
    lacks = [
        and_(col(CareAssignment.kind) == kind, or_(*(~_has(needed, day) for needed in needs)))
        for kind, needs in NEEDS.items()
    ]
    return and_(holds_on(day), or_(*lacks))


def as_told(actor: Actor, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition on a caregiver's certificates; who does not see them finds nothing by it."""
    return condition if actor.may(Permission.CARE_LAPSES_READ) else false()


async def lacking_today(
    database: Database, keys: Collection[UUID], *, primary: bool = False
) -> Mapping[UUID, Sequence[CertificateKind]]:
    """The certificates that assignments in force take and that are not good today, of those that
    lack any.

    Parameters:
        primary: as for ``Database.fetch``.
    """
    pairs = union_all(
        *(
            select(literal(kind.value).label("kind"), literal(needed.value).label("needed"))
            for kind, needs in NEEDS.items()
            for needed in needs
        )
    ).subquery()
    holds = select(col(Certificate.id)).where(
        col(Certificate.account_id) == col(CareAssignment.account_id),
        col(Certificate.kind) == pairs.c.needed,
        good_on(today()),
    )
    statement = (
        select(col(CareAssignment.id), pairs.c.needed)
        .join(pairs, pairs.c.kind == col(CareAssignment.kind))
        .where(col(CareAssignment.id).in_(keys), holds_on(today()), ~holds.exists())
    )
    found: dict[UUID, list[CertificateKind]] = {}
    for key, needed in await database.fetch(statement, primary=primary):
        found.setdefault(key, []).append(CertificateKind(needed))
    return {key: sorted(kinds) for key, kinds in found.items()}


def _has(kind: CertificateKind, day: date | ColumnElement[date]) -> ColumnElement[bool]:
    good = select(col(Certificate.id)).where(
        col(Certificate.account_id) == col(CareAssignment.account_id),
        col(Certificate.kind) == kind,
        good_on(day),
    )
    return good.correlate(CareAssignment).exists()


async def _check_certificates(
    session: AsyncSession, account_id: UUID, kind: CareAssignmentKind, day: date
) -> None:
    """Raises: CertificateMissing, CertificateExpired."""
    believed = (
        select(Certificate)
        .where(
            col(Certificate.account_id) == account_id,
            col(Certificate.kind).in_(NEEDS[kind]),
            col(Certificate.withdrawn_at).is_(None),
        )
        .order_by(col(Certificate.until))
    )
    # Not withdrawn meanwhile: whoever withdraws one waits.
    held = (await session.scalars(believed.with_for_update(read=True))).all()
    good = {one.kind for one in held if periods.holds(one, day)}
    last = {one.kind: one for one in held}
    lacking = [needed for needed in NEEDS[kind] if needed not in good]
    if missing := [needed for needed in lacking if needed not in last]:
        raise CertificateMissing("account_id", certificates=", ".join(missing))
    if lacking:
        papers = [public_id("certificate", last[needed].id) for needed in lacking]
        raise CertificateExpired(
            "account_id", blockers=papers, certificates=", ".join(lacking), day=str(day)
        )
