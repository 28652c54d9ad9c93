"""Happiness points (幸福积分): a district gives them to elders and volunteers, who spend them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.accounts.models import Account
from domain.accounts.persons import is_elder, same_person
from domain.elders.models import Elder
from domain.elders.visibility import elder_visible
from domain.errors import ConflictOfInterest, InvalidInput, NotFound, PermissionDenied
from domain.ledger.models import (
    Currency,
    Holder,
    LedgerAccount,
    LedgerTransfer,
    TransferKind,
)
from domain.ledger.service import (
    Entry,
    Leg,
    book_of,
    check_available,
    opened,
    reason_given,
    transfer,
    whole,
)
from domain.ledger.visibility import ledger_account_visible
from domain.reasons import Reason
from domain.visits.models import Volunteer
from domain.visits.visibility import volunteer_visible

MOST_AT_ONCE = 10_000
"""Points of one grant; our own choice: a typing error stays small."""

PERSONAL = (Holder.ELDER, Holder.VOLUNTEER)
"""Whose accounts are somebody's."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is given points: an elder or a volunteer, one of the two.

    Raises: InvalidInput(elder_id) for none and for both.
    """

    elder_id: UUID | None = None
    volunteer_id: UUID | None = None

    def __post_init__(self) -> None:
        if (self.elder_id is None) is (self.volunteer_id is None):
            raise InvalidInput("elder_id", reason=Reason.ELDER_OR_VOLUNTEER)


async def grant(
    session: AsyncSession, actor: Actor, whom: Person, points: int, reason: str
) -> LedgerTransfer:
    """Give somebody points of their district's, which is the actor's as well.

    Raises: NotFound(elder_id or volunteer_id), PermissionDenied, ConflictOfInterest(elder_id or
        volunteer_id) for oneself, in whatever role, InvalidInput(points or reason).
    """
    book = book_of(await _place_of(session, actor, whom))
    # A volunteer whom one sees here may be another district's.
    theirs = actor.governs(book) or book == book_of(actor.region or "")
    if not actor.may(Permission.POINTS_GRANT) or not theirs:
        raise PermissionDenied(action=Permission.POINTS_GRANT.value)
    await _refuse_oneself(session, actor, whom)
    given, said = whole(points, MOST_AT_ONCE, "points"), reason_given(reason)
    account = await opened(
        session,
        book,
        Currency.POINTS,
        Holder.ELDER if whom.elder_id else Holder.VOLUNTEER,
        elder_id=whom.elder_id,
        volunteer_id=whom.volunteer_id,
    )
    issued = await opened(session, book, Currency.POINTS, Holder.ISSUED)
    entry = Entry(TransferKind.POINTS_GRANT, actor.id, elder_id=whom.elder_id, reason=said)
    return await transfer(session, [Leg(issued, -given), Leg(account, given)], entry)


async def redeem(
    session: AsyncSession, actor: Actor, account_id: UUID, points: int, reason: str
) -> LedgerTransfer:
    """Spend points.

    Parameters:
        reason: on what.

    Raises: NotFound, PermissionDenied, InvalidInput(points or reason, or id for an account that
        holds nobody's points), InsufficientBalance(points).
    """
    seen = select(LedgerAccount).where(
        col(LedgerAccount.id) == account_id, ledger_account_visible(actor)
    )
    # Its key is referred to by nothing but postings, which wait anyway.
    account = await session.scalar(seen.with_for_update(of=LedgerAccount, key_share=True))
    if account is None:
        raise NotFound("id")
    if not actor.may(Permission.POINTS_REDEEM):
        raise PermissionDenied(action=Permission.POINTS_REDEEM.value)
    if account.holder not in PERSONAL or account.currency is not Currency.POINTS:
        raise InvalidInput("id", reason=Reason.POINTS_ACCOUNT)
    spent, said = whole(points, MOST_AT_ONCE, "points"), reason_given(reason)
    check_available(account, spent, "points")
    redeemed = await opened(session, account.region_code, Currency.POINTS, Holder.REDEEMED)
    entry = Entry(TransferKind.POINTS_REDEMPTION, actor.id, elder_id=account.elder_id, reason=said)
    return await transfer(session, [Leg(account, -spent), Leg(redeemed, spent)], entry)


async def _refuse_oneself(session: AsyncSession, actor: Actor, whom: Person) -> None:
    """Raises: ConflictOfInterest."""
    if whom.elder_id and await is_elder(session, actor, whom.elder_id):
        raise ConflictOfInterest("elder_id")
    if whom.volunteer_id and await same_person(session, actor, whom.volunteer_id):
        raise ConflictOfInterest("volunteer_id")


async def _place_of(session: AsyncSession, actor: Actor, whom: Person) -> str:
    """Where somebody whom the actor sees belongs. Raises: NotFound."""
    if whom.elder_id:
        field = "elder_id"
        place = select(col(Elder.region_code)).where(
            col(Elder.id) == whom.elder_id, elder_visible(actor)
        )
    else:
        field = "volunteer_id"
        # Where they visit, as for their minutes, wherever they live.
        place = (
            select(col(Account.region_code))
            .join(Volunteer, col(Volunteer.id) == col(Account.id))
            .where(col(Volunteer.id) == whom.volunteer_id, volunteer_visible(actor))
        )
    found = await session.scalar(place)
    if found is None:
        raise NotFound(field)
    return found
