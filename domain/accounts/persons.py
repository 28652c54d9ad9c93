"""Persons and the phones by which they are known."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.access import Actor
from domain.accounts.models import Account, Person
from domain.accounts.visibility import own
from domain.crypto import Vault, masked_phone
from domain.errors import InvalidInput
from domain.lines import line
from domain.reasons import Reason

MAX_NAME = 50
"""Characters of a person's name: what an identity card has room for, and some more."""

_PHONE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})", re.ASCII)
_BETWEEN = re.compile(r"[\s-]")
_HASH, _CIPHER = "person.phone_hash", "person.phone_cipher"


def phone_number(given: str) -> str:
    """A mobile number of the mainland as its eleven digits, however it was written.

    Raises: InvalidInput(phone).
    """
    found = _PHONE.fullmatch(_BETWEEN.sub("", given))
    if found is None:
        raise InvalidInput("phone", reason=Reason.PHONE)
    return found[1]


def person_name(given: str) -> str:
    """A name without blanks around it. Raises: InvalidInput(name)."""
    return line("name", given, MAX_NAME)


def phone_columns(vault: Vault, phone: str) -> dict[str, str | bytes]:
    """A phone as columns of ``person``: masked for lists, hashed for look-up, sealed.

    Parameters:
        phone: eleven digits.
    """
    return {
        "phone_masked": masked_phone(phone),
        "phone_hash": vault.digest(phone, _HASH),
        "phone_cipher": vault.seal(phone, _CIPHER),
    }


async def person_by_phone(session: AsyncSession, vault: Vault, phone: str) -> Person | None:
    """Who has a phone, locked until the transaction ends; None where nobody has.

    Parameters:
        phone: eleven digits.
    """
    theirs = select(Person).where(col(Person.phone_hash) == vault.digest(phone, _HASH))
    return await session.scalar(theirs.with_for_update(key_share=True))


async def person_with_phone(session: AsyncSession, vault: Vault, phone: str, name: str) -> Person:
    """Who has a phone, made if nobody has, and locked until the transaction ends.

    Two who ask at once get the same person: the second waits for the first.

    Parameters:
        phone: eleven digits.
        name: of a person who is made now; one who is known keeps the name.
    """
    found = await person_by_phone(session, vault, phone)
    if found is None:
        values = {"name": name, **phone_columns(vault, phone)}
        await session.execute(insert(Person).values(values).on_conflict_do_nothing())
        found = await person_by_phone(session, vault, phone)
    assert found is not None, "a person is never deleted"
    return found


def one_person(account: Any) -> Select[UUID]:
    """The keys of an account, and of all others of the same person's.

    Parameters:
        account: its key, a column that holds one, or ``any_`` of several.
    """
    mine, theirs = aliased(Account), aliased(Account)
    same = or_(col(theirs.id) == col(mine.id), col(theirs.person_id) == col(mine.person_id))
    return select(col(theirs.id)).join(mine, same).where(col(mine.id) == account)


async def is_elder(session: AsyncSession, actor: Actor, elder_id: UUID) -> bool:
    """Whether an elder is the actor, in whatever role."""
    theirs = aliased(Account)
    themselves = exists().where(col(theirs.elder_id) == elder_id, own(actor, col(theirs.id)))
    return bool(await session.scalar(select(themselves)))


async def same_person(session: AsyncSession, actor: Actor, account_id: UUID) -> bool:
    """Whether an account is the actor's, or the same person's: what somebody may not do about
    their own doings they may not do in another role either."""
    return bool(await session.scalar(select(own(actor, account_id))))
