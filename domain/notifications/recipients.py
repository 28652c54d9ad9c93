"""Who is told of an alarm at each of its levels (rules/alarms.md, "Three-level response")."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import ConsentScope, Role
from domain.accounts.models import Account, Person
from domain.accounts.periods import is_in_force
from domain.alarms.models import Alarm, AlarmPurpose
from domain.calendar import now
from domain.crypto import Vault
from domain.elders.models import Contact
from domain.family.lifecycle import LinkState
from domain.family.models import UNTIL, FamilyLink
from domain.rosters.duty import ranks

FAMILY = frozenset({Role.FAMILY, Role.GUARDIAN})

_FAMILYS_LEVEL = 1


@dataclass(frozen=True, slots=True)
class _Place:
    """Who works for a level.

    Parameters:
        digits: of the code of their place at most: a community has 12, a street 9, a district 6.
    """

    roles: frozenset[Role]
    digits: int


_STAFF: Mapping[int, _Place] = {
    1: _Place(frozenset({Role.STATION}), 12),
    2: _Place(frozenset({Role.DISPATCHER}), 9),
    3: _Place(frozenset({Role.DISPATCHER, Role.OFFICIAL}), 6),
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to be told.

    Parameters:
        account: in which they are told.
        rank: whom to call first: 0, then 1.
    """

    account: Account
    person: Person
    rank: int


async def recipients(
    session: AsyncSession, vault: Vault, alarm: Alarm, level: int
) -> list[Recipient]:
    """Whom a level is told, each person once: the first whom the elder wants to be called first.
    Who is of the family and on duty is told as who is on duty: no wish of theirs quiets that.

    Parameters:
        vault: opens the contacts' phones, by which the calling order is known.
    """
    staff = _once(await _staff(session, alarm, level))
    if level != _FAMILYS_LEVEL:
        return list(staff.values())
    family = _once(await _family(session, vault, alarm))
    at_home = [one for person, one in family.items() if person not in staff]
    return [*at_home, *staff.values()]


def _once(told: Iterable[Recipient]) -> dict[UUID, Recipient]:
    """By person, each as whom they come first."""
    found: dict[UUID, Recipient] = {}
    for one in told:
        found.setdefault(one.person.id, one)
    return found


async def _family(session: AsyncSession, vault: Vault, alarm: Alarm) -> list[Recipient]:
    """Whom the elder lets see alarms, and the guardian; for a drill nobody who was not to be."""
    private = alarm.purpose is not AlarmPurpose.REAL and not alarm.family_too
    if private or alarm.elder_id is None:
        return []
    consents = and_(col(Account.role) == Role.FAMILY, UNTIL[ConsentScope.ALARMS] > now())
    linked = (
        select(Account, Person)
        .join(FamilyLink, col(FamilyLink.account_id) == col(Account.id))
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(
            col(FamilyLink.elder_id) == alarm.elder_id,
            col(FamilyLink.state) == LinkState.ACTIVE,
            or_(col(Account.role) == Role.GUARDIAN, consents),
            is_in_force(),
        )
        .order_by(col(Account.id))
    )
    rows = (await session.execute(linked)).all()
    order = await _calling_order(session, vault, alarm.elder_id)
    ranked = [Recipient(one, person, order(person)) for one, person in rows]
    return sorted(ranked, key=lambda one: one.rank)


async def _calling_order(session: AsyncSession, vault: Vault, elder_id: UUID) -> "_Order":
    listed = select(Contact).where(col(Contact.elder_id) == elder_id)
    contacts = (await session.scalars(listed.order_by(col(Contact.calling_order)))).all()
    # A contact is known as a person by the phone, whose hash in each table is another.
    phones = [vault.open(one.phone_cipher, "contact.phone_cipher") for one in contacts]
    return _Order([vault.digest(phone, "person.phone_hash") for phone in phones])


@dataclass(frozen=True, slots=True)
class _Order:
    hashes: Sequence[bytes]

    def __call__(self, person: Person) -> int:
        known = person.phone_hash in self.hashes
        return self.hashes.index(person.phone_hash or b"") if known else len(self.hashes)


async def _staff(session: AsyncSession, alarm: Alarm, level: int) -> list[Recipient]:
    """Who answers for the smallest place around the alarm that has anybody: those who are on call
    there, backups last, or all of them where nobody is. Never nobody, as long as the district has
    anybody."""
    place = _STAFF[level]
    codes = [alarm.region_code[:digits] for digits in (12, 9, 6, 4, 2) if digits <= place.digits]
    working = (
        select(Account, Person)
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(
            col(Account.role).in_(place.roles), col(Account.region_code).in_(codes), is_in_force()
        )
        .order_by(col(Account.id))
    )
    rows = (await session.execute(working)).all()
    nearest = _nearest((a, p) for a, p in rows)
    on_call = await ranks(session, [one.id for one, _ in nearest], now())
    told = [row for row in nearest if row[0].id in on_call] or nearest
    found = [Recipient(one, person, on_call.get(one.id, 0)) for one, person in told]
    return sorted(found, key=lambda one: one.rank)


def _nearest(rows: Iterable[tuple[Account, Person]]) -> list[tuple[Account, Person]]:
    """Those of each role whose place is smallest."""
    every = list(rows)
    smallest: dict[Role, int] = {}
    for one, _ in every:
        smallest[one.role] = max(smallest.get(one.role, 0), len(one.region_code or ""))
    return [row for row in every if len(row[0].region_code or "") == smallest[row[0].role]]
