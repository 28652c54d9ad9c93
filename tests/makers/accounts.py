"""Persons and accounts for tests, inserted past the service."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account, Person
from domain.accounts.periods import actor_of
from domain.accounts.persons import phone_columns
from domain.crypto import Vault
from domain.database import Database


async def make_person(
    database: Database,
    name: str = "何方",
    *,
    accounts: Sequence[UUID] = (),
    vault: Vault | None = None,
    phone: str | None = None,
) -> UUID:
    """Somebody.

    Parameters:
        accounts: that become theirs.
        phone: eleven digits; needs the vault.
    """
    columns = phone_columns(vault, phone) if vault and phone else {}
    person = Person(**{"name": name, **columns})
    async with database.transaction("test") as session:
        session.add(person)
        await session.flush()
        theirs = update(Account).where(col(Account.id).in_(accounts))
        await session.execute(theirs.values(person_id=person.id))
    return person.id


async def make_account(
    database: Database,
    role: Role,
    person_id: UUID | None = None,
    *,
    since: datetime | None = None,
    **columns: Any,
) -> Actor:
    """An account, in force from now on unless ``since`` says otherwise."""
    period = {} if since is None else {"since": since}
    account = Account(**{"name": "何方", "role": role, "person_id": person_id, **period, **columns})
    async with database.transaction("test") as session:
        session.add(account)
    return actor_of(account)
