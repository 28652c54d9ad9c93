"""Roles are granted and ended by a higher role in the same place; nobody grants themselves.

Locks are taken in one order: accounts by their keys, then the person. Of two grants to one person
the second waits, and then sees the first; both in the exclusion constraint would wait for each
other, and one would be killed.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, and_, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission, Role
from domain.accounts.attempts import Limit, count
from domain.accounts.hierarchy import GRANTS, may_grant
from domain.accounts.models import Account, Person
from domain.accounts.periods import in_force
from domain.accounts.persons import person_name, person_with_phone, phone_number
from domain.accounts.places import PLACE_OF, Place, located
from domain.accounts.revocations import revoke
from domain.accounts.visibility import account_visible
from domain.calendar import day_begins, district_day, now
from domain.crypto import Vault
from domain.database import Database
from domain.errors import ConflictOfInterest, InvalidInput, NotFound, PermissionDenied, RoleHeld
from domain.ids import public_id
from domain.jobs import Job, enqueue
from domain.reasons import Reason
from domain.volunteers.giving_back import give_back_of_role
from domain.volunteers.registering import register

END_JOB = "account.end"
"""The worker's job that voids the tokens of an account whose time was cut short."""

LONGEST_AHEAD = timedelta(days=3653)
"""Ten years: how far from today a day may lie on which a role begins or ends."""

_BY_ONE = Limit(at_once=100, seconds=60)
"""How often somebody may name people by their phones: a street's volunteers in an afternoon."""

_TO_ONE = Limit(at_once=10, seconds=3600)
"""How often anybody may name who has a phone: whoever guesses at the name comes to an end soon."""

_DAY = timedelta(days=1)
_MOMENT: DateTime = DateTime(timezone=True)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a phone.

    Parameters:
        phone: a mobile number of the mainland, in any writing.
        name: of the person; whoever has the phone already is called so.
    """

    phone: str
    name: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be granted.

    Parameters:
        whom: an account of the person, or who has a phone.
        first_day: from its beginning on, by the district's clock; from now on if None or today.
        last_day: until its end; without end if None.
    """

    role: Role
    place: Place
    whom: UUID | Holder
    first_day: date | None = None
    last_day: date | None = None


async def count_grant(database: Database, vault: Vault, actor: Actor, wish: Wish) -> None:
    """Count a grant to who has a phone, before it is looked at, and also where it is only tried:
    what comes of it tells who has a number, and whether they are called so.

    Raises: PermissionDenied, InvalidInput(phone), TooManyAttempts(seconds).
    """
    if not actor.may(Permission.ROLE_GRANT):
        raise PermissionDenied(action="GRANT")
    if isinstance(wish.whom, Holder):
        phone = phone_number(wish.whom.phone)
        tried = ((f"role grants of {actor.id}", _BY_ONE), (f"role grants to {phone}", _TO_ONE))
        keys = [(vault.digest(named, "auth_attempt.key"), limit) for named, limit in tried]
        await count(database, keys)


async def grant(session: AsyncSession, actor: Actor, vault: Vault, wish: Wish) -> Account:
    """Give a person a role at a place, for a time.

    Raises: PermissionDenied(role or the place), InvalidInput, NotFound(account_id or the place),
        ConflictOfInterest for oneself, RoleHeld(blockers: the account where the actor sees it).
    """
    granter = (await _locked(session, actor))[actor.id]
    if wish.role not in GRANTS.get(granter.role, {}):
        raise PermissionDenied("role", action="GRANT")
    place = await located(session, wish.role, wish.place)
    if not may_grant(granter, wish.role, place):
        raise PermissionDenied(PLACE_OF[wish.role], action="GRANT")
    since, until = _period(wish)
    person = await _person(session, actor, vault, wish.whom)
    if person.id == granter.person_id:
        raise ConflictOfInterest("account_id" if isinstance(wish.whom, UUID) else "phone")
    account = Account(
        name=person.name,
        role=wish.role,
        person_id=person.id,
        since=since,
        until=until,
        granted_by=granter.id,
        **place.columns(),
    )
    await _refuse_second(session, actor, account)
    session.add(account)
    await session.flush()
    if account.role is Role.VOLUNTEER and place.region_code is not None:
        await register(session, account, place.region_code, district_day(since))
    return account


async def end(
    session: AsyncSession, actor: Actor, account_id: UUID, last_day: date | None = None
) -> Account:
    """End a role, now or with a later day; its tokens are void from then on, and visits that a
    volunteer has claimed and that would begin afterwards are open to others.

    Parameters:
        last_day: the last on which it holds, by the district's clock; None for this moment. One
            that has not begun by then never does.

    Raises: NotFound, PermissionDenied, ConflictOfInterest for one's own administration,
        InvalidInput(id) for a role that is over, InvalidInput(last_day) for a day that is over or
        after the role's own end.
    """
    accounts = await _locked(session, actor, account_id)
    granter, account = accounts[actor.id], accounts.get(account_id)
    if account is None:
        raise NotFound("id")
    if not may_grant(granter, account.role, Place.of(account)):
        raise PermissionDenied(action="END")
    if account.role is Role.ADMIN and _same_person(granter, account):
        raise ConflictOfInterest("id")
    moment = now()
    if account.until is not None and account.until <= moment:
        raise InvalidInput("id", reason=Reason.ROLE_OVER)
    account.until = max(account.since, _cut(account, last_day, moment))
    if account.until <= moment:
        await revoke(session, account.id)
    else:
        _end_later(session, account, moment)
    if account.role is Role.VOLUNTEER:
        await give_back_of_role(session, actor, account)
    return account


