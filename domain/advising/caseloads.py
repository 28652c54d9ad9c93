"""Each elder has at most one advisor a day; that two do not overlap is PostgreSQL's to say."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain import periods
from domain.access import Actor, Permission, Role
from domain.accounts.models import Account
from domain.accounts.periods import in_force
from domain.accounts.visibility import account_visible
from domain.advising.models import Caseload
from domain.advising.visibility import caseload_visible
from domain.calendar import now, today
from domain.elders.locks import lock_visible_elder
from domain.errors import AlreadyExists, InvalidInput, NotFound, PermissionDenied
from domain.ids import public_id
from domain.reasons import Reason
from domain.versions import check_version


async def assign(
    session: AsyncSession,
    actor: Actor,
    elder_id: UUID,
    account_id: UUID,
    since: date | None = None,
) -> Caseload:
    """Let an advisor answer for an elder.

    Parameters:
        since: the first day, none past, a year ahead at most; today if None.

    Raises: NotFound(elder_id or account_id), PermissionDenied, InvalidInput(account_id or since),
        AlreadyExists(elder_id) where somebody does on one of these days; the blockers are theirs.
    """
    lives_in = await lock_visible_elder(session, actor, elder_id)
    if not actor.may(Permission.CASELOAD_KEEP):
        raise PermissionDenied(action=Permission.CASELOAD_KEEP.value)
    first = since or today()
    if first < today():
        raise InvalidInput("since", reason=Reason.NOT_PAST)
    if first > today() + timedelta(days=periods.MAX_DAYS_AHEAD):
        raise InvalidInput("since", reason=Reason.DAYS_AHEAD, most=periods.MAX_DAYS_AHEAD)
    await _check_advisor(session, actor, account_id, lives_in)
    taken = select(col(Caseload.id)).where(
        col(Caseload.elder_id) == elder_id,
        periods.lasting(col(Caseload.until), first),
        # One that was ended before it began is nobody's.
        col(Caseload.until).is_distinct_from(col(Caseload.since)),
    )
    blockers = [public_id("caseload", key) for key in (await session.scalars(taken)).all()]
    if blockers:
        raise AlreadyExists("elder_id", blockers=blockers)
    case = Caseload(
        elder_id=elder_id, account_id=account_id, since=first, set_by=actor.id, set_at=now()
    )
    session.add(case)
    await session.flush()
    return case


async def end(
    session: AsyncSession, actor: Actor, caseload_id: UUID, expected_version: int | None = None
) -> Caseload:
    """Let an advisor answer for an elder no more from today on; of one to come, not at all.

    Parameters:
        expected_version: the row's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, InvalidInput(id) for one that is over.
    """
    seen = select(Caseload).where(col(Caseload.id) == caseload_id, caseload_visible(actor))
    found = await session.scalar(seen)
    if found is None:
        raise NotFound("id")
    if not actor.may(Permission.CASELOAD_KEEP):
        raise PermissionDenied(action=Permission.CASELOAD_KEEP.value)
    # The elder first, as whoever assigns one: else the two would wait for each other.
    await lock_visible_elder(session, actor, found.elder_id, "id")
    case = await session.scalar(
        seen.with_for_update(of=Caseload).execution_options(populate_existing=True)
    )
    if case is None:
        raise NotFound("id")
    check_version(case, expected_version)
    periods.end(case)
    case.ended_by, case.ended_at = actor.id, now()
    await session.flush()
    return case


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    caseload_id: UUID,
    account_id: UUID,
    expected_version: int | None = None,
) -> Caseload:
    """Let another advisor answer for the elder from now on.

    Parameters:
        expected_version: as for ``end``.
    Returns: the other's.

    Raises: as for ``assign`` and ``end``.
    """
    case = await end(session, actor, caseload_id, expected_version)
    return await assign(session, actor, case.elder_id, account_id, case.until)


async def _check_advisor(
    session: AsyncSession, actor: Actor, account_id: UUID, lives_in: str
) -> None:
    """Make sure that an account is an advisor's now, of where the elder lives.

    Parameters:
        lives_in: the code of the elder's division.

    Raises: NotFound(account_id), InvalidInput(account_id).
    """
    seen = select(Account).where(col(Account.id) == account_id, account_visible(actor))
    # Not ended meanwhile.
    account = await session.scalar(seen.with_for_update(of=Account, read=True))
    if account is None:
        raise NotFound("account_id")
    if account.role is not Role.ADVISOR or not in_force(account):
        raise InvalidInput("account_id", reason=Reason.HELD_IN_CARE)
    if not lives_in.startswith(account.region_code or " "):
        raise InvalidInput("account_id", reason=Reason.ADVISES_ELSEWHERE)
