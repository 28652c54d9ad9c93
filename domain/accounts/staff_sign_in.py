"""A member of staff signs in: whatever the identity provider says of her roles becomes so.

What it gives is given, and what it no longer says is taken away. Accounts that were granted here
are left alone: a role that somebody holds already by hand is not given a second time, and is not
taken.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Role
from domain.accounts.identities import StaffAccount, StaffIdentity, subject_digest
from domain.accounts.models import Account, Person
from domain.accounts.periods import in_force, is_in_force
from domain.accounts.persons import person_with_phone
from domain.accounts.places import PLACE_OF, Place, located
from domain.accounts.revocations import revoke
from domain.audit.service import Act
from domain.calendar import now
from domain.crypto import Vault
from domain.errors import NotFound
from domain.periods import lasting

Seat = tuple[Role, UUID | str | None]

STAFF: Final = frozenset(
    {
        Role.DISPATCHER,
        Role.OFFICIAL,
        Role.ADVISOR,
        Role.AUDITOR,
        Role.STATION,
        Role.CAREGIVER,
        Role.CANTEEN,
        Role.ADMIN,
    }
)
"""The roles that an identity provider may give."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role at a place, as the provider says it.

    Parameters:
        role: one of ``STAFF``.
    """

    role: Role
    place: Place

    @property
    def seat(self) -> Seat:
        """What nobody holds twice at a time (``account_role_once``)."""
        return _seat(self.role, self.place)


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who signs in, as the provider says.

    Parameters:
        phone: eleven digits that the provider has checked to be this person's; None where it gives
            none.
    """

    issuer: str
    subject: str
    name: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What came of it.

    Parameters:
        identity: None for a stranger who is given nothing: no person is made of one.
        accounts: those that the provider gives; none where the sign-in is to be refused.
        acts: for the audit trail.
    """

    identity: StaffIdentity | None
    accounts: Sequence[Account]
    acts: Sequence[Act]


async def sign_in(
    session: AsyncSession,
    vault: Vault,
    claimant: Claimant,
    given: Collection[Assignment],
    within: str | None = None,
) -> SignedIn:
    """Find or make the person, then give and end accounts as the provider says.

    Parameters:
        given: every role that the claims give now; a place that is not there gives none.
        within: code of the division outside of which no place gives any; None for anywhere.
    Raises: AlreadyExists where the same is being made by somebody else at this moment: try again.
    """
    digest = subject_digest(vault, claimant.issuer, claimant.subject)
    await _one_at_a_time(session, digest)
    places = [there for one in given if (there := await _found(session, one, within))]
    seats = {one.seat: one for one in places}
    identity = await session.scalar(
        select(StaffIdentity).where(col(StaffIdentity.subject_hash) == digest)
    )
    if identity is None and not seats:
        return SignedIn(None, (), ())
    if identity is None:
        person_id = await _person(session, vault, claimant)
        identity = StaffIdentity(issuer=claimant.issuer, subject_hash=digest, person_id=person_id)
        session.add(identity)
    else:
        identity.signed_in_at = now()
    await session.flush()
    ended = await _end_others(session, identity, seats)
    accounts, made = await _give(session, identity, claimant.name, seats)
    return SignedIn(identity, accounts, [*ended, *made])


async def _one_at_a_time(session: AsyncSession, digest: bytes) -> None:
    """Two windows of one person wait for each other; the referee is the unique hash."""
    key = int.from_bytes(digest[:8], signed=True)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def _found(session: AsyncSession, given: Assignment, within: str | None) -> Assignment | None:
    """The same with a house's division, if the place is there and not outside."""
    try:
        place = await located(session, given.role, given.place)
    except NotFound:
        return None
    code = place.region_code
    outside = within is not None and code is not None and not code.startswith(within)
    return None if outside else Assignment(given.role, place)


async def _person(session: AsyncSession, vault: Vault, claimant: Claimant) -> UUID:
    """Whoever has the phone already and is called so, or somebody new."""
    if claimant.phone is not None:
        found = await person_with_phone(session, vault, claimant.phone, claimant.name)
        if found.name == claimant.name:
            return found.id
        # Numbers are given to others after a while: what its old owner may see is not for them.
    person = Person(name=claimant.name)
    session.add(person)
    await session.flush()
    return person.id


async def _end_others(
    session: AsyncSession, identity: StaffIdentity, seats: Collection[Seat]
) -> list[Act]:
    """End what the provider gave and gives no more; tokens for it are void at the commit."""
    ours = (
        select(Account)
        .join(StaffAccount, col(StaffAccount.account_id) == col(Account.id))
        .where(col(StaffAccount.identity_id) == identity.id, is_in_force(literal(now())))
        .order_by(col(Account.id))
        .with_for_update(key_share=True, of=Account)
    )
    acts: list[Act] = []
    for account in (await session.scalars(ours)).all():
        if _seat_of(account) in seats:
            continue
        account.until = max(account.since, now())
        await revoke(session, account.id)
        acts.append(Act("staff_role_end", Account.__tablename__, account.id))
    return acts


async def _give(
    session: AsyncSession,
    identity: StaffIdentity,
    name: str,
    seats: Mapping[Seat, Assignment],
) -> tuple[list[Account], list[Act]]:
    """The accounts of all seats; those that are missing are made."""
    await _lock(session, identity.person_id)
    moment = now()
    held, later = await _held(session, identity.person_id, moment)
    acts: list[Act] = []
    for seat in sorted(seats.keys() - held.keys(), key=str):
        account = Account(
            name=name,
            role=seat[0],
            person_id=identity.person_id,
            since=moment,
            until=later.get(seat),
            **seats[seat].place.columns(),
        )
        session.add(account)
        await session.flush()
        session.add(StaffAccount(account_id=account.id, identity_id=identity.id))
        held[seat] = account
        acts.append(Act("staff_role_give", Account.__tablename__, account.id))
    accounts = sorted((held[seat] for seat in seats), key=lambda account: account.id)
    return accounts, acts


async def _lock(session: AsyncSession, person_id: UUID) -> None:
    """As whoever grants here does: of the two the second waits, and sees the first."""
    whom = select(col(Person.id)).where(col(Person.id) == person_id)
    await session.execute(whom.with_for_update(key_share=True))


async def _held(
    session: AsyncSession, person_id: UUID, moment: datetime
) -> tuple[dict[Seat, Account], dict[Seat, datetime]]:
    """What a person holds, and from when on what was granted here for later."""
    theirs = select(Account).where(
        col(Account.person_id) == person_id,
        lasting(col(Account.until), moment),
    )
    held: dict[Seat, Account] = {}
    later: dict[Seat, datetime] = {}
    for account in await session.scalars(theirs.order_by(col(Account.since).desc())):
        if in_force(account, moment):
            held[_seat_of(account)] = account
        else:
            later[_seat_of(account)] = account.since
    return held, later


def _seat(role: Role, place: Place) -> Seat:
    kind = PLACE_OF.get(role)
    return role, None if kind is None else getattr(place, kind)


def _seat_of(account: Account) -> Seat:
    return _seat(account.role, Place.of(account))