async def void_if_over(session: AsyncSession, account_id: UUID) -> None:
    """The tokens of an account are void if its time is over: tokens that were issued before its
    time was cut short last longer than it."""
    account = await session.get(Account, account_id)
    if account is not None and account.until is not None and account.until <= now():
        await revoke(session, account.id)


async def _locked(
    session: AsyncSession, actor: Actor, account_id: UUID | None = None
) -> dict[UUID, Account]:
    """The actor's account and perhaps one that the actor sees, by their keys.

    What a token says may be over for a moment already, so the account is asked.
    """
    wanted = col(Account.id) == actor.id
    if account_id is not None:
        wanted = or_(wanted, and_(col(Account.id) == account_id, account_visible(actor)))
    rows = await session.scalars(
        select(Account)
        .where(wanted)
        .order_by(col(Account.id))
        .with_for_update(key_share=True, read=account_id is None)
    )
    found = {account.id: account for account in rows}
    granter = found.get(actor.id)
    asked = Permission.ROLE_GRANT if account_id is None else Permission.ROLE_END
    stands = granter is not None and granter.role is actor.role and in_force(granter)
    if account_id is not None and account_id not in found:
        raise NotFound("id")
    if not stands or not actor.may(asked):
        raise PermissionDenied(action=asked.name.removeprefix("ROLE_"))
    return found


async def _person(session: AsyncSession, actor: Actor, vault: Vault, whom: UUID | Holder) -> Person:
    """The person, locked."""
    if isinstance(whom, Holder):
        name = person_name(whom.name)
        person = await person_with_phone(session, vault, phone_number(whom.phone), name)
        if person.name != name:
            # Numbers are given to others after a while: whoever has it now is somebody else.
            raise InvalidInput("name", reason=Reason.NAME_OF_PHONE)
        return person
    theirs = select(col(Account.person_id)).where(col(Account.id) == whom, account_visible(actor))
    found = (await session.execute(theirs)).one_or_none()
    if found is None:
        raise NotFound("account_id")
    locked = select(Person).where(col(Person.id) == found[0]).with_for_update(key_share=True)
    person = await session.scalar(locked)
    if person is None:
        raise InvalidInput("account_id", reason=Reason.NO_PERSON)
    return person


async def _refuse_second(session: AsyncSession, actor: Actor, account: Account) -> None:
    """For the blockers' sake: that nobody holds a role twice at a place, PostgreSQL sees to."""
    kind = PLACE_OF[account.role]
    here = true() if kind is None else getattr(Account, kind) == getattr(account, kind)
    theirs = func.tstzrange(col(Account.since), col(Account.until))
    wanted = func.tstzrange(literal(account.since), literal(account.until, _MOMENT))
    held = select(col(Account.id), account_visible(actor)).where(
        col(Account.person_id) == account.person_id,
        col(Account.role) == account.role,
        here,
        theirs.op("&&")(wanted),
    )
    found = (await session.execute(held.order_by(col(Account.id)))).all()
    if found:
        seen = [public_id("account", key) for key, visible in found if visible]
        raise RoleHeld("role", blockers=seen)


def _period(wish: Wish) -> tuple[datetime, datetime | None]:
    moment = now()
    today = district_day(moment)
    first = today if wish.first_day is None else wish.first_day
    latest = today + LONGEST_AHEAD
    _check_day("first_day", first, today, latest)
    since = moment if first == today else day_begins(first)
    if wish.last_day is None:
        return since, None
    _check_day("last_day", wish.last_day, first, latest)
    return since, day_begins(wish.last_day + _DAY)


def _cut(account: Account, last_day: date | None, moment: datetime) -> datetime:
    """When a role ends that is ended: not later than it would have."""
    if last_day is None:
        return moment
    today = district_day(moment)
    latest = today + LONGEST_AHEAD
    if account.until is not None:
        latest = district_day(account.until - timedelta.resolution)
    _check_day("last_day", last_day, today, latest)
    end = day_begins(last_day + _DAY)
    return end if account.until is None else min(end, account.until)


def _check_day(field: str, day: date, least: date, most: date) -> None:
    if not least <= day <= most:
        raise InvalidInput(field, reason=Reason.RANGE, least=str(least), most=str(most))


def _end_later(session: AsyncSession, account: Account, moment: datetime) -> None:
    """Tokens for it may have been issued that last longer than it does now."""
    assert account.until is not None
    key = f"{END_JOB}:{account.id}:{account.until.isoformat()}"
    arguments = {"account_id": str(account.id)}
    enqueue(session, Job(END_JOB, arguments, account.until - moment, key))


def _same_person(one: Account, other: Account) -> bool:
    return one.id == other.id or (one.person_id is not None and one.person_id == other.person_id)
