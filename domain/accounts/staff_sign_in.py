"""A member of staff signs in: whatever the identity provider says of her roles becomes so.

What it gives is given, and what it no longer says is taken away. Accounts that were granted here
are left alone: a role that somebody holds already by hand is not given a second time, and is not
taken.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Role
from domain.accounts.identities import StaffAccount, StaffIdentity, subject_digest
from domain.accounts.models import Account, Person
from domain.accounts.periods import is_in_force
from domain.accounts.revocations import revoke
from domain.audit.service import Act
from domain.calendar import now
from domain.canteens.models import Canteen
from domain.crypto import Vault, masked_phone
from domain.regions.models import Region
from domain.stations.models import Station

STAFF_PLACES: Final = {
    Role.DISPATCHER: "region",
    Role.OFFICIAL: "region",
    Role.ADVISOR: "region",
    Role.AUDITOR: "region",
    Role.STATION: "station",
    Role.CAREGIVER: "station",
    Role.CANTEEN: "canteen",
    Role.ADMIN: None,
}
"""The roles that an identity provider may give, and the kind of place that each needs."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role at a place, as the provider says it.

    Parameters:
        role: one of ``STAFF_PLACES``.
        region: code of a division.
        station, canteen: the key of a house.
    """

    role: Role
    region: str | None = None
    station: UUID | None = None
    canteen: UUID | None = None


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


@dataclass(frozen=True, slots=True)
class _Seat:
    """An assignment as the columns of an account say it: a house brings its division along."""

    role: Role
    region_code: str | None
    station_id: UUID | None
    canteen_id: UUID | None

    @classmethod
    def of(cls, account: Account) -> "_Seat":
        return cls(account.role, account.region_code, account.station_id, account.canteen_id)


async def sign_in(
    session: AsyncSession, vault: Vault, claimant: Claimant, given: Collection[Assignment]
) -> SignedIn:
    """Find or make the person, then give and end accounts as the provider says.

    Parameters:
        given: every role that the claims give now; a place that is not there gives none.
    Raises: AlreadyExists where the same is being made by somebody else at this moment: try again.
    """
    digest = subject_digest(vault, claimant.issuer, claimant.subject)
    await _one_at_a_time(session, digest)
    seats = {seat for one in given if (seat := await _seat(session, one))}
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


async def _seat(session: AsyncSession, given: Assignment) -> _Seat | None:
    """Where an assignment is, if its place is there."""
    code = given.region
    if given.region is not None:
        place = select(col(Region.code)).where(col(Region.code) == given.region)
        code = await session.scalar(place)
    elif given.station is not None:
        place = select(col(Station.region_code)).where(col(Station.id) == given.station)
        code = await session.scalar(place)
    elif given.canteen is not None:
        place = select(col(Canteen.region_code)).where(col(Canteen.id) == given.canteen)
        code = await session.scalar(place)
    if code is None and STAFF_PLACES[given.role] is not None:
        return None
    return _Seat(given.role, code, given.station, given.canteen)


async def _person(session: AsyncSession, vault: Vault, claimant: Claimant) -> UUID:
    """Whoever has the phone already, or somebody new."""
    phone = claimant.phone
    if phone is None:
        person = Person(name=claimant.name)
    else:
        digest = vault.digest(phone, "person.phone_hash")
        known = select(Person).where(col(Person.phone_hash) == digest)
        if found := await session.scalar(known):
            return found.id
        person = Person(
            name=claimant.name,
            phone_masked=masked_phone(phone),
            phone_hash=digest,
            phone_cipher=vault.seal(phone, "person.phone_cipher"),
        )
    session.add(person)
    await session.flush()
    return person.id


async def _end_others(
    session: AsyncSession, identity: StaffIdentity, seats: Collection[_Seat]
) -> list[Act]:
    """End what the provider gave and gives no more; tokens for it are void at the commit."""
    ours = (
        select(Account)
        .join(StaffAccount, col(StaffAccount.account_id) == col(Account.id))
        .where(col(StaffAccount.identity_id) == identity.id, is_in_force())
        .order_by(col(Account.id))
    )
    acts: list[Act] = []
    for account in (await session.scalars(ours)).all():
        if _Seat.of(account) in seats:
            continue
        over = update(Account).where(col(Account.id) == account.id).values(until=func.now())
        await session.execute(over)
        await revoke(session, account.id)
        acts.append(Act("staff_role_end", "account", account.id))
    return acts


async def _give(
    session: AsyncSession, identity: StaffIdentity, name: str, seats: Collection[_Seat]
) -> tuple[list[Account], list[Act]]:
    """The accounts of all seats; those that are missing are made."""
    theirs = select(Account).where(col(Account.person_id) == identity.person_id, is_in_force())
    held = {_Seat.of(account): account for account in (await session.scalars(theirs)).all()}
    acts: list[Act] = []
    for seat in sorted(seats - held.keys(), key=str):
        account = Account(
            name=name,
            role=seat.role,
            region_code=seat.region_code,
            station_id=seat.station_id,
            canteen_id=seat.canteen_id,
            person_id=identity.person_id,
        )
        session.add(account)
        await session.flush()
        session.add(StaffAccount(account_id=account.id, identity_id=identity.id))
        held[seat] = account
        acts.append(Act("staff_role_give", "account", account.id))
    accounts = sorted((held[seat] for seat in seats), key=lambda account: account.id)
    return accounts, acts
