"""The time bank: verified visits give minutes, minutes give help to oneself and one's own.

No verb turns minutes into anything else: what is redeemed is help.
"""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain import lines
from domain.access import Actor, Permission
from domain.accounts.models import Account, Person, Relation
from domain.accounts.persons import is_elder, same_person
from domain.accounts.visibility import own
from domain.calendar import district_day, now, today, whole_years
from domain.elders.models import Elder
from domain.errors import (
    ConflictOfInterest,
    InsufficientBalance,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from domain.family.lifecycle import LinkState
from domain.family.models import FamilyLink
from domain.ledger.lifecycle import BY_OTHERS, HOLD_LIFECYCLE, PERMISSION_FOR, HoldAction, HoldState
from domain.ledger.models import (
    Currency,
    Holder,
    LedgerAccount,
    LedgerHold,
    LedgerPosting,
    LedgerTransfer,
    TransferKind,
)
from domain.ledger.service import (
    Entry,
    Leg,
    book_of,
    check_available,
    opened,
    transfer,
    whole,
)
from domain.ledger.visibility import ledger_hold_visible
from domain.outbox import Event, record
from domain.reasons import Reason
from domain.visits.models import VisitTask

STEP_MINUTES = 30
"""A visit's minutes are rounded down to a multiple of it."""

MOST_A_DAY = 120
"""Minutes that visits of one of the district's days give a person; the rest is donated."""

MOST_IN_ALL = 36_000
"""Minutes that visits ever give a person; the rest is donated."""

OLD_ENOUGH = 60
"""Years of a relative for whom minutes may be redeemed; a spouse may be younger."""

HOLDS = "ledger_hold"
"""The outbox topic of holds; the change is their state."""

_KIN = (Relation.DAUGHTER, Relation.SON, Relation.GRANDCHILD, Relation.SIBLING)


async def credit(session: AsyncSession, actor: Actor, visit: VisitTask) -> LedgerTransfer | None:
    """Give the minutes of a visit to whoever made it, and to the donations what is over a day's
    or all that a person may have.

    Parameters:
        actor: who has verified it.
        visit: verified in this transaction.

    Returns: None for a visit too short to count.
    """
    minutes = minutes_of(visit)
    if not minutes or visit.claimed_by is None or visit.checked_in_at is None:
        return None
    made_by = await session.get_one(Account, visit.claimed_by)
    if made_by.person_id:
        # Somebody may visit in two places; both count as theirs.
        person = select(col(Person.id)).where(col(Person.id) == made_by.person_id)
        await session.execute(person.with_for_update(key_share=True))
    book = book_of(made_by.region_code or visit.region_code)
    account = await opened(
        session, book, Currency.MINUTES, Holder.VOLUNTEER, volunteer_id=made_by.id
    )
    day = district_day(visit.checked_in_at)
    theirs = min(minutes, await _room(session, made_by, day))
    legs = [Leg(await opened(session, book, Currency.MINUTES, Holder.ISSUED), Decimal(-minutes))]
    if theirs:
        legs.append(Leg(account, Decimal(theirs)))
    if over := minutes - theirs:
        donated = await opened(session, book, Currency.MINUTES, Holder.DONATED)
        legs.append(Leg(donated, Decimal(over)))
    entry = Entry(TransferKind.VISIT_CREDIT, actor.id, visit_task_id=visit.id, credited_on=day)
    return await transfer(session, legs, entry)


def minutes_of(visit: VisitTask) -> int:
    """What a visit counts: from check-in to check-out, in whole half hours."""
    if visit.checked_in_at is None or visit.checked_out_at is None:
        return 0
    lasted = (visit.checked_out_at - visit.checked_in_at) // timedelta(minutes=STEP_MINUTES)
    return max(lasted, 0) * STEP_MINUTES


async def _room(session: AsyncSession, volunteer: Account, day: date) -> int:
    """How many more minutes a person may be given for visits of a day."""
    reversal = aliased(LedgerTransfer)
    person = volunteer.person_id
    same = col(Account.id) == volunteer.id
    accounts = select(col(Account.id)).where(
        or_(same, col(Account.person_id) == person) if person else same
    )
    amount = func.sum(col(LedgerPosting.amount))
    given = (
        select(amount.filter(col(LedgerTransfer.credited_on) == day), amount)
        .join(LedgerTransfer, col(LedgerTransfer.id) == col(LedgerPosting.transfer_id))
        .join(LedgerAccount, col(LedgerAccount.id) == col(LedgerPosting.account_id))
        .where(
            col(LedgerAccount.volunteer_id).in_(accounts),
            col(LedgerTransfer.kind) == TransferKind.VISIT_CREDIT,
            ~exists().where(col(reversal.reverses_id) == col(LedgerTransfer.id)),
        )
    )
    that_day, in_all = (await session.execute(given)).one()
    return max(0, int(min(MOST_A_DAY - (that_day or 0), MOST_IN_ALL - (in_all or 0))))


async def redeem(
    session: AsyncSession, actor: Actor, minutes: int, elder_id: UUID | None = None
) -> LedgerHold:
    """Set minutes aside for help.

    Parameters:
        elder_id: whom it is for; None for oneself.

    Raises: PermissionDenied, InvalidInput(minutes, or elder_id for who is no relative of 60),
        NotFound(elder_id) for one to whom there is no link, InsufficientBalance(minutes).
    """
    wanted, account = await _own_minutes(session, actor, minutes, Permission.TIME_BANK_REDEEM)
    if elder_id is not None:
        await _check_kin(session, actor, elder_id)
    hold = LedgerHold(
        account_id=account.id,
        region_code=account.region_code,
        currency=account.currency,
        amount=wanted,
        state=HoldState.HELD,
        elder_id=elder_id,
        made_by=actor.id,
    )
    session.add(hold)
    await session.flush()
    record(session, Event(HOLDS, hold.id, hold.state.value))
    return hold


async def donate(session: AsyncSession, actor: Actor, minutes: int) -> LedgerTransfer:
    """Give minutes to those who have none.

    Raises: PermissionDenied, InvalidInput(minutes), InsufficientBalance(minutes).
    """
    given, account = await _own_minutes(session, actor, minutes, Permission.TIME_BANK_DONATE)
    donated = await opened(session, account.region_code, Currency.MINUTES, Holder.DONATED)
    entry = Entry(TransferKind.DONATION, actor.id)
    return await transfer(session, [Leg(account, -given), Leg(donated, given)], entry)


async def complete(
    session: AsyncSession, actor: Actor, hold_id: UUID, note: str | None = None
) -> LedgerHold:
    """The help was given: the minutes are spent.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed),
        ConflictOfInterest for whose minutes they are, InvalidInput(note).
    """
    hold = await _ended(session, actor, hold_id, HoldAction.COMPLETE, note)
    account = await session.get_one(LedgerAccount, hold.account_id)
    spent = await opened(session, hold.region_code, hold.currency, Holder.REDEEMED)
    entry = Entry(TransferKind.REDEMPTION, actor.id, hold_id=hold.id, elder_id=hold.elder_id)
    await transfer(session, [Leg(account, -hold.amount), Leg(spent, hold.amount)], entry)
    return hold


async def release(
    session: AsyncSession, actor: Actor, hold_id: UUID, note: str | None = None
) -> LedgerHold:
    """The help is not wanted, or cannot be given: the minutes are free again.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed), InvalidInput(note).
    """
    return await _ended(session, actor, hold_id, HoldAction.RELEASE, note)


def available_actions(actor: Actor, state: HoldState, *, own: bool) -> list[HoldAction]:
    """What the actor may do with a hold now.

    Parameters:
        own: whether the actor has made it, in whatever role.
    """
    return [
        action
        for action in HOLD_LIFECYCLE.actions(state)
        if actor.may(PERMISSION_FOR[action]) and not (own and action in BY_OTHERS)
    ]


async def _own_minutes(
    session: AsyncSession, actor: Actor, minutes: int, asks: Permission
) -> tuple[Decimal, LedgerAccount]:
    """So many of the actor's own minutes, in the locked account that has them."""
    if not actor.may(asks):
        raise PermissionDenied(action=asks.value)
    wanted = whole(minutes, MOST_IN_ALL, "minutes")
    theirs = select(LedgerAccount).where(
        col(LedgerAccount.volunteer_id) == actor.id,
        col(LedgerAccount.currency) == Currency.MINUTES,
    )
    account = await session.scalar(theirs.with_for_update(key_share=True))
    if account is None:
        raise InsufficientBalance("minutes", available="0")
    check_available(account, wanted, "minutes")
    return wanted, account


async def _check_kin(session: AsyncSession, actor: Actor, elder_id: UUID) -> None:
    """Whether an elder is the actor, or a spouse, or a relative who is old enough: by the links
    that elders have agreed to, in whatever role of the actor's.

    Raises: NotFound, InvalidInput(elder_id).
    """
    if await is_elder(session, actor, elder_id):
        return
    links = (
        select(col(FamilyLink.relation), col(Elder.birth_date))
        .join(Elder, col(Elder.id) == col(FamilyLink.elder_id))
        .where(
            col(FamilyLink.elder_id) == elder_id,
            col(FamilyLink.state) == LinkState.ACTIVE,
            own(actor, col(FamilyLink.account_id)),
        )
    )
    found = (await session.execute(links)).all()
    if not found:
        raise NotFound("elder_id")
    if not any(_is_kin(relation, birth_date) for relation, birth_date in found):
        raise InvalidInput("elder_id", reason=Reason.KIN, years=OLD_ENOUGH)


def _is_kin(relation: Relation, birth_date: date) -> bool:
    old = whole_years(birth_date, today()) >= OLD_ENOUGH
    return relation is Relation.SPOUSE or (relation in _KIN and old)


async def _ended(
    session: AsyncSession, actor: Actor, hold_id: UUID, action: HoldAction, note: str | None
) -> LedgerHold:
    """The hold, locked, moved along its lifecycle, and no longer set aside."""
    seen = select(LedgerHold).where(col(LedgerHold.id) == hold_id, ledger_hold_visible(actor))
    hold = await session.scalar(seen.with_for_update(of=LedgerHold))
    if hold is None:
        raise NotFound("id")
    if not actor.may(PERMISSION_FOR[action]):
        raise PermissionDenied(action=action.value)
    following = HOLD_LIFECYCLE.next(hold.state, action)
    if action in BY_OTHERS and await same_person(session, actor, hold.made_by):
        raise ConflictOfInterest("id")
    hold.note = lines.note(note)
    hold.state, hold.ended_by, hold.ended_at = following, actor.id, now()
    await session.flush()
    record(session, Event(HOLDS, hold.id, following.value))
    return hold
