"""When an account may be used: from ``since`` until just before ``until``, and at no other time.

Whoever issues a token asks here first (``account_in_force``), and lets it end with the account
(``ends_with``). A role that is ended before its time is revoked beside (``granting.end``).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor
from domain.accounts.models import Account
from domain.calendar import now
from domain.errors import NotFound
from domain.periods import holding, holds


def in_force(account: Account, moment: datetime | None = None) -> bool:
    """Whether an account may be used.

    Parameters:
        moment: when; now if None.
    """
    return holds(account, moment or now())


def is_in_force(moment: ColumnElement[datetime] | None = None) -> ColumnElement[bool]:
    """The same in SQL, for rows of ``account``.

    Parameters:
        moment: when; the transaction's beginning if None.
    """
    return holding(Account, func.now() if moment is None else moment)


def still_is(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor's account is in force, with the role and the region that the token names:
    for what goes on while the role may end."""
    return exists().where(
        col(Account.id) == actor.id,
        col(Account.role) == actor.role,
        col(Account.region_code).is_not_distinct_from(actor.region),
        is_in_force(),
    )


async def accounts_of(session: AsyncSession, person_id: UUID) -> Sequence[Account]:
    """A person's accounts that may be used now, oldest first: what one may sign in as."""
    theirs = select(Account).where(col(Account.person_id) == person_id, is_in_force())
    return (await session.scalars(theirs.order_by(col(Account.id)))).all()


async def account_in_force(
    session: AsyncSession, account_id: UUID, person_id: UUID | None = None
) -> Account:
    """An account that may be used now.

    Parameters:
        person_id: whose it has to be; anybody's if None.
    Raises: NotFound for one that is not there, not theirs, over, or still to come.
    """
    wanted = select(Account).where(col(Account.id) == account_id, is_in_force())
    if person_id is not None:
        wanted = wanted.where(col(Account.person_id) == person_id)
    account = await session.scalar(wanted)
    if account is None:
        raise NotFound("account")
    return account


class Ends(Protocol):
    """What has an end, perhaps."""

    @property
    def until(self) -> datetime | None:
        """When it is over; None where no end is set."""
        ...


def ends_with(account: Ends, wanted: datetime) -> datetime:
    """When a token for an account has to end: no token outlives its account.

    Parameters:
        wanted: when it would end otherwise.
    """
    return wanted if account.until is None else min(wanted, account.until)


def actor_of(account: Account) -> Actor:
    """Who acts with a token for this account."""
    return Actor(account.id, account.role, account.region_code)
